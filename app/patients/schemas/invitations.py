"""What invitations into a circle take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.access.roles import Role
from app.core.schemas import Instant, Schema, Text


class NewInvitation(Schema):
    """Somebody to ask into the circle, by their phone or by their e-mail."""

    role = fields.String(
        load_default=str(Role.MEMBER), validate=validate.OneOf([str(one) for one in (Role.MEMBER, Role.VISITOR)])
    )
    relationship = Text(required=True, longest=100)
    phone = Text(load_default=None, longest=30, allow_none=True)
    email = Text(load_default=None, longest=254, allow_none=True)

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("phone")) == bool(data.get("email")):
            raise ValidationError("Give a phone or an e-mail, one of both.", "phone")


class Invitation(Schema):
    """An invitation that somebody may still do something about."""

    id = fields.UUID(required=True, attribute="invitation.id")
    state = fields.String(required=True)
    role = fields.String(required=True, attribute="invitation.role")
    relationship = fields.String(required=True, attribute="invitation.relationship")
    contact_kind = fields.String(required=True, attribute="invitation.contact_kind")
    contact = fields.String(required=True, attribute="invitation.contact")
    sent_by = fields.String(required=True, attribute="inviter.name")
    expires_at = Instant(required=True, attribute="invitation.expires_at")
    accepted_at = Instant(required=True, allow_none=True, attribute="invitation.accepted_at")
    joiner = fields.String(required=True, allow_none=True, attribute="joiner.name", dump_default=None)


class Invitations(Schema):
    """The invitations into a circle."""

    items = fields.List(fields.Nested(Invitation), required=True)
