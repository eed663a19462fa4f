"""Figures as they are sent."""

from __future__ import annotations

from marshmallow import fields, validate

from app.core.schemas import Schema
from app.ratings.models import VOICES


class FiguresQuery(Schema):
    """Whose ratings the changes are reckoned from."""

    voice = fields.String(load_default=VOICES[0], validate=validate.OneOf(VOICES))
    code = fields.String(load_default="wheel")


class DueFigure(Schema):
    """One occasion, in numbers of people; null where so few are not shown."""

    occasion = fields.String()
    due = fields.Integer(allow_none=True)
    done = fields.Integer(allow_none=True)
    missing = fields.Float(allow_none=True)


class ChangeFigure(Schema):
    """One part of life; null where so few are not shown."""

    area = fields.String()
    people = fields.Integer(allow_none=True)
    mean = fields.Float(allow_none=True)


class GoalFigure(Schema):
    """Goals in one state."""

    state = fields.String()
    count = fields.Integer(allow_none=True)


class TeamFigures(Schema):
    """What was due and done in a team, how far people have come, goals by state; with what each figure means."""

    dues = fields.List(fields.Nested(DueFigure))
    changes = fields.List(fields.Nested(ChangeFigure))
    goals = fields.List(fields.Nested(GoalFigure))
    definitions = fields.Dict(keys=fields.String(), values=fields.String())
