"""What a circle and its grants take and give."""

from __future__ import annotations

from marshmallow import fields, validate

from app.access.permissions import Category, Right
from app.access.roles import CIRCLE, Role
from app.core.schemas import Instant, Schema, Text, page_of
from app.patients.schemas.record import LANGUAGE


class NewCircleMember(Schema):
    """Somebody, or a device (service), to join the circle: found or made by phone or e-mail."""

    role = fields.String(required=True, validate=validate.OneOf(sorted(CIRCLE)))
    relationship = Text(required=True, longest=100)
    given_name = Text(required=True, longest=100)
    family_name = Text(required=True, longest=100)
    phone = Text(load_default=None, longest=30, allow_none=True)
    email = Text(load_default=None, longest=254, allow_none=True)
    language = fields.String(load_default="en", validate=LANGUAGE)


class CircleMemberChange(Schema):
    """What somebody is to the patient by now, and which of their grants stay: all others end."""

    relationship = Text(required=True, longest=100)
    role = fields.String(required=True, validate=validate.OneOf([str(one) for one in (Role.MEMBER, Role.VISITOR)]))
    keep = fields.List(fields.UUID(), required=True, validate=validate.Length(max=50))


class NewGrant(Schema):
    """What a member may do with one category, and until when: a year ahead at most."""

    category = fields.String(required=True, validate=validate.OneOf([str(c) for c in Category]))
    right = fields.String(required=True, validate=validate.OneOf([str(right) for right in Right]))
    ends_on = fields.Date(required=True)
    wording_version = fields.Integer(
        required=True,
        strict=True,
        metadata={"description": "Of the words that were shown before it was given (.../consents)."},
    )


class Ending(Schema):
    """Whether the member is sent a message; without it nothing is said to them."""

    tell = fields.Boolean(load_default=False)


class Wording(Schema):
    """Words that are, or were, agreed to; no text where it was given before the words were kept."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    language = fields.String(required=True)
    text = fields.List(fields.String(), required=True)


class Wordings(Schema):
    """The words of today for every kind of consent, with the names in them."""

    items = fields.List(fields.Nested(Wording), required=True)


class Grant(Schema):
    """A running grant."""

    id = fields.UUID(required=True)
    category = fields.String(required=True)
    right = fields.String(required=True)
    ends_on = fields.Date(required=True)


class GivenGrant(Schema):
    """A running grant with who gave it, on whose behalf, and in which words."""

    id = fields.UUID(required=True, attribute="grant.id")
    category = fields.String(required=True, attribute="grant.category")
    right = fields.String(required=True, attribute="grant.right")
    ends_on = fields.Date(required=True, attribute="grant.ends_on")
    given_at = Instant(required=True, attribute="grant.created_at")
    given_by = fields.String(required=True)
    agreed = fields.Nested(Wording, required=True)


class CircleMember(Schema):
    """A member of a circle with what is granted to them."""

    id = fields.UUID(required=True, attribute="member.id")
    person_id = fields.UUID(required=True, attribute="person.id")
    given_name = fields.String(required=True, attribute="person.given_name")
    family_name = fields.String(required=True, attribute="person.family_name")
    role = fields.String(required=True, attribute="member.role")
    relationship = fields.String(required=True, attribute="member.relationship")
    since = Instant(required=True, attribute="member.created_at")
    acts_for_patient = fields.Boolean(required=True)
    grants = fields.List(fields.Nested(GivenGrant), required=True)
    version = fields.Integer(required=True)


class Circle(Schema):
    """The people and devices around a patient."""

    items = fields.List(fields.Nested(CircleMember), required=True)


class Withdrawal(Schema):
    """What an ending changes and what it does not, read before it is confirmed."""

    changes = fields.List(fields.String(), required=True)
    stays = fields.List(fields.String(), required=True)
    nobody_told = fields.List(fields.String(), required=True)


class PastGrant(Schema):
    """A grant there is or was: who gave it and when, until when, who ended it, when and why."""

    id = fields.UUID(required=True, attribute="grant.id")
    member_id = fields.UUID(required=True, attribute="grant.member_id")
    member_name = fields.String(required=True)
    category = fields.String(required=True, attribute="grant.category")
    right = fields.String(required=True, attribute="grant.right")
    ends_on = fields.Date(required=True, attribute="grant.ends_on")
    given_at = Instant(required=True, attribute="grant.created_at")
    given_by = fields.String(required=True)
    ended_at = Instant(required=True, allow_none=True, attribute="grant.ended_at")
    ended_by = fields.String(required=True, allow_none=True)
    ended_why = fields.String(required=True, allow_none=True, attribute="grant.ended_why")
    agreed = fields.Nested(Wording, required=True)


PastGrants = page_of(PastGrant, "PastGrants")
