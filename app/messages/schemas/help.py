"""Help that the circle is asked for, and the calendar of what comes."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.core.pages import PageQuery
from app.core.schemas import Instant, Schema, Text, page_of
from app.messages import help_entering, wanted
from app.messages.help_entering import NewHelp
from app.messages.models.help import HAPPENED, HELP_STATES


class HelpQuery(PageQuery):
    """Which requests."""

    only_running = fields.Boolean(load_default=False)


class NewHelpSchema(Schema):
    """What is wanted: one of the things offered, own words, or both. Without `people` all of the circle are asked."""

    id = fields.UUID(required=True)
    thing = Text(one_of=wanted.THINGS, load_default=None, allow_none=True)
    words = Text(longest=help_entering.LONGEST, shortest=0, load_default="")
    wanted_at = Instant(load_default=None, allow_none=True)
    people = fields.List(fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(min=1, max=100))

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> NewHelp:
        people = None if data["people"] is None else tuple(data["people"])
        return NewHelp(**data | {"words": data["words"].strip(), "people": people})


class HelpPerson(Schema):
    """Somebody, with what they are to the patient."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    is_to_patient = fields.String(required=True, attribute="said")


class HelpAnswer(Schema):
    """Somebody who was asked, and when they said that they cannot."""

    who = fields.Nested(HelpPerson, required=True)
    passed_at = Instant(required=True, allow_none=True)


class Help(Schema):
    """Something the circle was asked for; once taken and not done by `reopen_at`, it is open again."""

    id = fields.UUID(required=True)
    what = fields.String(required=True)
    wanted_at = Instant(required=True, allow_none=True)
    asked_at = Instant(required=True, attribute="created_at")
    asked_by = fields.Nested(HelpPerson, required=True)
    to_all = fields.Boolean(required=True)
    asked = fields.List(fields.Nested(HelpAnswer), required=True)
    state = Text(required=True, one_of=HELP_STATES)
    helper = fields.Nested(HelpPerson, required=True, allow_none=True)
    claimed_at = Instant(required=True, allow_none=True)
    arrived_at = Instant(required=True, allow_none=True)
    done_at = Instant(required=True, allow_none=True)
    reopen_at = Instant(required=True, allow_none=True)
    is_mine = fields.Boolean(required=True)


HelpPage = page_of(Help, "HelpPage")


class HelpStep(Schema):
    """Something that was said or done about it; by nobody: its time had passed, or a right had ended."""

    kind = Text(required=True, one_of=HAPPENED)
    at = Instant(required=True)
    by = fields.Nested(HelpPerson, required=True, allow_none=True)
    channel = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


class HelpWithHistory(Help):
    """The same with its true history."""

    history = fields.List(fields.Nested(HelpStep), required=True)


class Helpers(Schema):
    """Who can be asked, and the things that are offered to ask for."""

    items = fields.List(fields.Nested(HelpPerson), required=True)
    things = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class HelpShare(Schema):
    """How much of it one person was asked for, took and did; `of` is what anybody took of what they were asked for."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    asked = fields.Integer(required=True)
    took = fields.Integer(required=True)
    did = fields.Integer(required=True)
    of = fields.Integer(required=True)


class FairView(Schema):
    """The last days of a circle, longest in it first: no ranking."""

    days = fields.Integer(required=True)
    items = fields.List(fields.Nested(HelpShare), required=True)


class CalendarEntry(Schema):
    """A visit or help at a time."""

    kind = Text(required=True, one_of=("visit", "help"))
    id = fields.UUID(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    what = fields.String(required=True)
    who = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    is_mine = fields.Boolean(required=True)


class ComingInCircle(Schema):
    """What comes."""

    items = fields.List(fields.Nested(CalendarEntry), required=True)


class CircleCalendar(Schema):
    """A calendar of one's own that reads along; its address is not told again."""

    id = fields.UUID(required=True)
    made_at = Instant(required=True, attribute="created_at")


class MadeCircleCalendar(Schema):
    """A calendar just made. Keep the address: whoever has it reads the calendar."""

    calendar = fields.Nested(CircleCalendar, required=True)
    url = fields.String(required=True)


class CircleCalendars(Schema):
    """The running ones of one's own."""

    items = fields.List(fields.Nested(CircleCalendar), required=True)
