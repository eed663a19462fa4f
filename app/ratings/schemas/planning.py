"""Instruments, what a patient rates with and when, and licences."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, Text
from app.ratings.schemas.ratings import Code


class Area(Schema):
    """A part of life, and what the two ends of the scale mean."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    asks = fields.String(required=True)
    low = fields.String(required=True)
    high = fields.String(required=True)
    colour = fields.String(required=True)


class Stage(Schema):
    """A score that has a name."""

    score = fields.Integer(required=True)
    name = fields.String(required=True)


class Instrument(Schema):
    """What can be rated with now, in its newest version."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    language = fields.String(required=True)
    name = fields.String(required=True)
    about = fields.String(required=True)
    attribution = fields.String(required=True)
    shape = fields.String(required=True)
    lowest = fields.Integer(required=True)
    highest = fields.Integer(required=True)
    stages = fields.List(fields.Nested(Stage), required=True)
    voices = fields.List(fields.String(), required=True)
    areas = fields.List(fields.Nested(Area), required=True)


class Instruments(Schema):
    """All of them."""

    items = fields.List(fields.Nested(Instrument), required=True)


class NewCourse(Schema):
    """With what a patient rates, and from when; today where nothing is said."""

    code = Code(required=True)
    started_on = fields.Date(load_default=None, allow_none=True)


class Course(Schema):
    """With what a patient rates, and since when."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    started_on = fields.Date(required=True)
    ended_at = Instant(required=True, allow_none=True)


class Courses(Schema):
    """All of them, the newest first."""

    items = fields.List(fields.Nested(Course), required=True)


class Due(Schema):
    """A rating that is due on a day, was done, or was called off."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    occasion = fields.String(required=True)
    due_on = fields.Date(required=True)
    state = fields.String(required=True)
    rating_id = fields.UUID(required=True, allow_none=True)


class Dues(Schema):
    """All of them, by their day."""

    items = fields.List(fields.Nested(Due), required=True)


class LoadedInstrument(Schema):
    """An instrument whose file is there; a licensed one is off until its licence is recorded."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    is_licensed = fields.Boolean(required=True)
    attribution = fields.String(required=True)


class LoadedInstruments(Schema):
    """All of them."""

    items = fields.List(fields.Nested(LoadedInstrument), required=True)


class NewLicence(Schema):
    """A licence as it was issued, and that its provider approved this software."""

    organisation_id = fields.UUID(required=True)
    code = Code(required=True)
    holder = Text(required=True)
    number = Text(required=True)
    approval = Text(required=True)
    expires_on = fields.Date(required=True)


class Licence(Schema):
    """A licence; no rating is begun after `expires_on` or once it is ended, and earlier ones stay."""

    id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    code = fields.String(required=True)
    holder = fields.String(required=True)
    number = fields.String(required=True)
    approval = fields.String(required=True)
    expires_on = fields.Date(required=True)
    recorded_at = Instant(required=True, attribute="created_at")
    ended_at = Instant(required=True, allow_none=True)


class Licences(Schema):
    """Those of the caller's organisations, the newest first."""

    items = fields.List(fields.Nested(Licence), required=True)
