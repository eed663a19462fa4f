"""The shape of a protocol file. Unknown fields are refused, and so is whatever is missing."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from app.protocols.content import Direction, Family, Severity

COMPARISONS: Final = ("below", "at_or_below", "above", "at_or_above")
PERSONAL: Final = "personal"
_NAME: Final = validate.Regexp(r"^[a-z][a-z0-9_]*$", error="Use small letters, digits and _.")
_SEVERITY: Final = validate.OneOf([str(one) for one in Severity])
_DIRECTION: Final = validate.OneOf([str(one) for one in Direction])


class Shape(Schema):
    class Meta:
        unknown = RAISE


class Figure(fields.Field[Any]):
    """A finite number, or the word `personal`: only where a limit was set for this patient."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float | None:
        if value == PERSONAL:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
            raise ValidationError("Not a number, nor the word personal.")
        return float(value)


class Based(Shape):
    """A figure says where it comes from: sources named in the file, or a judgement."""

    source = fields.List(fields.String(), validate=validate.Length(min=1))
    judgement = fields.String(validate=validate.Length(min=1))

    @validates_schema
    def _has_a_basis(self, data: dict[str, Any], **_: Any) -> None:
        if not ("source" in data or "judgement" in data):
            raise ValidationError("This figure has no source and no judgement.")


class Compared(Shape):
    below = Figure()
    at_or_below = Figure()
    above = Figure()
    at_or_above = Figure()


class ConditionShape(Shape):
    on_oxygen = fields.Boolean()
    at_rest = fields.Boolean(validate=validate.Equal(True))
    meals = fields.List(fields.String())
    symptoms = fields.List(fields.String())


class RepeatShape(Based):
    after_minutes = fields.Integer(required=True, validate=validate.Range(min=0))
    within_minutes = fields.Integer(required=True, validate=validate.Range(min=1))
    confirmed = fields.String(validate=_SEVERITY)
    unconfirmed = fields.String(load_default=str(Severity.NOTE), validate=_SEVERITY)


class BandShape(Based, Compared):
    severity = fields.String(required=True, validate=_SEVERITY)
    systolic = fields.Nested(Compared)
    diastolic = fields.Nested(Compared)
    limit = fields.String()
    case = fields.String(validate=_NAME)
    when = fields.Nested(ConditionShape)
    unless_set = fields.String()
    repeat = fields.Nested(RepeatShape)
    advice = fields.String(required=True)


class LimitsShape(Shape):
    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True)
    measure = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["high", "low"]))
    when = fields.Nested(ConditionShape)
    hazards = fields.List(fields.String(), required=True)
    bands = fields.List(fields.Nested(BandShape), required=True, validate=validate.Length(min=1))


class ChangeShape(Based, Compared):
    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True)
    measure = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["high", "low"]))
    days = fields.Integer(required=True, validate=validate.Range(min=1, max=90))
    jump = fields.Float(required=True)
    history_days = fields.Integer(required=True, validate=validate.Range(min=0, max=90))
    severity = fields.String(required=True, validate=_SEVERITY)
    hazards = fields.List(fields.String(), required=True)
    advice = fields.String(required=True)
    cannot_tell = fields.String()
    held = fields.String()


class CountShape(Based, Compared):
    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True)
    measure = fields.String(required=True)
    direction = fields.String(required=True, validate=validate.OneOf(["high", "low"]))
    at_least = fields.Integer(required=True, validate=validate.Range(min=2))
    within_hours = fields.Integer(required=True, validate=validate.Range(min=1))
    spanning_hours = fields.Integer(load_default=0)
    unbroken = fields.Boolean(load_default=False)
    severity = fields.String(required=True, validate=_SEVERITY)
    hazards = fields.List(fields.String(), required=True)
    advice = fields.String(required=True)


class SymptomsShape(Based):
    name = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True)
    measures = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    direction = fields.String(load_default=str(Direction.NONE), validate=_DIRECTION)
    family = fields.String(load_default=str(Family.ANSWERS), validate=validate.OneOf([str(one) for one in Family]))
    symptoms = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    severity = fields.String(required=True, validate=_SEVERITY)
    hazards = fields.List(fields.String(), required=True)
    advice = fields.String(required=True)


KINDS: Final[dict[str, Schema]] = {
    "limits": LimitsShape(),
    "change": ChangeShape(),
    "count": CountShape(),
    "symptoms": SymptomsShape(),
}


class RuleShape(fields.Field[Any]):
    """A rule, in the shape of its kind."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        kind = value.get("kind") if isinstance(value, dict) else None
        if kind not in KINDS:
            raise ValidationError(f"A rule's kind is one of: {', '.join(KINDS)}.")
        loaded: dict[str, Any] = KINDS[kind].load(value)
        return loaded


class AskShape(Shape):
    measure = fields.String(required=True)
    when = fields.String(required=True)
    how = fields.String(required=True)


class AppliesToShape(Shape):
    age_from = fields.Integer(required=True)
    age_to = fields.Integer(load_default=None, allow_none=True)
    not_pregnant = fields.Boolean(required=True)
    conditions = fields.List(fields.String(), required=True)


class AdviceShape(Shape):
    means = fields.String(required=True, validate=validate.Length(min=1))
    do = fields.String(required=True, validate=validate.Length(min=1))


class VectorShape(Shape):
    name = fields.String(required=True)
    readings = fields.List(fields.Dict(keys=fields.String()), required=True, validate=validate.Length(min=1))
    judged = fields.Integer(load_default=0)
    limits = fields.Dict(keys=fields.String(), values=fields.Float(), load_default=dict)
    received_hours_after = fields.Float(load_default=0.0)
    zone = fields.String(load_default="Europe/London")
    expect = fields.List(fields.Dict(keys=fields.String()), required=True)


class ProtocolShape(Shape):
    """A whole file."""

    id = fields.String(required=True, validate=_NAME)
    version = fields.String(required=True)
    title = fields.String(required=True)
    author = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["draft", "approved", "retired"]))
    applies_to = fields.Nested(AppliesToShape, required=True)
    review_on = fields.Date(required=True)
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    hazards = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    ask = fields.List(fields.Nested(AskShape), required=True, validate=validate.Length(min=1))
    advice = fields.Dict(keys=fields.String(), values=fields.Nested(AdviceShape), required=True)
    margins = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    rules = fields.List(RuleShape(), required=True, validate=validate.Length(min=1))
    vectors = fields.List(fields.Nested(VectorShape), required=True, validate=validate.Length(min=1))


PROTOCOL: Final = ProtocolShape()


def problems(errors: Any, at: str = "") -> list[str]:
    """Marshmallow's nested errors as flat sentences: "rules.0.bands.1.severity: Must be one of ..."."""
    if isinstance(errors, dict):
        return [line for key, inner in errors.items() for line in problems(inner, _path(at, key))]
    return [f"{at}: {error}" if at else str(error) for error in errors]


def _path(at: str, key: object) -> str:
    return at if key == "_schema" else f"{at}.{key}" if at else str(key)
