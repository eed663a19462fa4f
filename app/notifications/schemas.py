"""How people choose to be told, as it is sent and read."""

from __future__ import annotations

from marshmallow import fields, validate

from app.core.schemas import Instant, Schema
from app.notifications.models import DETAILS
from app.notifications.telling import CHOICES, How

_HOW = fields.String(validate=validate.OneOf([str(how) for how in How]))
_HOW_OR_USUAL = fields.String(allow_none=True, validate=validate.OneOf([str(how) for how in How]))
_CHOICE = fields.String(validate=validate.OneOf(CHOICES))


class Telling(Schema):
    """How I am told; what is not named comes as is usual: posts in the evening, all else at once."""

    categories = fields.Dict(keys=_CHOICE, values=_HOW, required=True)
    quiet_from = fields.Time(required=True, allow_none=True)
    quiet_until = fields.Time(required=True, allow_none=True)
    muted_until = Instant(required=True, allow_none=True)
    detail = fields.String(required=True)


class TellingChange(Schema):
    """What is to be different; a category of null is as usual again, quiet hours come both or, as null, not at all."""

    categories = fields.Dict(keys=_CHOICE, values=_HOW_OR_USUAL)
    quiet_from = fields.Time(allow_none=True)
    quiet_until = fields.Time(allow_none=True)
    muted_until = Instant(allow_none=True)
    detail = fields.String(validate=validate.OneOf(DETAILS))
