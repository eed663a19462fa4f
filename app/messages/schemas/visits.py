"""What visits take and give: plans, visits, arrivals, the code on the wall."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of
from app.messages.visit_entering import NewPlan, NewVisit, Told
from app.readings import schemas as readings

LONGEST_WHAT, LONGEST_WHY = 120, 300
_AT = "%H:%M"
_MINUTES, _LATE_AFTER = validate.Range(5, 720), validate.Range(5, 240)


class Weekdays(fields.List[int]):
    """Days of the week, Monday is 1."""

    def __init__(self, **more: Any) -> None:
        super().__init__(fields.Integer(validate=validate.Range(1, 7)), validate=validate.Length(1, 7), **more)


class _Plan(Schema):
    what = Text(longest=LONGEST_WHAT)
    weekdays = Weekdays()
    every_weeks = fields.Integer(validate=validate.Range(1, 52))
    at = fields.Time(format=_AT)
    minutes = fields.Integer(validate=_MINUTES)
    late_after = fields.Integer(validate=_LATE_AFTER)
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)
    visitor_id = fields.UUID(allow_none=True)


class NewVisitPlanSchema(_Plan):
    """A visit that comes again, by the clock where the patient lives; the id is the sender's own."""

    id = fields.UUID(required=True)
    what = Text(required=True, longest=LONGEST_WHAT)
    weekdays = Weekdays(required=True)
    every_weeks = fields.Integer(load_default=1, validate=validate.Range(1, 52))
    at = fields.Time(required=True, format=_AT)
    minutes = fields.Integer(required=True, validate=_MINUTES)
    late_after = fields.Integer(load_default=30, validate=_LATE_AFTER)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(load_default=None, allow_none=True)
    visitor_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        _check_days(data)

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewPlan:
        return NewPlan(**data | {"weekdays": tuple(sorted(set(data["weekdays"])))})


class VisitPlanChange(_Plan):
    """What is other from now on; the visits to come are made anew."""

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        _check_days(data)


def _check_days(data: dict[str, Any]) -> None:
    starts, ends = data.get("starts_on"), data.get("ends_on")
    if starts is not None and not 2000 <= starts.year <= 2200:
        raise ValidationError("Not a day that a plan can begin on.", "starts_on")
    if ends is not None and not 2000 <= ends.year <= 2200:
        raise ValidationError("Not a day that a plan can end on.", "ends_on")
    if starts and ends and ends < starts:
        raise ValidationError("The last day is before the first.", "ends_on")


class VisitPlan(Schema):
    """A plan of visits."""

    id = fields.UUID(required=True)
    what = fields.String(required=True)
    weekdays = fields.List(fields.Integer(), required=True)
    every_weeks = fields.Integer(required=True)
    at = fields.Time(required=True, format=_AT)
    minutes = fields.Integer(required=True)
    late_after = fields.Integer(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    visitor_id = fields.UUID(required=True, allow_none=True)
    version = fields.Integer(required=True)


class VisitPlans(Schema):
    """The plans that run."""

    items = fields.List(fields.Nested(VisitPlan), required=True)


class NewVisitSchema(Schema):
    """A single visit, by the clock where the patient lives; the id is the sender's own."""

    id = fields.UUID(required=True)
    what = Text(required=True, longest=LONGEST_WHAT)
    on = fields.Date(required=True)
    at = fields.Time(required=True, format=_AT)
    minutes = fields.Integer(required=True, validate=_MINUTES)
    late_after = fields.Integer(load_default=30, validate=_LATE_AFTER)
    visitor_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def _sane(self, data: dict[str, Any], **_: Any) -> None:
        if not 2000 <= data["on"].year <= 2200:
            raise ValidationError("Not a day that a visit can be on.", "on")

    @post_load
    def _new(self, data: dict[str, Any], **_: Any) -> NewVisit:
        return NewVisit(**data)


class VisitorChange(Schema):
    """Who comes; null: somebody of the service."""

    visitor_id = fields.UUID(required=True, allow_none=True)


class VisitCallingOff(Schema):
    """Why a visit is called off; whoever sees visits reads it."""

    why = Text(required=True, longest=LONGEST_WHY)


class Happened(Schema):
    """When it happened, by the phone's clock, and what that clock shows now; both left out: now.

    `unexpected`: what a visit is that nobody had planned. Its id in the path is then chosen by the sender.
    """

    happened_at = Instant(load_default=None, allow_none=True)
    sent_at = Instant(load_default=None, allow_none=True)
    unexpected = Text(load_default=None, allow_none=True, longest=LONGEST_WHAT)


class NewLeaving(Happened):
    """Somebody leaves, or left."""

    @post_load
    def _told(self, data: dict[str, Any], **_: Any) -> Told:
        return Told(**data)


class NewArrival(Happened):
    """Somebody is, or was, there; `code` as it hangs on the wall, left out where there is none."""

    code = Text(load_default=None, allow_none=True, longest=40)

    @post_load
    def _told(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        code = data.pop("code")
        return {"told": Told(**data), "code": code}


class VisitStanding(Schema):
    """Where a visit stands after somebody told of it."""

    id = fields.UUID(required=True)
    state = fields.String(required=True)
    arrived_at = Instant(required=True, allow_none=True)
    arrival = fields.String(required=True, allow_none=True)
    left_at = Instant(required=True, allow_none=True)
    version = fields.Integer(required=True)


class OneVisit(Schema):
    """A visit."""

    id = fields.UUID(required=True)
    plan_id = fields.UUID(required=True, allow_none=True)
    local_date = fields.Date(required=True)
    what = fields.String(required=True)
    visitor_id = fields.UUID(required=True, allow_none=True)
    visitor = fields.String(required=True, allow_none=True)
    due_at = Instant(required=True)
    minutes = fields.Integer(required=True)
    state = fields.String(required=True)
    arrived_at = Instant(required=True, allow_none=True)
    arrival = fields.String(required=True, allow_none=True)
    left_at = Instant(required=True, allow_none=True)
    why = fields.String(required=True, allow_none=True)
    is_unexpected = fields.Boolean(required=True)
    is_late = fields.Boolean(required=True)
    is_short = fields.Boolean(required=True)
    hidden_from_circle = fields.Boolean(required=True)
    version = fields.Integer(required=True)


VisitPage = page_of(OneVisit, "VisitPage")


class VisitQuery(PageQuery):
    """Which visits."""

    since = Instant(load_default=None)
    until = Instant(load_default=None)

    @validates_schema
    def _of_a_sane_length(self, data: dict[str, Any], **_: Any) -> None:
        since, until = data.get("since"), data.get("until")
        if since and until and not timedelta(0) < until - since <= timedelta(days=366):
            raise ValidationError("Ask for a time of up to a year that ends after it begins.", "until")


class ArrivalCode(Schema):
    """A new code for the wall: shown this once."""

    code = fields.String(required=True)
    url = fields.String(required=True)


class ReadingsAtVisit(Schema):
    """What was measured at a visit."""

    sent_at = Instant(load_default=None, allow_none=True)
    readings = fields.List(
        fields.Nested(readings.UploadedReading), required=True, validate=validate.Length(min=1, max=20)
    )


class VisitAudience(Schema):
    """Who may read each of the two texts, by name."""

    family = fields.List(fields.String(), required=True)
    professional = fields.List(fields.String(), required=True)
