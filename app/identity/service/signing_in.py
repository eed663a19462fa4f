"""Sign in with a password, on pages and from the app; set one, change one (security.md S13, S14, S15)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from joserfc.jwk import OctKey
from sqlalchemy import update

from app.core import clock, limits
from app.core.db import db
from app.core.errors import Invalid, Unauthenticated
from app.identity import contacts, passwords, queries
from app.identity.models import Person
from app.identity.service import beginning, guesses, noting, recognising, second_factors, sessions
from app.identity.service.sessions import Tokens

TRIES, TRIES_PER = 10, timedelta(minutes=15)
WRONG = "The e-mail or phone and the password do not fit together."
NOBODY = UUID(int=0)


def sign_in_browser(identifier: str, password: str, label: str, address: str, marks: str = "") -> str:
    """Sign in on pages; returns the secret of the session cookie. A refusal may have locked, so it is committed."""
    return beginning.in_browser(_proven(identifier, password, address, marks), label)


def sign_in_app(identifier: str, password: str, label: str, address: str, key: OctKey) -> Tokens:
    """Sign in from the app; returns the first pair of tokens. A refusal may have locked, so it is committed."""
    return beginning.in_app(_proven(identifier, password, address), label, key)


def set_password(person: Person, password: str) -> None:
    """Give a person a new password and end every session of theirs."""
    _set(person, password)
    sessions.sign_out_everywhere(person.id)


def change_password(session_id: UUID, current: str, new: str) -> None:
    """Choose another password, knowing the one before; every other session ends. Raises Invalid.

    Whoever never had one must have signed in lately.
    """
    person = queries.person(queries.session(session_id).person_id)
    if person.password_hash is None:
        second_factors.may_change(session_id)
    else:
        limits.spend(f"password again {person.id}", allowed=TRIES, per=TRIES_PER)
        if not passwords.fits(current, person.password_hash):
            raise Invalid("This is not your password.", errors=[{"pointer": "/current", "detail": "is not yours"}])
    _set(person, new)
    sessions.sign_out_everywhere(person.id, but=session_id)
    noting.note("changed password", person.id)
    noting.message(person.id)


def _proven(identifier: str, password: str, address: str, marks: str = "") -> Person:
    account = contacts.normal(identifier)
    person = queries.person_by_contact(identifier)
    is_known = guesses.counted_by_browser(recognising.known_as(person, marks))
    counted = {} if is_known else _counted(account, address)
    for key, allowed in counted.items():
        limits.spend(key, allowed=allowed, per=TRIES_PER)
    fits = passwords.fits(password, person.password_hash if person else None)
    if person is None or not fits or not _may_by_password(person, is_known=is_known):
        _count_a_wrong_one(person, account)
        raise Unauthenticated(WRONG)
    guesses.begin_anew(person)
    for key in counted:
        limits.give_back(key)
    return person


def _counted(account: str, address: str) -> dict[str, int]:
    """Strict on one account from one address; looser on the account alone, so that nobody locks out somebody else."""
    both, of_account, of_address = f"both {account} {address}", f"account {account}", f"address {address}"
    return {f"sign-in {both}": TRIES, f"sign-in {of_account}": TRIES * 5, f"sign-in {of_address}": TRIES * 20}


def _may_by_password(person: Person, *, is_known: bool) -> bool:
    """In a browser of theirs the guesses of others close nothing; staff have to show a second factor there too."""
    is_open = person.password_locked_at is None or is_known
    return person.is_active and person.locked_at is None and is_open


def _count_a_wrong_one(person: Person | None, account: str) -> None:
    """Count it, and close the password of staff at the tenth; the same is done where there is nobody.

    The password alone is closed: running sessions go on, alerts reach them, a passkey or a code still lets them in.
    """
    if guesses.count(person, account) < guesses.ALLOWED:
        return
    whose = person.id if person else NOBODY
    works = queries.works_somewhere(whose)
    open_one = (Person.id == (whose if works else NOBODY), Person.password_locked_at.is_(None))
    locked = update(Person).where(*open_one).values(password_locked_at=clock.now()).returning(Person.id)
    if db.session.scalar(locked) is not None:
        noting.tell("password locked after ten wrong ones", whose)


def _set(person: Person, password: str) -> None:
    person.password_hash = passwords.hash_of(password, has_second_factor=person.second_factor_since is not None)
    guesses.forget(person)
