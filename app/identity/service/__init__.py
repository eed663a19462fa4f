"""Use cases of identity: people, sign-in, sessions."""

from __future__ import annotations

from app.identity.service.people import Acquaintances, add_person, change_person, meet
from app.identity.service.sessions import (
    APP_LASTS,
    BROWSER_LASTS,
    Reused,
    Tokens,
    new_session,
    refresh,
    sign_out,
    sign_out_device,
    sign_out_everywhere,
    used,
)
from app.identity.service.signing_in import set_password, sign_in_app, sign_in_browser

__all__ = [
    "APP_LASTS",
    "BROWSER_LASTS",
    "Acquaintances",
    "Reused",
    "Tokens",
    "add_person",
    "change_person",
    "meet",
    "new_session",
    "refresh",
    "set_password",
    "sign_in_app",
    "sign_in_browser",
    "sign_out",
    "sign_out_device",
    "sign_out_everywhere",
    "used",
]
