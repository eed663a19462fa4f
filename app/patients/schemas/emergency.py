"""What emergency access takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of


class NewEmergencyAccess(Schema):
    """Whose record, by its id or by NHS number, and why."""

    patient_id = fields.UUID(load_default=None)
    nhs_number = Text(load_default=None, longest=20)
    reason = Text(
        required=True,
        longest=1000,
        metadata={"description": "20 characters or more; the patient and a lead of the organisation read it."},
    )

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("patient_id") is None) == (data.get("nhs_number") is None):
            raise ValidationError("Give the patient's id or their NHS number, one of them.", "nhs_number")


class EmergencyAccess(Schema):
    """A record that somebody opened in an emergency."""

    id = fields.UUID(required=True, attribute="access.id")
    patient_id = fields.UUID(required=True, attribute="access.patient_id")
    patient_name = fields.String(required=True, attribute="patient.name")
    by_id = fields.UUID(required=True, attribute="by.id")
    by_name = fields.String(required=True, attribute="by.name")
    reason = fields.String(required=True, attribute="access.reason")
    opened_at = Instant(required=True, attribute="access.created_at")
    ends_at = Instant(required=True, attribute="access.ends_at")
    is_running = fields.Boolean(required=True)
    reviewed_at = Instant(required=True, allow_none=True, attribute="access.reviewed_at")
    reviewed_by = fields.String(required=True, allow_none=True, attribute="reviewer.name", dump_default=None)
    review = fields.String(required=True, allow_none=True, attribute="access.review")


class RunningAccesses(Schema):
    """What the caller has open."""

    items = fields.List(fields.Nested(EmergencyAccess), required=True)


class EmergencyQuery(PageQuery):
    """All of them, or those that nobody has reviewed."""

    unreviewed = fields.Boolean(load_default=False)


class Review(Schema):
    """What came of looking at it again."""

    note = Text(required=True, longest=2000)


EmergencyAccesses = page_of(EmergencyAccess, "EmergencyAccesses")
