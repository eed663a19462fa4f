"""What answering an invitation takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.core.schemas import Instant, Schema, Text


class TypedCode(Schema):
    """The code of an invitation, as somebody typed it."""

    code = Text(required=True, longest=40)


class OpenedBy(Schema):
    """By which an opened invitation is gone on with; of no use to anybody else."""

    secret = Text(required=True, longest=100)


class Proof(OpenedBy):
    """The six digits that were sent to the phone or e-mail."""

    code = Text(required=True, longest=20)


class Acceptance(OpenedBy):
    """Who has come. The names are needed where nobody is known by the phone or e-mail; a password never is."""

    given_name = Text(load_default="", longest=100)
    family_name = Text(load_default="", longest=100)
    password = Text(load_default=None, longest=200, allow_none=True)


class Joining(Schema):
    """Who invites, and as what; the contact is masked."""

    inviter = fields.String(required=True)
    into = fields.String(required=True)
    role = fields.String(required=True)
    relationship = fields.String(required=True, allow_none=True)
    contact_kind = fields.String(required=True)
    contact = fields.String(required=True)
    is_proven = fields.Boolean(required=True)
    needs_name = fields.Boolean(required=True)


class Opened(Schema):
    """What an opened invitation says, and the secret by which it is gone on with."""

    secret = fields.String(required=True)
    invitation = fields.Nested(Joining, required=True)


class InvitedBy(Schema):
    """The one contact by which somebody is asked, into a circle or into a team."""

    phone = Text(load_default=None, longest=30, allow_none=True)
    email = Text(load_default=None, longest=254, allow_none=True)

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("phone")) == bool(data.get("email")):
            raise ValidationError("Give a phone or an e-mail, one of both.", "phone")


class Sent(Schema):
    """An invitation that somebody may still do something about."""

    id = fields.UUID(required=True, attribute="invitation.id")
    state = fields.String(required=True)
    role = fields.String(required=True, attribute="invitation.role")
    contact_kind = fields.String(required=True, attribute="invitation.contact_kind")
    contact = fields.String(required=True, attribute="invitation.contact")
    sent_by = fields.String(required=True, attribute="inviter.name")
    expires_at = Instant(required=True, attribute="invitation.expires_at")
    accepted_at = Instant(required=True, allow_none=True, attribute="invitation.accepted_at")
    joiner = fields.String(required=True, allow_none=True, attribute="joiner.name", dump_default=None)
