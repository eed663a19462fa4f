"""What a phone sends of a rating that it kept while there was no signal: fields of a form."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validates_schema

from app.core.schemas import Instant, Schema, Text
from app.ratings.entering import LONGEST_NOTE, Kept, Said
from app.ratings.schemas.ratings import Code

CHOOSE: Final = "Choose a number, or leave this one out."


class Happened(Schema):
    """When it was written, by the phone's clock, and what that clock shows now."""

    happened_at = Instant(required=True)
    sent_at = Instant(load_default=None, allow_none=True)


class Finished(Happened):
    """Somebody was through with a rating, of which they had said these areas."""

    said = fields.List(Code(), load_default=list)


class KeptArea(Happened):
    """What was said of one area; `begins`: it is the first of a rating that was begun on the phone."""

    code = Code(required=True)
    version = fields.Integer(required=True)
    begins = fields.Boolean(load_default=False)
    area = Code(required=True)
    score = fields.Integer(load_default=None)
    leave_out = fields.Boolean(load_default=False)
    note = Text(longest=LONGEST_NOTE, load_default=None)

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("score") is None) != data.get("leave_out", False):
            raise ValidationError(CHOOSE, "score")

    @post_load
    def _kept(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        named = {name: data[name] for name in ("code", "version", "area", "begins")}
        times = {name: data[name] for name in ("happened_at", "sent_at")}
        return {"kept": Kept(said=Said(data["score"], data["note"]), **named), **times}
