"""What acting for a patient takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.access.permissions import SCOPES
from app.core.schemas import Instant, Schema, Text
from app.patients import acting
from app.patients.labelling import BASES
from app.patients.schemas.circle import Wording


class NewActing(Schema):
    """A member of the circle who is to act for the patient; the team says what it has seen (20 characters or more)."""

    member_id = fields.UUID(required=True)
    basis = fields.String(required=True, validate=validate.OneOf(list(BASES)))
    scopes = fields.List(
        fields.String(validate=validate.OneOf(sorted(SCOPES))),
        required=True,
        validate=validate.Length(min=1, max=len(SCOPES)),
    )
    review_on = fields.Date(required=True)
    evidence = Text(load_default="", longest=1000, shortest=0)
    wording_version = fields.Integer(required=True, strict=True)

    @post_load
    def _acting(self, data: dict[str, Any], **_: Any) -> acting.NewActing:
        return acting.NewActing(**data | {"scopes": frozenset(data["scopes"])})


class ActingReview(Schema):
    """That the basis still holds, in words, and when to look again."""

    review_on = fields.Date(required=True)
    note = Text(required=True, longest=1000)


class ActingFor(Schema):
    """Somebody who acts for the patient. `is_open` is false from the day after its review until it was reviewed."""

    id = fields.UUID(required=True, attribute="row.id")
    person_id = fields.UUID(required=True, attribute="row.person_id")
    name = fields.String(required=True, attribute="person.name")
    basis = fields.String(required=True, attribute="row.basis")
    words = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True, attribute="row.scopes")
    evidence = fields.String(required=True, attribute="row.evidence")
    review_on = fields.Date(required=True, attribute="row.review_on")
    is_open = fields.Boolean(required=True)
    given_at = Instant(required=True, attribute="row.created_at")
    given_by = fields.String(required=True)
    agreed = fields.Nested(Wording, required=True)


class ActingForList(Schema):
    """Who acts for the patient."""

    items = fields.List(fields.Nested(ActingFor), required=True)
