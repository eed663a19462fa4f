"""The second factor of the demo's staff: an authenticator app whose key anybody may know, and what it would show."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.identity import queries, second_factor_codes
from app.identity.models import AuthenticatorApp, Person


def set_up(person: Person) -> None:
    """Give somebody of the demo an app, confirmed."""
    app = AuthenticatorApp(person_id=person.id, confirmed_at=clock.now(), last_step=0)
    app.secret = secret_of(person.email or person.name)
    person.second_factor_since = clock.now()
    db.session.add(app)


def current_code(person_id: UUID) -> str | None:
    """The code that this person's app shows now, or next where it was used already; None without an app."""
    app = queries.authenticator_app(person_id)
    if app is None or not app.secret:
        return None
    return second_factor_codes.code_of(app.secret, max(second_factor_codes.step_at(clock.now()), app.last_step + 1))


def current_code_of(email: str) -> str | None:
    """The same by the person's e-mail."""
    known = queries.person_by_contact(email)
    return current_code(known.id) if known else None


def secret_of(email: str) -> str:
    """The key of the app of somebody of the demo: the same in every demo, it opens nothing else."""
    return base64.b32encode(hashlib.sha1(f"demo {email}".encode(), usedforsecurity=False).digest()).decode()
