"""Use cases of identity: sign in, refresh, sign out, people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from joserfc.jwk import OctKey
from sqlalchemy import select, update

from app.core import clock, limits
from app.core.db import db
from app.core.errors import Conflict, NotFound, Unauthenticated
from app.core.logs import log
from app.identity import contacts, introductions, passwords, queries, tokens
from app.identity.introductions import Introduced
from app.identity.models import DeviceSession, Person, RefreshToken

BROWSER_LASTS = timedelta(hours=12)
APP_LASTS = timedelta(days=30)  # absolute: refreshing does not prolong it
LOST_ANSWER_GRACE = timedelta(seconds=10)
TRIES, TRIES_PER = 10, timedelta(minutes=15)
WRONG = "The e-mail or phone and the password do not fit together."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the app gets: an access token for ten minutes and the refresh token that follows it."""

    access_token: str
    refresh_token: str
    expires_in: int = int(tokens.ACCESS_TOKEN_LASTS.total_seconds())
    token_type: str = "Bearer"  # noqa: S105  the name of the scheme, no secret


@dataclass(frozen=True, slots=True)
class Reused(Exception):
    """A refresh token came a second time: its whole session has been ended."""


def add_person(
    given_name: str,
    family_name: str,
    *,
    phone: str | None = None,
    email: str | None = None,
    password: str | None = None,
    language: str = "en",
    kind: str = "human",
) -> Person:
    """Make a person known; raises Conflict where the phone or e-mail belongs to somebody else."""
    person = Person(given_name=given_name, family_name=family_name, language=language, kind=kind)
    person.phone = contacts.phone(phone) if phone else None
    person.email = contacts.email(email) if email else None
    person.password_hash = passwords.hash_of(password) if password else None
    for column, value in ((Person.phone_index, person.phone_index), (Person.email_index, person.email_index)):
        if value is not None and db.session.scalar(select(Person.id).where(column == value)):
            raise Conflict("Somebody with this phone or e-mail is known already.")
    db.session.add(person)
    db.session.flush()
    return person


class Acquaintances:
    """The people whom Kith knows by the contacts of some introductions, read in one statement for all of them."""

    def __init__(self, introductions_made: Iterable[Introduced]) -> None:
        made = list(introductions_made)
        phones, emails = {who.phone for who in made if who.phone}, {who.email for who in made if who.email}
        self._by_contact: dict[bytes, Person] = {}
        for person in queries.people_by_contacts(phones, emails):
            self._remember(person)
        self.ids = {person.id for person in self._by_contact.values()}

    def meet(self, who: Introduced) -> Person:
        """The person found by phone or e-mail, else a new one, not yet stored.

        What is stored of a person who is found stays as it is. Raises Conflict where the contacts belong to somebody
        of another name, to a device, or to two people.
        """
        person = _person_of(who)
        found = {
            known.id: known
            for index in (person.phone_index, person.email_index)
            if index is not None and (known := self._by_contact.get(index))
        }
        if not found:
            self._remember(person)
            return person
        known = found.popitem()[1]
        alike = introductions.same_name(known.name, person.name) and known.kind == who.kind and known.is_active
        if found or not alike:
            raise introductions.somebody_elses()
        return known

    def _remember(self, person: Person) -> None:
        for index in (person.phone_index, person.email_index):
            if index is not None:
                self._by_contact[index] = person


def meet(who: Introduced) -> Person:
    """The person found by phone or e-mail, else a new one, stored; raises Conflict as `Acquaintances.meet` does."""
    person = Acquaintances([who]).meet(who)
    db.session.add(person)
    db.session.flush()
    return person


def _person_of(who: Introduced) -> Person:
    person = Person(given_name=who.given_name, family_name=who.family_name, language=who.language)
    person.kind, person.is_active = who.kind, True
    person.phone, person.email = who.phone, who.email
    return person


def change_person(person: Person, changes: dict[str, Any]) -> None:
    """Change name, language, phone or e-mail; raises Conflict where a contact belongs to somebody else."""
    one_form = {"phone": contacts.phone, "email": contacts.email}
    for name, value in changes.items():
        setattr(person, name, one_form[name](value) if name in one_form and value else value)
    phones, emails = ({value} if value else set() for value in (person.phone, person.email))
    with db.session.no_autoflush:  # the contact is not stored before it is known to be free
        taken = [other for other in queries.people_by_contacts(phones, emails) if other.id != person.id]
    if taken:
        raise introductions.somebody_elses()
    db.session.flush()


def set_password(person: Person, password: str) -> None:
    """Give a person a new password and end every session of theirs."""
    person.password_hash = passwords.hash_of(password)
    sign_out_everywhere(person.id)


def sign_in_browser(identifier: str, password: str, label: str, address: str) -> str:
    """Sign in on pages; returns the secret of the session cookie."""
    person = _proven(identifier, password, address)
    secret = tokens.new_secret()
    session = new_session(person, "browser", label, BROWSER_LASTS)
    session.secret_hash = tokens.hashed(secret)
    return secret


def sign_in_app(identifier: str, password: str, label: str, address: str, key: OctKey) -> Tokens:
    """Sign in from the app; returns the first pair of tokens."""
    session = new_session(_proven(identifier, password, address), "app", label, APP_LASTS)
    db.session.flush()
    return _issue(session.id, key)


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


def new_session(person: Person, kind: str, label: str, lasts: timedelta) -> DeviceSession:
    """Begin a session of a person who has proven who they are."""
    now = clock.now()
    session = DeviceSession(person_id=person.id, kind=kind, label=label[:80], last_used_at=now, expires_at=now + lasts)
    db.session.add(session)
    return session


def _issue(session_id: UUID, key: OctKey, replaced: RefreshToken | None = None) -> Tokens:
    secret = tokens.new_secret()
    db.session.add(RefreshToken(session_id=session_id, token_hash=tokens.hashed(secret)))
    if replaced is not None:
        replaced.used_at, replaced.successor = clock.now(), secret
    return Tokens(tokens.access_token(session_id, key, clock.now()), secret)


def refresh(secret: str, key: OctKey) -> Tokens | Reused:
    """The next pair of tokens.

    A token serves once. Within ten seconds the same successor is given again (the answer was lost, or two tabs asked);
    later it was stolen or copied: `Reused` is returned, not raised, because ending the session must be committed.
    """
    token = db.session.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == tokens.hashed(secret)).with_for_update()
    )
    session = db.session.get(DeviceSession, token.session_id) if token else None
    now = clock.now()
    if token is None or session is None or session.revoked_at or session.expires_at <= now:
        raise Unauthenticated("Please sign in again.")
    session.last_used_at = now
    if token.used_at is None:
        return _issue(session.id, key, token)
    if now - token.used_at <= LOST_ANSWER_GRACE and token.successor:
        return Tokens(tokens.access_token(session.id, key, now), token.successor)
    _revoke(session, "a refresh token was used twice")
    log.warning("refresh token used twice", reason="session ended")
    return Reused()


def sign_out(session_id: UUID) -> None:
    """End one session; its cookie and tokens are refused from this commit on."""
    _revoke(db.session.get_one(DeviceSession, session_id), "signed out")


def sign_out_device(person_id: UUID, session_id: UUID) -> None:
    """End one of one's own sessions; raises NotFound for anybody else's."""
    session = db.session.get(DeviceSession, session_id)
    if session is None or session.person_id != person_id or session.revoked_at:
        raise NotFound
    _revoke(session, "signed out from another device")


def sign_out_everywhere(person_id: UUID) -> None:
    """End every session of a person."""
    running = (DeviceSession.person_id == person_id, DeviceSession.revoked_at.is_(None))
    db.session.execute(
        update(DeviceSession).where(*running).values(revoked_at=clock.now(), revoked_because="signed out everywhere")
    )


def _revoke(session: DeviceSession, why: str) -> None:
    session.revoked_at, session.revoked_because = session.revoked_at or clock.now(), why
