"""Begin a session of somebody who has proven who they are, in a browser or in the app."""

from __future__ import annotations

import dataclasses
from typing import Any

from joserfc.jwk import OctKey

from app.core.db import db
from app.identity import queries, tokens
from app.identity.models import Person
from app.identity.service import sessions
from app.identity.service.sessions import Tokens


def in_browser(person: Person, label: str, **proven: Any) -> str:
    """Begin a session of pages; returns the secret of its cookie. How they proved it is as for `new_session`."""
    secret = tokens.new_secret()
    lasts = sessions.HALF_LASTS if _due(person, proven) else sessions.BROWSER_LASTS
    session = sessions.new_session(person, "browser", label, lasts, **proven)
    session.secret_hash = tokens.hashed(secret)
    return secret


def in_app(person: Person, label: str, key: OctKey, **proven: Any) -> Tokens:
    """Begin a session of the app; returns the first pair of tokens, and what has to be shown besides."""
    due = _due(person, proven)
    lasts = sessions.HALF_LASTS if due else sessions.APP_LASTS
    session = sessions.new_session(person, "app", label, lasts, **proven)
    db.session.flush()
    return dataclasses.replace(sessions.issue(session.id, key), second_factor=due)


def _due(person: Person, proven: dict[str, Any]) -> str | None:
    return None if proven.get("second_factor") else queries.second_factor_due(person)
