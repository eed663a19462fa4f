"""Sign in with a password, on pages and from the app; set one."""

from __future__ import annotations

from datetime import timedelta

from joserfc.jwk import OctKey

from app.core import limits
from app.core.db import db
from app.core.errors import Unauthenticated
from app.identity import contacts, passwords, queries, tokens
from app.identity.models import Person
from app.identity.service import sessions
from app.identity.service.sessions import Tokens

TRIES, TRIES_PER = 10, timedelta(minutes=15)
WRONG = "The e-mail or phone and the password do not fit together."


def sign_in_browser(identifier: str, password: str, label: str, address: str) -> str:
    """Sign in on pages; returns the secret of the session cookie."""
    person = _proven(identifier, password, address)
    secret = tokens.new_secret()
    session = sessions.new_session(person, "browser", label, sessions.BROWSER_LASTS)
    session.secret_hash = tokens.hashed(secret)
    return secret


def sign_in_app(identifier: str, password: str, label: str, address: str, key: OctKey) -> Tokens:
    """Sign in from the app; returns the first pair of tokens."""
    session = sessions.new_session(_proven(identifier, password, address), "app", label, sessions.APP_LASTS)
    db.session.flush()
    return sessions.issue(session.id, key)


def _proven(identifier: str, password: str, address: str) -> Person:
    account = contacts.normal(identifier)
    # Strict on one account from one address; looser on the account alone, so that nobody locks out somebody else.
    limits.spend(f"sign-in both {account} {address}", allowed=TRIES, per=TRIES_PER)
    limits.spend(f"sign-in account {account}", allowed=TRIES * 5, per=TRIES_PER)
    limits.spend(f"sign-in address {address}", allowed=TRIES * 20, per=TRIES_PER)
    person = queries.person_by_contact(identifier)
    fits = passwords.fits(password, person.password_hash if person else None)
    if person is None or not fits or not person.is_active:
        raise Unauthenticated(WRONG)
    return person


def set_password(person: Person, password: str) -> None:
    """Give a person a new password and end every session of theirs."""
    person.password_hash = passwords.hash_of(password)
    sessions.sign_out_everywhere(person.id)
