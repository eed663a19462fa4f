"""Sessions of devices: begun, refreshed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from joserfc.jwk import OctKey
from sqlalchemy import func, select, update

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound, Unauthenticated
from app.identity import tokens
from app.identity.models import DeviceSession, Person, RefreshToken
from app.identity.service import guesses, noting

BROWSER_LASTS = timedelta(hours=12)
APP_LASTS = timedelta(days=30)  # absolute: refreshing does not prolong it
SHARED_LASTS = timedelta(minutes=10)  # on a device that others use too, from the last step
HALF_LASTS = timedelta(minutes=15)  # while a second factor is due
LOST_ANSWER_GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the app gets: an access token for ten minutes and the refresh token that follows it."""

    access_token: str
    refresh_token: str
    expires_in: int = int(tokens.ACCESS_TOKEN_LASTS.total_seconds())
    token_type: str = "Bearer"  # noqa: S105  the name of the scheme, no secret
    second_factor: str | None = None  # what finishes this sign-in, as `second_factor_due`


@dataclass(frozen=True, slots=True)
class Reused(Exception):
    """A refresh token came a second time: its whole session has been ended."""


def new_session(
    person: Person,
    kind: str,
    label: str,
    lasts: timedelta,
    *,
    method: str = "password",
    second_factor: bool = False,
    shown_at: datetime | None = None,
    identity_level: str | None = None,
) -> DeviceSession:
    """Begin a session of a person who has proven who they are by `method`, perhaps by a second factor (`shown_at`)."""
    now = clock.now()
    session = DeviceSession(person_id=person.id, kind=kind, label=label[:80], last_used_at=now, expires_at=now + lasts)
    session.method, session.identity_level = method, identity_level
    session.second_factor_at = (shown_at or now) if second_factor else None
    db.session.add(session)
    return session


def issue(session_id: UUID, key: OctKey, replaced: RefreshToken | None = None) -> Tokens:
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
        return issue(session.id, key, token)
    if now - token.used_at <= LOST_ANSWER_GRACE and token.successor:
        return Tokens(tokens.access_token(session.id, key, now), token.successor)
    _revoke(session, "a refresh token was used twice")
    noting.tell("refresh token used twice, session ended", session.person_id)
    return Reused()


def finish(session_id: UUID) -> DeviceSession:
    """Go on, fully signed in, in a new session; the half one is over. Raises Unauthenticated where it was already."""
    half = db.session.get_one(DeviceSession, session_id, with_for_update=True, populate_existing=True)
    if half.revoked_at:
        raise Unauthenticated
    person = db.session.get_one(Person, half.person_id)
    guesses.forget(person)
    lasts = BROWSER_LASTS if half.kind == "browser" else APP_LASTS
    session = new_session(person, half.kind, half.label or "", lasts, method=half.method, second_factor=True)
    session.identity_level = half.identity_level
    _revoke(half, "second factor shown")
    return session


def finish_browser(session_id: UUID) -> str:
    """Finish a sign-in on pages; returns the new secret of the session cookie."""
    secret = tokens.new_secret()
    finish(session_id).secret_hash = tokens.hashed(secret)
    return secret


def finish_app(session_id: UUID, key: OctKey) -> Tokens:
    """Finish a sign-in from the app; returns the first pair of tokens of the new session."""
    session = finish(session_id)
    db.session.flush()
    return issue(session.id, key)


def share(secret: str) -> None:
    """Let a browser's session end soon: it is on a device that others use too."""
    mine = DeviceSession.secret_hash == tokens.hashed(secret)
    db.session.execute(update(DeviceSession).where(mine).values(expires_at=clock.now() + SHARED_LASTS))


def stay(secret: str) -> None:
    """Have such a session end ten minutes from now, and never later than any other would."""
    now = clock.now()
    mine = (DeviceSession.secret_hash == tokens.hashed(secret), DeviceSession.revoked_at.is_(None))
    soon = (DeviceSession.expires_at > now, DeviceSession.expires_at < now + SHARED_LASTS)
    at_most = func.least(now + SHARED_LASTS, DeviceSession.created_at + BROWSER_LASTS)
    db.session.execute(update(DeviceSession).where(*mine, *soon).values(expires_at=at_most))


def used(session_id: UUID) -> None:
    """Note that a session is in use, for the list of devices; the app's is noted as it refreshes."""
    mine = (DeviceSession.id == session_id, DeviceSession.last_used_at < clock.now())
    db.session.execute(update(DeviceSession).where(*mine).values(last_used_at=clock.now()))


def sign_out(session_id: UUID) -> None:
    """End one session; its cookie and tokens are refused from this commit on."""
    _revoke(db.session.get_one(DeviceSession, session_id), "signed out")


def sign_out_device(person_id: UUID, session_id: UUID) -> None:
    """End one of one's own sessions; raises NotFound for anybody else's."""
    session = db.session.get(DeviceSession, session_id)
    if session is None or session.person_id != person_id or session.revoked_at:
        raise NotFound
    _revoke(session, "signed out from another device")


def sign_out_everywhere(person_id: UUID, *, but: UUID | None = None) -> None:
    """End every session of a person, or every one but the one they are in."""
    running = (DeviceSession.person_id == person_id, DeviceSession.revoked_at.is_(None), DeviceSession.id != but)
    db.session.execute(
        update(DeviceSession).where(*running).values(revoked_at=clock.now(), revoked_because="signed out everywhere")
    )


def _revoke(session: DeviceSession, why: str) -> None:
    session.revoked_at, session.revoked_because = session.revoked_at or clock.now(), why
