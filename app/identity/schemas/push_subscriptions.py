"""Browsers that may be told something."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, Text


class Keys(Schema):
    """The browser's keys, in base64url as PushSubscription.toJSON() has them."""

    p256dh = Text(required=True, longest=100)
    auth = Text(required=True, longest=40)


class NewBrowser(Schema):
    """A push subscription as a browser made it, and what its owner calls the device."""

    endpoint = Text(required=True, longest=1000)
    keys = fields.Nested(Keys, required=True)
    device = Text(load_default="A browser", longest=80)


class Browser(Schema):
    """One that is told."""

    id = fields.UUID(required=True)
    device = Text(required=True, attribute="label")
    last_success_at = Instant(required=True, allow_none=True)


class Browsers(Schema):
    """The caller's, and the key to subscribe another with; none where no browser can be told."""

    items = fields.List(fields.Nested(Browser), required=True)
    application_server_key = Text(required=True, allow_none=True)
