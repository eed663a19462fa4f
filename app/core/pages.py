"""Pages by keyset: newest first by (time, id), with an opaque signed cursor that stays stable under inserts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from marshmallow import fields, validate

from app.core.errors import Invalid
from app.core.schemas import Schema

LONGEST = 200
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the last page ended."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next: str | None


class PageQuery(Schema):
    """How much of a list, and from where."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, LONGEST))
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


def _signer() -> URLSafeSerializer:
    of_before = current_app.config["SECRET_KEY_FALLBACKS"]  # the library signs with the last and accepts all
    return URLSafeSerializer([*of_before, current_app.config["SECRET_KEY"]], salt="cursor")


def position(cursor: str | None) -> Position | None:
    """What a cursor says; a forged or foreign one is refused."""
    if cursor is None:
        return None
    try:
        at, row = _signer().loads(cursor)
        return Position(datetime.fromisoformat(at), UUID(row))
    except (BadSignature, TypeError, ValueError):
        raise Invalid("The cursor is not one of ours.", errors=[{"pointer": "cursor", "detail": "unknown"}]) from None


def page(rows: Sequence[Item], limit: int, key: Callable[[Item], tuple[datetime, UUID]]) -> Page[Item]:
    """Cut `limit + 1` fetched rows to a page and name the next one."""
    items = rows[:limit]
    if len(rows) <= limit:
        return Page(items, None)
    at, row = key(items[-1])
    return Page(items, str(_signer().dumps([at.isoformat(), str(row)])))
