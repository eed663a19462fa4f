"""How a carer is, as it is sent."""

from __future__ import annotations

from marshmallow import fields, validate

from app.core.schemas import Schema
from app.messages.carer_questions import HIGHEST, QUESTIONS
from app.messages.models.carers import AGREED

_ANSWER = fields.Integer(validate=validate.Range(0, HIGHEST))


class NewCheckIn(Schema):
    """One number a question, in their order."""

    id = fields.UUID(required=True)
    answers = fields.List(_ANSWER, required=True, validate=validate.Length(equal=len(QUESTIONS)))


class Agreement(Schema):
    """What is agreed to, or ended, for one circle."""

    member = fields.UUID(required=True)
    agreed = fields.String(required=True, validate=validate.OneOf(AGREED))
