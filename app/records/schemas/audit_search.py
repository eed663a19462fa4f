"""What a search of the audit takes and gives."""

from __future__ import annotations

from marshmallow import fields

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, page_of


class AuditQuery(PageQuery):
    """Of which day (in London)."""

    day = fields.Date(required=True)


class AuditForm(AuditQuery):
    """Of whom, and of which day."""

    person_id = fields.UUID(required=True)


class Act(Schema):
    """One thing that was done, in words; no patient is named."""

    id = fields.UUID(required=True, attribute="look.id")
    at = Instant(required=True, attribute="look.at")
    sentence = fields.String(required=True)
    role = fields.String(required=True, attribute="look.role")
    action = fields.String(required=True, attribute="look.act")
    is_refused = fields.Boolean(required=True, attribute="look.is_refused")


Acts = page_of(Act, "Acts")
