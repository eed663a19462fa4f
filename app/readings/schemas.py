"""What readings take and give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, is_storable, page_of
from app.readings.intake import SOURCES, Entry

MOST_AT_ONCE = 500
LONGEST_RANGE = timedelta(days=5 * 366)


class Value(fields.Field[float | str]):
    """A number, "LO", "HI", or a code of the measure's list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float | str:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValidationError("A value is a number, LO, HI or a code.")
        if isinstance(value, str) and not (1 <= len(value) <= 40 and is_storable(value)):
            raise ValidationError("A value is a number, LO, HI or a code.")
        return value


class Component(Schema):
    """One number of a reading that has two."""

    value = Value(required=True)
    unit = Text(longest=20, allow_none=True, load_default=None)


class Components(fields.Dict):
    """Both numbers of a reading that has two, by their names.

    Checked by hand: 500 readings come at once, and a schema inside a dictionary costs as much as all the rest.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(keys=Text(longest=20), values=fields.Nested(Component), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not 1 <= len(value) <= 4:
            raise ValidationError("Components are systolic and diastolic, each with its value and unit.")
        return {name: _component(name, part) for name, part in value.items()}


_VALUE, _UNIT = Value(), Text(longest=20)


def _component(name: str, part: Any) -> dict[str, Any]:
    if not (len(name) <= 20 and is_storable(name) and isinstance(part, dict) and part.keys() <= {"value", "unit"}):
        raise ValidationError("Each component has a value and a unit, and nothing else.")
    unit = part.get("unit")
    return {
        "value": _VALUE.deserialize(part.get("value")),
        "unit": None if unit is None else _UNIT.deserialize(unit),
    }


class Context(fields.Dict):
    """What is told of the circumstances: small and plain; what no rule reads is kept as it came."""

    def __init__(self, **more: Any) -> None:
        super().__init__(keys=Text(longest=40), values=fields.Raw(allow_none=True), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > 20:
            raise ValidationError("At most 20 things can be told with a reading, each by its name.")
        for name, told in value.items():
            parts = told if isinstance(told, list) else (told,)
            if not _is_name(name) or len(parts) > 20 or not all(_is_plain(part) for part in parts):
                raise ValidationError("Only short texts, numbers, yes and no, and lists of them.")
        return dict(value)


def _is_name(name: str) -> bool:
    return 1 <= len(name) <= 40 and is_storable(name)


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 200 and is_storable(value)
    return value is None or isinstance(value, bool | int | float)


class NewReading(Schema):
    """One reading; blood pressure has components instead of value and unit."""

    id = fields.UUID(required=True, metadata={"description": "Chosen by the client; a resend is a no-op."})
    measure = Text(required=True, longest=40)
    measured_at = Instant(required=True)
    value = Value(load_default=None, allow_none=True)
    unit = Text(longest=20, load_default=None, allow_none=True)
    components = Components(load_default=None, allow_none=True)
    context = Context(load_default=dict)
    source = Text(load_default="typed", one_of=SOURCES)
    device = Text(longest=80, load_default=None, allow_none=True)
    sent_at = Instant(load_default=None, allow_none=True)

    @validates_schema
    def _has_something(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("value") is None) == (data.get("components") is None):
            raise ValidationError("Send a value, or components for blood pressure.", "value")

    @post_load
    def _entry(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        sent_at = data.pop("sent_at", None)
        return {"entry": Entry(**data), "sent_at": sent_at}


class UploadedReading(NewReading):
    """One of many: when they were sent is said once for all."""

    sent_at = None  # type: ignore[assignment]


class NewCheckIn(Schema):
    """The readings a person sends together."""

    id = fields.UUID(required=True)
    sent_at = Instant(load_default=None, allow_none=True)
    readings = fields.List(fields.Nested(UploadedReading), required=True, validate=validate.Length(min=1, max=20))


class Upload(Schema):
    """Up to 500 readings; each is answered for itself."""

    sent_at = Instant(load_default=None, allow_none=True)
    readings = fields.List(
        fields.Nested(UploadedReading), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE)
    )


class Reply(Schema):
    """The honest reply."""

    is_judged = fields.Boolean(required=True)
    severity = fields.String(required=True, allow_none=True)
    means = fields.String(required=True)
    do = fields.String(required=True)
    who = fields.String(required=True)
    look_by = Instant(required=True, allow_none=True)
    safety = fields.String(required=True)


class Answer(Schema):
    """What became of one item."""

    id = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["stored", "refused", "different"]))
    shown = fields.String(allow_none=True)
    marks = fields.List(fields.String())
    reply = fields.Nested(Reply, allow_none=True)
    quarantine_id = fields.UUID(allow_none=True)
    errors = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class Answers(Schema):
    """What became of each item, in the order it was sent."""

    items = fields.List(fields.Nested(Answer), required=True)


class SeenBy(Schema):
    """Who of the team looked first after a reading came, and when."""

    name = fields.String(required=True)
    at = Instant(required=True)


class Reading(Schema):
    """A stored reading."""

    id = fields.UUID(required=True)
    measure = fields.String(required=True)
    measured_at = Instant(required=True)
    received_at = Instant(required=True)
    value = fields.Float(required=True, allow_none=True)
    value_2 = fields.Float(required=True, allow_none=True)
    comparator = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    shown = fields.String(required=True)
    entered = fields.Dict(required=True)
    source = fields.String(required=True)
    device = fields.String(required=True, allow_none=True)
    copy_of = fields.UUID(required=True, allow_none=True)
    is_history = fields.Boolean(required=True)
    entered_in_error = fields.Boolean(required=True)
    hidden_from_circle = fields.Boolean(
        required=True, metadata={"description": "The circle is not answered with what is kept from it."}
    )


class ReadingWithReply(Reading):
    """A stored reading with what its sender was told."""

    reply = fields.Nested(Reply, required=True)
    seen_by = fields.Nested(SeenBy, required=True, allow_none=True)


ReadingPage = page_of(Reading, "ReadingPage")


class ReadingQuery(PageQuery):
    """Which readings."""

    measure = Text(load_default=None, longest=40)
    since = Instant(load_default=None)
    until = Instant(load_default=None)

    @validates_schema
    def _of_a_sane_length(self, data: dict[str, Any], **_: Any) -> None:
        since, until = data.get("since"), data.get("until")
        if since and until and not timedelta(0) < until - since <= LONGEST_RANGE:
            raise ValidationError("Ask for a time of up to five years that ends after it begins.", "until")


class SeriesQuery(Schema):
    """Which measure, over how many days up to now."""

    measure = Text(required=True, longest=40)
    days = fields.Integer(load_default=90, validate=validate.Range(1, 366))


class Point(Schema):
    """One reading of a series: numbers in the catalogue's units, without what was said around it."""

    id = fields.UUID(required=True)
    measured_at = Instant(required=True)
    value = fields.Float(required=True, allow_none=True)
    value_2 = fields.Float(required=True, allow_none=True)
    comparator = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    is_copy = fields.Boolean(required=True)


class Series(Schema):
    """One measure over some days, oldest first."""

    measure = fields.String(required=True)
    units = fields.List(fields.String(), required=True)
    points = fields.List(fields.Nested(Point), required=True)


class Correction(Schema):
    """Why a reading is wrong."""

    reason = Text(required=True, longest=500)
