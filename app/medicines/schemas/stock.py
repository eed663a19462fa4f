"""How much of a medicine is there, and how long it lasts."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from app.core.schemas import Instant, Schema
from app.medicines.entering import NewCount
from app.medicines.schemas.listing import Amount


class NewCountSchema(Schema):
    """How much is there, or how much came: one of them."""

    quantity = Amount(or_none=True, metadata={"description": "0 where there is none left."})
    came = Amount()
    pack_size = Amount(metadata={"description": "How many there are in one pack, to be offered the next time."})
    counted_at = Instant(metadata={"description": "When it was counted, if not now; only with quantity."})

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if ("quantity" in data) == ("came" in data):
            raise ValidationError("Say how much is there, or how much came.", "quantity")
        if "came" in data and "counted_at" in data:
            raise ValidationError("What came is added to what is left now.", "counted_at")

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewCount:
        return NewCount(**data)


class StockCount(Schema):
    """What there was when somebody counted."""

    id = fields.UUID(required=True)
    quantity = Amount(required=True)
    counted_at = Instant(required=True)
    by = fields.UUID(required=True)


class Stock(Schema):
    """What is left by the last count, and the day on which it is short; null: not known."""

    medicine_id = fields.UUID(required=True)
    counted = fields.Nested(StockCount, required=True, allow_none=True, attribute="count")
    left = Amount(required=True, allow_none=True)
    runs_out_on = fields.Date(required=True, allow_none=True)
    lasts_until = Instant(required=True, allow_none=True, metadata={"description": "The last dose known to be covered"})
    count_again = fields.Boolean(required=True, metadata={"description": "More was taken than was counted."})
    as_needed = fields.Boolean(required=True, metadata={"description": "Taken as needed: nothing is predicted."})


class StockCounts(Schema):
    """The last counts, last first; and how many there are in one pack, if somebody said so."""

    pack_size = Amount(required=True, allow_none=True)
    items = fields.List(fields.Nested(StockCount), required=True)
