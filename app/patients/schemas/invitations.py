"""What invitations into a circle take and give."""

from __future__ import annotations

from marshmallow import fields, validate

from app.access.roles import Role
from app.core.schemas import Schema, Text
from app.identity.schemas.invitations import InvitedBy, Sent


class NewInvitation(InvitedBy):
    """Somebody to ask into the circle, by their phone or by their e-mail."""

    role = fields.String(
        load_default=str(Role.MEMBER), validate=validate.OneOf([str(one) for one in (Role.MEMBER, Role.VISITOR)])
    )
    relationship = Text(required=True, longest=100)


class Invitation(Sent):
    """An invitation into a circle."""

    relationship = fields.String(required=True, attribute="invitation.relationship")


class Invitations(Schema):
    """The invitations into a circle."""

    items = fields.List(fields.Nested(Invitation), required=True)
