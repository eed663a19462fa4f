"""What records take and give."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validates

from app.core.schemas import Instant, Schema, Text


class Copy(Schema):
    """A copy of a record: being made, or ready to be taken until it expires."""

    id = fields.UUID(required=True)
    asked_at = Instant(required=True, attribute="created_at")
    ready_at = Instant(required=True, allow_none=True)
    expires_at = Instant(required=True)


class Copies(Schema):
    """The copies that can be taken, or are being made."""

    items = fields.List(fields.Nested(Copy), required=True)


class Closing(Schema):
    """What closing one's account would do, and what stands against it."""

    hindrance = fields.String(required=True, allow_none=True)
    ends = fields.List(fields.String(), required=True)
    stays = fields.List(fields.String(), required=True)
    has_record = fields.Boolean(required=True)


class CloseAccount(Schema):
    """Yes, close my account; and, at my wish, restrict my record once my care has ended."""

    confirmed = fields.Boolean(required=True)
    restrict = fields.Boolean(load_default=False)

    @validates("confirmed")
    def _is_meant(self, value: bool, **_: object) -> None:
        if not value:
            raise ValidationError("Say that you have read what follows, and want it.")


class NewCorrectionNote(Schema):
    """What is wrong in the record."""

    text = Text(required=True, longest=4000)


class CorrectionNote(Schema):
    """What somebody says is wrong in the record."""

    id = fields.UUID(required=True, attribute="row.id")
    text = fields.String(required=True, attribute="row.text")
    written_at = Instant(required=True, attribute="row.created_at")
    written_by = fields.String(required=True)


class CorrectionNotes(Schema):
    """The correction notes of a record."""

    items = fields.List(fields.Nested(CorrectionNote), required=True)


class NewHold(Schema):
    """A legal hold on one patient, or without one on the whole organisation."""

    organisation_id = fields.UUID(required=True)
    patient_id = fields.UUID(load_default=None)
    reason = Text(required=True, longest=2000, shortest=10)


class Hold(Schema):
    """A legal hold."""

    id = fields.UUID(required=True, attribute="row.id")
    organisation_id = fields.UUID(required=True, attribute="row.organisation_id")
    patient_id = fields.UUID(required=True, allow_none=True, attribute="row.patient_id")
    patient = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, attribute="row.reason")
    set_by = fields.String(required=True)
    set_at = Instant(required=True, attribute="row.created_at")
    lifted_at = Instant(required=True, allow_none=True, attribute="row.lifted_at")


class Holds(Schema):
    """The running holds."""

    items = fields.List(fields.Nested(Hold), required=True)


class RetentionClass(Schema):
    """What is kept for how long, and why."""

    name = fields.String(required=True)
    means = fields.String(required=True)
    keeps = fields.String(required=True)
    why = fields.String(required=True)


class Retention(Schema):
    """The retention schedule, what it rests on, and who has approved it."""

    source = fields.String(required=True)
    approved_by = fields.String(required=True)
    approved_on = fields.String(required=True)
    classes = fields.List(fields.Nested(RetentionClass), required=True)
