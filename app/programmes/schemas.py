"""Monitoring by text, as it is sent and shown."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from app.core.schemas import Instant, Schema, Text, page_of
from app.patients.schemas.circle import Wording
from app.programmes.asking_times import MOST
from app.programmes.models import KINDS, STATES

STANDS: Final = ("waiting", "running", "paused", "ended")


def _times() -> fields.Field[Any]:
    return fields.List(fields.Time(format="%H:%M"), required=True, validate=validate.Length(1, MOST))


class ProgrammeTimes(Schema):
    """The times of the day."""

    times = _times()


class NewProgramme(ProgrammeTimes):
    """A programme to propose; sent again under the same id it is the same one."""

    id = fields.UUID(required=True)


class ProgrammePause(Schema):
    """Until which day nothing is asked; null: go on."""

    until = fields.Date(required=True, allow_none=True)


class TextProgramme(Schema):
    """A patient is asked by text; `waiting`: they have not agreed yet by a reply of their own, so nothing is asked."""

    id = fields.UUID(required=True)
    times = _times()
    stands = Text(required=True, one_of=STANDS)
    asked_to_agree_at = Instant(required=True, attribute="created_at")
    agreed_at = Instant(required=True, allow_none=True)
    wording = fields.Nested(Wording, required=True)
    next_at = Instant(required=True, allow_none=True)
    paused_until = fields.Date(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    version = fields.Integer(required=True)


TextProgrammes = page_of(TextProgramme, "TextProgrammes")


class TextAsk(Schema):
    """One time of one day, and what came of it; a repeat is one more measurement after a rest."""

    id = fields.UUID(required=True)
    kind = Text(required=True, one_of=KINDS)
    day = fields.Date(required=True, attribute="local_date")
    at = fields.Time(required=True, format="%H:%M", attribute="slot")
    measures = fields.List(fields.String(), required=True)
    state = Text(required=True, one_of=STATES)
    asked_at = Instant(required=True, allow_none=True)
    reminded_at = Instant(required=True, allow_none=True)
    settled_at = Instant(required=True, allow_none=True)


TextAsks = page_of(TextAsk, "TextAsks")
