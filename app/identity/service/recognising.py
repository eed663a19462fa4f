"""Know a browser again in which somebody has signed in before (security.md S15)."""

from __future__ import annotations

from sqlalchemy import select

from app import config
from app.core import clock
from app.core.db import db
from app.identity import known_browsers, queries, tokens
from app.identity.models import DeviceSession, Person


def remember(session_secret: str, held: str) -> str | None:
    """The marks of a browser in which somebody has just signed in; None as long as their second factor is due."""
    session = db.session.scalars(
        select(DeviceSession).where(DeviceSession.secret_hash == tokens.hashed(session_secret))
    ).one()
    person = queries.person(session.person_id)
    if session.second_factor_at is None and queries.second_factor_due(person):
        return None
    return known_browsers.with_mark(held, config.current().secret_key, person.id, clock.now())


def known_as(person: Person | None, held: str) -> str | None:
    """By which name of its own this person's browser is counted; None where it is not known to be theirs."""
    if person is None or not held:
        return None
    return known_browsers.name_for(held, config.current().secret_keys, person.id, clock.now())
