"""What protocols take and give."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, Text


class Protocol(Schema):
    """A protocol that is loaded here."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True)
    review_on = fields.Date(required=True)


class Protocols(Schema):
    """Every protocol that is loaded."""

    items = fields.List(fields.Nested(Protocol), required=True)


class NewPlan(Schema):
    """Which protocol to start for a patient."""

    protocol = Text(required=True, longest=60)


class Plan(Schema):
    """A protocol applied to a patient."""

    id = fields.UUID(required=True)
    protocol = fields.String(required=True)
    version = fields.String(required=True)
    started_at = Instant(required=True, attribute="created_at")


class NewLimit(Schema):
    """A limit of this patient's own, by the name protocols give it."""

    name = Text(required=True, longest=80)
    value = fields.Float(required=True)
    reason = Text(required=True, longest=500)
    review_on = fields.Date(required=True)


class Limit(Schema):
    """A limit of a patient's own and who set it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    value = fields.Float(required=True)
    reason = fields.String(required=True)
    author_id = fields.UUID(required=True)
    set_at = Instant(required=True, attribute="created_at")
    review_on = fields.Date(required=True)


class Monitoring(Schema):
    """The running plans and limits of a patient."""

    plans = fields.List(fields.Nested(Plan), required=True)
    limits = fields.List(fields.Nested(Limit), required=True)
