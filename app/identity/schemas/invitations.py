"""What answering an invitation takes and gives."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Schema, Text


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
