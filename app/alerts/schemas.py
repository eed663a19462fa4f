"""What alerts take and give."""

from __future__ import annotations

from marshmallow import fields

from app.alerts.models import OUTCOMES
from app.core.schemas import Instant, Schema, Text, page_of


class Alert(Schema):
    """An alert as it stands."""

    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    owner_id = fields.UUID(required=True)
    measure = fields.String(required=True)
    direction = fields.String(required=True)
    family = fields.String(required=True)
    severity = fields.String(required=True)
    state = fields.String(required=True)
    why = fields.String(required=True)
    opened_at = Instant(required=True)
    acknowledge_by = Instant(required=True)
    is_late = fields.Boolean(required=True)
    settled_at = Instant(required=True, allow_none=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    acknowledged_by = fields.UUID(required=True, allow_none=True)
    lead_told_at = Instant(required=True, allow_none=True)
    resolved_at = Instant(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    previous_id = fields.UUID(required=True, allow_none=True)


AlertPage = page_of(Alert, "AlertPage")


class Event(Schema):
    """One step in the life of an alert."""

    kind = fields.String(required=True)
    at = Instant(required=True, attribute="created_at")
    by = fields.UUID(required=True, allow_none=True)
    severity = fields.String(required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)


class Finding(Schema):
    """What a rule concluded."""

    reading_id = fields.UUID(required=True)
    protocol = fields.String(required=True)
    version = fields.String(required=True)
    rule = fields.String(required=True)
    severity = fields.String(required=True)
    measured_at = Instant(required=True)
    value = fields.Float(required=True, allow_none=True)
    value_2 = fields.Float(required=True, allow_none=True)
    comparator = fields.String(required=True, allow_none=True)
    limit = fields.Float(required=True, allow_none=True)
    limit_origin = fields.String(required=True)
    why = fields.String(required=True)
    means = fields.String(required=True)
    do = fields.String(required=True)
    is_late = fields.Boolean(required=True)
    withdrawn_at = Instant(required=True, allow_none=True)


class AlertInFull(Schema):
    """An alert with its findings and its history."""

    alert = fields.Nested(Alert, required=True)
    findings = fields.List(fields.Nested(Finding), required=True)
    history = fields.List(fields.Nested(Event), required=True)


class Note(Schema):
    """A note to an alert."""

    text = Text(required=True, longest=2000)


class Resolution(Schema):
    """What came of an alert."""

    outcome = Text(required=True, one_of=OUTCOMES)
    note = Text(longest=2000, load_default=None, allow_none=True)


class WorklistRow(Schema):
    """One row: an alert or a to-do, with its patient and whose turn it is."""

    kind = fields.String(required=True)
    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    patient = fields.String(required=True)
    severity = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    why = fields.String(required=True)
    owner = fields.String(required=True)
    taken_by = fields.String(required=True, allow_none=True)
    opened_at = Instant(required=True)
    due_at = Instant(required=True)
    is_late = fields.Boolean(required=True)
    is_settled = fields.Boolean(required=True)
    is_judged = fields.Boolean(required=True)


class Worklist(Schema):
    """Everything that waits for the caller's teams, worst first."""

    items = fields.List(fields.Nested(WorklistRow), required=True)
    count = fields.Integer(required=True)  # all that waits
    todos_left_out = fields.Integer(required=True)  # how many of it are to-dos beyond the items
