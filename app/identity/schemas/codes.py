"""What sign-in with a code, and one's own phone and e-mail, take and give."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.core.schemas import Instant, Schema, Text


class CodeWanted(Schema):
    """The phone or e-mail that a code to sign in is wanted for."""

    identifier = Text(required=True, longest=200)


class CodeAsked(Schema):
    """What the code has to be sent back with, and for how many seconds it serves."""

    request = fields.String(required=True)
    expires_in = fields.Integer(required=True)


class CodeTyped(Schema):
    """A code, and what was answered when it was asked for."""

    request = Text(required=True, longest=100)
    code = Text(required=True, longest=40)
    device = Text(load_default="app", longest=80)


class NewContact(Schema):
    """A new phone or e-mail of one's own; one of both."""

    phone = Text(longest=40)
    email = Text(longest=200)

    @validates_schema
    def _is_one(self, data: dict[str, str], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Give a phone or an e-mail, one at a time.")


class ContactAsked(Schema):
    """For how many seconds the code serves that was sent to the new contact."""

    expires_in = fields.Integer(required=True)


class ContactCode(Schema):
    """The code that came to the new contact."""

    code = Text(required=True, longest=40)


class OwnContacts(Schema):
    """How one is reached, since when that is proven, and what should be proven (again)."""

    phone = fields.String(allow_none=True)
    phone_verified_at = Instant(allow_none=True)
    phone_to_be_proven = fields.Boolean(required=True)
    email = fields.String(allow_none=True)
    email_verified_at = Instant(allow_none=True)
    email_to_be_proven = fields.Boolean(required=True)
