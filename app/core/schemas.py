"""What a body may look like: unknown fields refused, text without NUL, instants aware, pages by cursor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, ValidationError, fields, validate
from marshmallow import Schema as MarshmallowSchema


class Schema(MarshmallowSchema):
    """The base of all schemas: what it does not know it refuses."""

    class Meta:
        unknown = RAISE


def is_storable(text: str) -> bool:
    """Can PostgreSQL hold this text? It takes no NUL and no lone surrogate."""
    if "\x00" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


class Text(fields.String):
    """A text of 1 to `longest` characters that PostgreSQL can hold (no NUL, no lone surrogate)."""

    def __init__(self, *, longest: int = 200, shortest: int = 1, one_of: Iterable[str] = (), **more: Any) -> None:
        choices = sorted(one_of)
        limits: list[Any] = [validate.OneOf(choices)] if choices else [validate.Length(min=shortest, max=longest)]
        super().__init__(validate=limits, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if not is_storable(text):
            raise ValidationError("Contains characters that cannot be stored.")
        return text


class Instant(fields.Field[datetime]):
    """An instant with its offset, as in 2026-11-22T08:15:00+00:00, between the years 1900 and 2200."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError("Not a date and time such as 2026-11-22T08:15:00+00:00.") from None
        if moment.tzinfo is None:
            raise ValidationError("The offset is missing: add +00:00 or Z.")
        if not 1900 <= moment.year <= 2200:
            raise ValidationError("Not a time that Kith can keep.")
        return moment.astimezone(UTC)


class Problem(MarshmallowSchema):
    """An error answer (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


def page_of(item: type[MarshmallowSchema], name: str) -> type[MarshmallowSchema]:
    """The envelope of a page: the items and the cursor of the next page, null on the last one."""
    return MarshmallowSchema.from_dict(
        {"items": fields.List(fields.Nested(item), required=True), "next": fields.String(allow_none=True)}, name=name
    )
