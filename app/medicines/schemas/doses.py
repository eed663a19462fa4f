"""Doses, what is said of them, and what is taken when needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.core.schemas import Instant, Schema, Text
from app.medicines import skip_reasons
from app.medicines.entering import NewAnswer, NewGiven
from app.medicines.models import ANSWERS
from app.medicines.patterns import Anchor
from app.medicines.schemas.listing import Amount
from app.medicines.ticking import LATER_MINUTES

LONGEST: Final = timedelta(days=62)
MOST_AT_ONCE: Final = 200


class DoseQuery(Schema):
    """The doses of a time; today where nothing is said."""

    since = Instant(load_default=None)
    until = Instant(load_default=None)
    medicine_id = fields.UUID(load_default=None)

    @validates_schema
    def _of_a_sane_length(self, data: dict[str, Any], **_: Any) -> None:
        since, until = data.get("since"), data.get("until")
        if (since is None) != (until is None):
            raise ValidationError("Say both, or neither.", "until")
        if since and until and not timedelta(0) < until - since <= LONGEST:
            raise ValidationError("Ask for a time of up to 62 days that ends after it begins.", "until")


class DoseAnswer(Schema):
    """What somebody said of a dose."""

    answer = fields.String(required=True)
    at = Instant(required=True, attribute="created_at")
    taken_at = Instant(required=True, allow_none=True)
    by = fields.UUID(required=True)
    channel = fields.String(required=True)
    counted = fields.Boolean(required=True)
    note = fields.String(required=True, allow_none=True)


class Dose(Schema):
    """One dose."""

    id = fields.UUID(required=True)
    medicine_id = fields.UUID(required=True)
    local_date = fields.Date(required=True)
    due_at = Instant(required=True)
    state = fields.String(required=True)
    amount = Amount(required=True, allow_none=True)
    taken_at = Instant(required=True, allow_none=True)
    amount_taken = Amount(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)
    is_as_needed = fields.Boolean(required=True)
    on_time = fields.Boolean(required=True, allow_none=True)


class Doses(Schema):
    """The doses of a time."""

    items = fields.List(fields.Nested(Dose), required=True)


class DoseWithAnswers(Dose):
    """One dose with its true history."""

    answers = fields.List(fields.Nested(DoseAnswer), required=True)


class NewAnswerSchema(Schema):
    """What somebody says of one dose; the id is the sender's own, and a resend is the same answer."""

    id = fields.UUID(required=True)
    dose_id = fields.UUID(required=True)
    answer = Text(required=True, one_of=ANSWERS)
    taken_at = Instant(load_default=None, allow_none=True)
    minutes = fields.Integer(load_default=None, allow_none=True, validate=validate.OneOf(LATER_MINUTES))
    amount = Amount(load_default=None, allow_none=True)
    why = Text(load_default=None, allow_none=True, one_of=skip_reasons.REASONS)
    note = Text(load_default=None, allow_none=True, longest=500)

    @validates_schema
    def _fits(self, data: dict[str, Any], **_: Any) -> None:
        if (data["answer"] == "later") != (data.get("minutes") is not None):
            raise ValidationError("Later needs minutes, and nothing else does.", "minutes")
        if data["answer"] != "taken" and data.get("taken_at"):
            raise ValidationError("Only what was taken was taken at a time.", "taken_at")
        if data["answer"] == "skipped" and not data.get("why"):
            raise ValidationError("Say why it was left out.", "why")

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewAnswer:
        return NewAnswer(**data)


class NewAnswers(Schema):
    """What somebody says of doses; each is answered for itself."""

    answers = fields.List(
        fields.Nested(NewAnswerSchema), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE)
    )


class Answered(Schema):
    """What became of one answer, and the dose as it is now."""

    id = fields.UUID(required=True)
    outcome = fields.String(required=True)
    asks_two = fields.Boolean(required=True)
    dose = fields.Nested(Dose, required=True)


class AnsweredAll(Schema):
    """What became of each answer, in the order they were sent."""

    items = fields.List(fields.Nested(Answered), required=True)


class NewGivenSchema(Schema):
    """A dose taken when needed; the id is the sender's own."""

    id = fields.UUID(required=True)
    amount = Amount(load_default=None, allow_none=True)
    taken_at = Instant(load_default=None, allow_none=True)
    happened = fields.Boolean(load_default=False)
    note = Text(load_default=None, allow_none=True, longest=500)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewGiven:
        return NewGiven(**data)


class Possible(Schema):
    """Whether one more is within what was set, and what is in the way if not."""

    possible = fields.Boolean(required=True)
    next_possible_at = Instant(required=True, allow_none=True)
    detail = fields.String(required=True, allow_none=True)


class Day(Schema):
    """The patient's own day: its moments, who is reminded, and the question of another zone."""

    times = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reminded_id = fields.UUID(required=True, allow_none=True)
    zone = fields.String(required=True)
    asks_about_zone = fields.String(required=True, allow_none=True)


class NewDay(Schema):
    """When the moments of the day are; those not named keep their usual time."""

    times = fields.Dict(keys=fields.Enum(Anchor, by_value=True), values=fields.Time(format="%H:%M"), required=True)


class NewReminded(Schema):
    """Who is reminded; null: the patient."""

    person_id = fields.UUID(required=True, allow_none=True)


class SeenZone(Schema):
    """Where the patient's phone says that they are."""

    zone = Text(required=True, longest=60)
