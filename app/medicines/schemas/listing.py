"""The list: medicines, their schedules, history and pauses."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.core.schemas import Instant, Schema, Text
from app.medicines import stored
from app.medicines.entering import NewMedicine, NewPause, NewSchedule
from app.medicines.models import LEVELS

LONGEST_PAUSE: Final = timedelta(days=366)
MOST_UNITS: Final = 100_000
REASONS_TO_PAUSE: Final = ("hospital", "holiday", "prescriber", "other")


class Amount(fields.Decimal):
    """A number of units such as 1 or 0.5, given as text so that no digit is lost; `or_none`: 0 is one too."""

    def __init__(self, *, or_none: bool = False, **more: Any) -> None:
        self._least = Decimal(0) if or_none else Decimal("0.001")
        # A range of the library would stand in the document as text where a number must be.
        super().__init__(places=3, as_string=True, allow_nan=False, validate=self._in_range, **more)

    def _in_range(self, amount: Decimal) -> None:
        if not self._least <= amount <= MOST_UNITS:
            raise ValidationError(f"From {self._least} to {MOST_UNITS}.")


class MedicineFields(Schema):
    """What is said of a medicine."""

    name = Text(longest=200, allow_none=True)
    code = Text(longest=20, allow_none=True, metadata={"description": "dm+d, so SNOMED CT: digits."})
    code_level = Text(one_of=LEVELS, allow_none=True)
    strength = Text(longest=60, allow_none=True)
    form = Text(longest=60, allow_none=True)
    route = Text(longest=60, allow_none=True)
    reason = Text(longest=500, allow_none=True)
    late_dose = Text(longest=500, allow_none=True, metadata={"description": "The prescriber's own words."})
    prescriber = Text(longest=120, allow_none=True)
    prescriber_phone = Text(longest=30, allow_none=True)
    ingredients = fields.Dict(
        keys=Text(longest=40), values=Amount(allow_none=True), metadata={"description": "Milligrams in one unit."}
    )
    time_critical = Text(longest=40, allow_none=True)
    window_minutes = fields.Integer(allow_none=True, validate=validate.Range(15, 720))
    remind_every = fields.Integer(allow_none=True, validate=validate.Range(5, 240))

    @validates_schema
    def _a_code_is_digits(self, data: dict[str, Any], **_: Any) -> None:
        if (code := data.get("code")) and not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18):
            raise ValidationError("A code of the dictionary has 6 to 18 digits.", "code")
        if len(data.get("ingredients") or {}) > 10:
            raise ValidationError("At most ten.", "ingredients")


class NewMedicineSchema(MedicineFields):
    """A medicine as somebody enters it."""

    typed = Text(required=True, longest=300)
    started_on = fields.Date(allow_none=True)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewMedicine:
        return NewMedicine(**{**data, "ingredients": plain(data.get("ingredients"))})


class MedicineChange(MedicineFields):
    """What is to be said of a medicine from now on."""

    @post_load
    def _plain(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data if "ingredients" not in data else {**data, "ingredients": plain(data["ingredients"])}


def plain(ingredients: dict[str, Decimal | None] | None) -> dict[str, str | None]:
    """Milligrams as they are kept: exact, as text."""
    return {group: None if held is None else str(held) for group, held in (ingredients or {}).items()}


class PatternField(fields.Dict):
    """When a medicine is taken, in the form of stored.py."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return stored.from_json(value)
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            raise ValidationError(str(error) if isinstance(error, ValueError) else "Not a pattern.") from None


class NewScheduleSchema(Schema):
    """When a medicine is taken, with the text that came with it."""

    pattern = PatternField(required=True)
    instructions = Text(longest=1000, allow_none=True, load_default=None)
    starts_on = fields.Date(allow_none=True, load_default=None)
    ends_on = fields.Date(allow_none=True, load_default=None)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewSchedule:
        return NewSchedule(**data)


class ScheduleChange(Schema):
    """When a medicine is taken from now on: what is not sent stays as it was, null takes it away."""

    pattern = PatternField()
    instructions = Text(longest=1000, allow_none=True)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)


class Schedule(Schema):
    """When a medicine is taken."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    pattern = fields.Dict(required=True)
    words = fields.List(fields.String(), required=True)
    instructions = fields.String(required=True, allow_none=True)
    unclear = fields.String(required=True, allow_none=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)


class Alike(Schema):
    """Another medicine of the list that holds the same ingredient."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    ingredients = fields.List(fields.String(), required=True)


class Medicine(MedicineFields):
    """A medicine of the list."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    typed = fields.String(required=True)
    source = fields.String(required=True)
    started_on = fields.Date(required=True)
    stopped_at = Instant(required=True, allow_none=True)
    hidden_from_circle = fields.Boolean(
        required=True, metadata={"description": "Kept from the circle; told to those who see it all the same."}
    )
    schedules = fields.List(fields.Nested(Schedule), required=True)
    alike = fields.List(fields.Nested(Alike), required=True)


class Medicines(Schema):
    """The list."""

    items = fields.List(fields.Nested(Medicine), required=True)


class ListQuery(Schema):
    """Which medicines."""

    stopped = fields.Boolean(load_default=False, metadata={"description": "Stopped ones as well."})


class Why(Schema):
    """Why something is done."""

    why = Text(required=True, longest=500)


class Happened(Schema):
    """What was done to a medicine."""

    at = Instant(required=True)
    kind = fields.String(required=True)
    by = fields.String(required=True)
    role = fields.String(required=True)
    details = fields.Dict(required=True)


class History(Schema):
    """What was done to a medicine, last first."""

    items = fields.List(fields.Nested(Happened), required=True)


class NewPauseSchema(Schema):
    """From when until when nobody is reminded, and why."""

    medicine_id = fields.UUID(allow_none=True, load_default=None)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    why = Text(required=True, one_of=REASONS_TO_PAUSE)

    @validates_schema
    def _ends(self, data: dict[str, Any], **_: Any) -> None:
        if not timedelta(0) < data["ends_at"] - data["starts_at"] <= LONGEST_PAUSE:
            raise ValidationError("A pause ends after it begins, within a year.", "ends_at")

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewPause:
        return NewPause(**data)


class Pause(Schema):
    """A pause."""

    id = fields.UUID(required=True)
    medicine_id = fields.UUID(required=True, allow_none=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    why = fields.String(required=True)


class Pauses(Schema):
    """The pauses that have not ended."""

    items = fields.List(fields.Nested(Pause), required=True)


class PreviewQuery(NewScheduleSchema):
    """A schedule to look at before it is saved; `medicine_id` for what must never be for that medicine.

    `schedule_id` where it would take the place of one that is there.
    """

    medicine_id = fields.UUID(allow_none=True, load_default=None)
    schedule_id = fields.UUID(allow_none=True, load_default=None)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> Any:
        about = {name: data.pop(name) for name in ("medicine_id", "schedule_id")}
        return {**about, "new": NewSchedule(**data)}


class PreviewDose(Schema):
    """A dose to come."""

    at = Instant(required=True)
    shown = fields.String(required=True)
    amount = Amount(required=True, allow_none=True)


class PreviewDay(Schema):
    """A day with its doses."""

    on = fields.Date(required=True)
    note = fields.String(required=True, allow_none=True)
    doses = fields.List(fields.Nested(PreviewDose), required=True)


class Preview(Schema):
    """The next 30 days of a schedule."""

    words = fields.List(fields.String(), required=True)
    unclear = fields.String(required=True, allow_none=True)
    days = fields.List(fields.Nested(PreviewDay), required=True)


class Watch(Schema):
    """Who is told when a dose is not recorded so many minutes after its time."""

    person_id = fields.UUID(required=True)
    after_minutes = fields.Integer(required=True, validate=validate.Range(5, 240))


class Watches(Schema):
    """Everybody who is told of one medicine."""

    items = fields.List(fields.Nested(Watch), required=True, validate=validate.Length(max=20))
