"""A POST sent twice with one Idempotency-Key is done once and answered twice.

Taken by an advisory lock (not got: 409), stored with its answer in the same transaction, kept for 24 hours; the same
key with another body is refused. The answer may speak of a person, so it is kept sealed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, g, make_response, request
from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row, db
from app.core.errors import BadRequest, Conflict, Invalid
from app.core.sealed import Sealed


class IdempotentAnswer(Base, Row):
    """What was answered to one key of one caller."""

    __tablename__ = "idempotent_answer"

    key: Mapped[bytes] = mapped_column(unique=True)
    asked: Mapped[bytes]
    status: Mapped[int]
    content_type: Mapped[str]
    body_sealed: Mapped[bytes]

    body = Sealed()


_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 0))")


def once(act: Callable[[], Any]) -> Response:
    """Do `act`, or answer again what it answered to this key before."""
    key = _key()
    asked = hashlib.sha256(request.method.encode() + request.full_path.encode() + request.get_data()).digest()
    if not db.session.scalar(_LOCK, {"key": key.hex()}):
        raise Conflict("The same request is being worked on. Try again in a moment.")
    known = db.session.scalar(select(IdempotentAnswer).where(IdempotentAnswer.key == key))
    if known is not None:
        return _again(known, asked)
    response = make_response(act())
    _keep(key, asked, response)
    return response


def _key() -> bytes:
    given = request.headers.get("Idempotency-Key", "")
    if not given or len(given) > 100:
        raise BadRequest("Send an Idempotency-Key header of 1 to 100 characters, new for each new request.")
    caller: UUID | None = g.get("caller_id")
    return hashlib.sha256(f"{caller}\0{given}".encode()).digest()


def _again(known: IdempotentAnswer, asked: bytes) -> Response:
    if known.asked != asked:
        raise Invalid("This Idempotency-Key was used for another request.")
    return Response(known.body, status=known.status, content_type=known.content_type)


def _keep(key: bytes, asked: bytes, response: Response) -> None:
    row = IdempotentAnswer(key=key, asked=asked, status=response.status_code, content_type=response.content_type or "")
    row.body = response.get_data(as_text=True)
    db.session.add(row)


def forget_before(moment: datetime) -> int:
    """Drop answers older than `moment`."""
    found = db.session.execute(text("delete from idempotent_answer where created_at < :moment"), {"moment": moment})
    return int(found.rowcount)  # type: ignore[attr-defined]
