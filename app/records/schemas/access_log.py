"""What the log of who looked takes and gives."""

from __future__ import annotations

from marshmallow import fields

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, page_of


class AccessLogQuery(PageQuery):
    """Of whom, and of when."""

    person_id = fields.UUID(load_default=None)
    since = Instant(load_default=None)
    until = Instant(load_default=None, metadata={"description": "Up to and without this instant."})


class Look(Schema):
    """One time that somebody looked at, or changed, the record, or tried to."""

    id = fields.UUID(required=True, attribute="look.id")
    at = Instant(required=True, attribute="look.at")
    sentence = fields.String(required=True)
    who = fields.String(required=True)
    name = fields.String(required=True, allow_none=True, metadata={"description": "null: not somebody to be named"})
    person_id = fields.UUID(required=True, allow_none=True)
    role = fields.String(required=True, attribute="look.role")
    action = fields.String(required=True, attribute="look.act")
    is_refused = fields.Boolean(required=True, attribute="look.is_refused")
    purpose = fields.String(required=True, attribute="look.purpose")
    is_for_the_patient = fields.Boolean(required=True, attribute="look.is_for_the_patient")


AccessLog = page_of(Look, "AccessLog")
