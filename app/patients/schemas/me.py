"""What somebody reads of themselves."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema
from app.patients.schemas.circle import Grant


class MyRole(Schema):
    """A role of mine; no team means the whole organisation."""

    organisation_id = fields.UUID(required=True)
    organisation = fields.String(required=True)
    team_id = fields.UUID(required=True, allow_none=True)
    team = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)


class MyRecord(Schema):
    """A record in which I am the patient."""

    patient_id = fields.UUID(required=True, attribute="id")
    enrolled_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)


class MyCircle(Schema):
    """A patient in whose circle I am, and what I was granted."""

    member_id = fields.UUID(required=True, attribute="member.id")
    patient_id = fields.UUID(required=True, attribute="member.patient_id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    role = fields.String(required=True, attribute="member.role")
    relationship = fields.String(required=True, attribute="member.relationship")
    grants = fields.List(fields.Nested(Grant), required=True)


class MyActing(Schema):
    """A patient for whom I act. `is_open` is false while its review is due."""

    id = fields.UUID(required=True, attribute="row.id")
    patient_id = fields.UUID(required=True, attribute="row.patient_id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    basis = fields.String(required=True, attribute="row.basis")
    scopes = fields.List(fields.String(), required=True, attribute="row.scopes")
    review_on = fields.Date(required=True, attribute="row.review_on")
    is_open = fields.Boolean(required=True)


class Me(Schema):
    """Who is calling, and whom they may call about."""

    id = fields.UUID(required=True, attribute="person.id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    phone = fields.String(required=True, allow_none=True, attribute="person.phone")
    email = fields.String(required=True, allow_none=True, attribute="person.email")
    language = fields.String(required=True, attribute="person.language")
    roles = fields.List(fields.Nested(MyRole), required=True)
    records = fields.List(fields.Nested(MyRecord), required=True)
    circles = fields.List(fields.Nested(MyCircle), required=True)
    acting = fields.List(fields.Nested(MyActing), required=True)
