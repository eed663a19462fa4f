"""What second factors and passkeys take and give."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, Text
from app.identity.schemas.signing_in import Tokens


class Code(Schema):
    """Six digits of an authenticator app, or a recovery code."""

    code = Text(required=True, longest=40)


class PasswordAgain(Schema):
    """The caller's own password, to show that it is they; empty for whoever has none."""

    password = Text(load_default="", shortest=0, longest=200)


class SecondFactor(Schema):
    """What the caller has set up."""

    due = fields.String(required=True, allow_none=True)
    app = fields.Boolean(required=True)
    passkeys = fields.Integer(required=True)
    recovery_codes_left = fields.Integer(required=True)


class AppKey(Schema):
    """What an authenticator app needs: the key to type, and the link to show as a QR code."""

    key = fields.String(required=True)
    link = fields.String(required=True)


class RecoveryCodes(Schema):
    """Codes to write down: each stands in once for the second factor, and they are shown this once."""

    recovery_codes = fields.List(fields.String(), required=True)


class Enrolled(RecoveryCodes):
    """New recovery codes (none where there were some), and the tokens with which the caller goes on."""

    tokens = fields.Nested(Tokens, required=True)


class IdentityCheck(Schema):
    """How it was checked who asks."""

    reason = Text(required=True, shortest=20, longest=500)


class Passkey(Schema):
    """One passkey."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    created_at = Instant(required=True)
    last_used_at = Instant(required=True, allow_none=True)
    copied_at = Instant(
        required=True, allow_none=True, metadata={"description": "Refused since then: somebody may hold a copy."}
    )


class Passkeys(Schema):
    """The caller's passkeys."""

    items = fields.List(fields.Nested(Passkey), required=True)


class ToMake(Schema):
    """What navigator.credentials.create() takes as its publicKey, in the JSON form of WebAuthn."""

    options = fields.Dict(required=True)


class ToShow(Schema):
    """What navigator.credentials.get() takes as its publicKey, in the JSON form of WebAuthn."""

    options = fields.Dict(required=True)


class Visit(ToShow):
    """The same before sign-in; the visit is sent back with the answer."""

    visit = fields.String(required=True)


class PasskeyShown(Schema):
    """What navigator.credentials.get() gave, in the JSON form of WebAuthn."""

    credential = fields.Dict(keys=fields.String(), required=True)


class PasskeySignIn(PasskeyShown):
    """The same before sign-in, with its visit."""

    visit = Text(required=True, longest=100)
    device = Text(load_default="app", longest=80)


class NewPasskey(PasskeyShown):
    """What navigator.credentials.create() gave, and what the caller calls it."""

    name = Text(required=True, longest=60)


class EnrolledPasskey(Enrolled):
    """The passkey that is kept now."""

    passkey = fields.Nested(Passkey, required=True)
