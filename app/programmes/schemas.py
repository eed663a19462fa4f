"""When somebody is asked by text, as it is sent."""

from __future__ import annotations

from marshmallow import fields, validate

from app.core.schemas import Schema
from app.programmes.asking_times import MOST


class ProgrammeTimes(Schema):
    """The times of the day."""

    times = fields.List(fields.Time(format="%H:%M"), required=True, validate=validate.Length(1, MOST))


class ProgrammePause(Schema):
    """Until which day nothing is asked; null: go on."""

    until = fields.Date(required=True, allow_none=True)
