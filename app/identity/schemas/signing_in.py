"""What sign-in, passwords and devices take and give."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, Text


class SignIn(Schema):
    """E-mail or phone, and password."""

    identifier = Text(required=True, longest=200)
    password = Text(required=True, longest=200)
    device = Text(load_default="app", longest=80)


class Refresh(Schema):
    """The refresh token last given."""

    refresh_token = Text(required=True, longest=100)


class Tokens(Schema):
    """An access token for ten minutes and the refresh token that follows it."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    token_type = fields.String(required=True)
    second_factor = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "What finishes this sign-in: totp, passkey, recovery_code, enrol (set one up first);"
            " null: nothing."
        },
    )


class Device(Schema):
    """One signed-in device."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    method = fields.String(required=True)
    label = fields.String(required=True)
    created_at = Instant(required=True)
    last_used_at = Instant(required=True)


class Devices(Schema):
    """The signed-in devices of the caller."""

    items = fields.List(fields.Nested(Device), required=True)


class PasswordChange(Schema):
    """The password before, and the new one."""

    current = Text(load_default="", shortest=0, longest=200)
    new = Text(required=True, longest=200)
