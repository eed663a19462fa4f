"""What was recorded of the doses that were due: always as parts of wholes."""

from __future__ import annotations

from marshmallow import fields, validate

from app.core.schemas import Schema
from app.medicines.queries import adhering


class AdherenceQuery(Schema):
    """How many days up to today."""

    days = fields.Integer(load_default=90, validate=validate.Range(1, adhering.LONGEST))


class AdherenceShare(Schema):
    """So many of so many."""

    part = fields.Integer(required=True)
    whole = fields.Integer(required=True)


class AdherenceDay(Schema):
    """One day; a day that is out was paused."""

    on = fields.Date(required=True)
    due = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    on_time = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    not_recorded = fields.Integer(required=True)
    not_sent = fields.Integer(required=True, metadata={"description": "Of those not recorded: the service was down."})
    is_out = fields.Boolean(required=True)


class AdherenceOfMedicine(Schema):
    """One medicine over these days."""

    medicine_id = fields.UUID(required=True)
    name = fields.String(required=True)
    taken = fields.Nested(AdherenceShare, required=True, attribute="found.taken")
    on_time = fields.Nested(AdherenceShare, required=True, attribute="found.on_time")
    skipped = fields.Integer(required=True, attribute="found.skipped")
    missed = fields.Integer(required=True, attribute="found.missed")
    not_recorded = fields.Integer(required=True, attribute="found.not_recorded")
    not_sent = fields.Integer(required=True, attribute="found.not_sent")
    complete_days = fields.Nested(AdherenceShare, required=True, attribute="found.complete_days")
    words = fields.List(fields.String(), required=True)
    days = fields.List(fields.Nested(AdherenceDay), required=True, attribute="found.days")


class Adherence(Schema):
    """Every medicine that had doses due in these days; as-needed doses never count."""

    first = fields.Date(required=True)
    last = fields.Date(required=True)
    medicines = fields.List(fields.Nested(AdherenceOfMedicine), required=True)
