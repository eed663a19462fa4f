"""Passkeys (WebAuthn): made, shown to sign in or as a second factor, removed (security.md S12)."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from joserfc.jwk import OctKey
from sqlalchemy import delete, select, update
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import exceptions, parse_client_data_json, structs
from webauthn.registration.verify_registration_response import VerifiedRegistration

from app import config
from app.core import clock, limits
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, Unauthenticated
from app.identity import queries, tokens
from app.identity.models import Passkey, PasskeyChallenge, Person
from app.identity.service import beginning, guesses, noting, second_factors
from app.identity.service.sessions import Tokens

LASTS: Final = timedelta(minutes=5)
ASKED, ASKED_PER = 100, timedelta(minutes=15)
TABS_APART: Final = timedelta(seconds=5)
MOST: Final = 20  # passkeys of one person
WRONG: Final = "This passkey opens nothing here. Try again, or sign in another way."
REFUSED: Final = "This passkey could not be kept. Try again, or use another device."
_TRANSPORTS = frozenset(str(one.value) for one in structs.AuthenticatorTransport)
# What the library raises for answers that are none, besides its own family.
_UNREADABLE = (
    exceptions.WebAuthnException,
    struct.error,
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys of this deployment are valid: PUBLIC_URL, and no other."""

    host: str
    origin: str


def to_sign_in(bound_to: str, address: str) -> dict[str, Any]:
    """What a browser needs to sign somebody in with any passkey it holds for us; good for one try of this visit."""
    limits.spend(_asked(address), allowed=ASKED, per=ASKED_PER)
    return _to_show(bound_to, [])


def to_show(session_id: UUID, bound_to: str) -> dict[str, Any]:
    """What a browser needs to show one of the caller's own passkeys as a second factor."""
    mine = queries.passkeys(queries.session(session_id).person_id)
    return _to_show(bound_to, [_descriptor(one) for one in mine if one.copied_at is None])


def to_make(session_id: UUID, bound_to: str) -> dict[str, Any]:
    """What a browser needs to make a passkey, on this device or on another; raises as `may_change` does."""
    person = second_factors.may_change(session_id)
    options = webauthn.generate_registration_options(
        rp_id=site().host,
        rp_name=config.current().brand,
        user_id=person.id.bytes,
        user_name=person.email or person.phone or person.name,
        user_display_name=person.name,
        challenge=_new_challenge(bound_to),
        timeout=int(LASTS.total_seconds() * 1000),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[_descriptor(one) for one in queries.passkeys(person.id)],
    )
    return _plain(options)


def keep(session_id: UUID, bound_to: str, name: str, credential: Mapping[str, Any]) -> tuple[Passkey, list[str]]:
    """Keep a passkey that was just made; returns it, and recovery codes with somebody's first second factor."""
    person = second_factors.may_change(session_id)
    if len(queries.passkeys(person.id)) >= MOST:
        raise Conflict(f"You have {MOST} passkeys. Remove one first.")
    made = _verified_registration(credential, _spent_challenge(credential, bound_to))
    if made is None:
        raise Invalid(REFUSED, errors=[{"pointer": "/credential", "detail": REFUSED}])
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
        raise Conflict("This passkey is kept already.")
    passkey = Passkey(
        person_id=person.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=_transports(credential),
    )
    passkey.name = name
    db.session.add(passkey)
    return passkey, second_factors.settle(person, "added a passkey")


def remove(session_id: UUID, passkey_id: UUID) -> None:
    """Remove a passkey; raises NotFound for somebody else's, Conflict for the last second factor of staff."""
    person = second_factors.may_change(session_id)
    mine = queries.passkeys(person.id)
    passkey = next((one for one in mine if one.id == passkey_id), None)
    if passkey is None:
        raise NotFound
    others = [one for one in mine if one.id != passkey_id]
    app = queries.authenticator_app(person.id)
    has_app = app is not None and app.confirmed_at is not None
    if queries.works_somewhere(person.id) and not has_app and not queries.opens(others):
        raise Conflict(second_factors.LAST)
    db.session.delete(passkey)
    second_factors.settle(person, "removed a passkey")


def show(session_id: UUID, bound_to: str, credential: Mapping[str, Any]) -> None:
    """Take one of the caller's own passkeys as their second factor; raises Unauthenticated for any other."""
    _shown(bound_to, credential, of=queries.session(session_id).person_id)


def sign_in_browser(bound_to: str, credential: Mapping[str, Any], label: str, address: str) -> str:
    """Sign in on pages; returns the secret of the session cookie. A refusal may have marked, so it is committed."""
    person = _let_in(bound_to, credential, address)
    return beginning.in_browser(person, label, method="passkey", second_factor=True)


def sign_in_app(bound_to: str, credential: Mapping[str, Any], label: str, address: str, key: OctKey) -> Tokens:
    """Sign in from the app; returns the first pair of tokens. A refusal may have marked, so it is committed."""
    person = _let_in(bound_to, credential, address)
    return beginning.in_app(person, label, key, method="passkey", second_factor=True)


def forget_challenges() -> None:
    """Drop the challenges that nobody answered."""
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < clock.now()))


def site() -> Site:
    """Whose passkeys are ours."""
    parts = urlsplit(config.current().public_url)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def _let_in(bound_to: str, credential: Mapping[str, Any], address: str) -> Person:
    person = _shown(bound_to, credential)
    limits.give_back(_asked(address))  # only what comes to nothing counts: a ward is one address
    return person


def _asked(address: str) -> str:
    return f"passkey from {address}"


def _shown(bound_to: str, credential: Mapping[str, Any], of: UUID | None = None) -> Person:
    """The person of a passkey whose answer holds, with what that undoes and what it brings to light."""
    passkey = _known(credential)
    shown = _verified(credential, _spent_challenge(credential, bound_to), passkey)
    if passkey is None or shown is None or passkey.copied_at or (of or passkey.person_id) != passkey.person_id:
        raise Unauthenticated(WRONG)
    person = queries.person(passkey.person_id)
    if not person.is_active or person.locked_at or not _names(credential, person):
        raise Unauthenticated(WRONG)
    if not _counted_on(passkey, shown.new_sign_count):
        _look_into(passkey, shown.new_sign_count)
        raise Unauthenticated(WRONG)
    guesses.forget(person)
    return person


def _counted_on(passkey: Passkey, count: int) -> bool:
    """Note the use, compared and set in one statement; False where the counter has not moved on."""
    moved = Passkey.sign_count < count if count else Passkey.sign_count == 0  # many authenticators do not count
    used = update(Passkey).where(Passkey.id == passkey.id, Passkey.copied_at.is_(None), moved)
    set_to = used.values(sign_count=count, last_used_at=clock.now()).returning(Passkey.id)
    return db.session.scalar(set_to) is not None


def _look_into(passkey: Passkey, count: int) -> None:
    """Was it a copy of the key, or two tabs whose answers came in the other order?

    An authenticator counts each answer once, so a tab that lost shows a number that is lower, a moment after the other.
    It is refused either way; a copy that hides in that moment opens nothing and is found at the next use.
    """
    db.session.refresh(passkey, with_for_update=True)
    last = passkey.last_used_at
    if passkey.copied_at or (0 < count < passkey.sign_count and last and clock.now() - last <= TABS_APART):
        return
    passkey.copied_at = clock.now()
    noting.tell("passkey refused: its counter went back", passkey.person_id)


def _known(credential: Mapping[str, Any]) -> Passkey | None:
    try:
        credential_id = webauthn.base64url_to_bytes(credential["rawId"])
    except _UNREADABLE:
        return None
    return db.session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _names(credential: Mapping[str, Any], person: Person) -> bool:
    """Where the authenticator says whose the passkey is, it says this person."""
    handle = credential["response"].get("userHandle")
    return not handle or webauthn.base64url_to_bytes(handle) == person.id.bytes


def _verified(
    credential: Mapping[str, Any], challenge: bytes | None, passkey: Passkey | None
) -> VerifiedAuthentication | None:
    if challenge is None or passkey is None:
        return None
    try:
        return webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site().host,
            expected_origin=site().origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # the counter is looked at once the signature holds
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None


def _verified_registration(credential: Mapping[str, Any], challenge: bytes | None) -> VerifiedRegistration | None:
    if challenge is None:
        return None
    try:
        return webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=site().host,
            expected_origin=site().origin,
            require_user_verification=True,
        )
    except _UNREADABLE:
        return None


def _to_show(bound_to: str, allowed: list[structs.PublicKeyCredentialDescriptor]) -> dict[str, Any]:
    options = webauthn.generate_authentication_options(
        rp_id=site().host,
        challenge=_new_challenge(bound_to),
        timeout=int(LASTS.total_seconds() * 1000),
        allow_credentials=allowed,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain


def _new_challenge(bound_to: str) -> bytes:
    challenge = tokens.new_secret().encode()
    row = PasskeyChallenge(challenge_hash=hashlib.sha256(challenge).digest(), bound_to=tokens.hashed(bound_to))
    row.expires_at = clock.now() + LASTS
    db.session.add(row)
    return challenge


def _spent_challenge(credential: Mapping[str, Any], bound_to: str) -> bytes | None:
    """The challenge that was answered, if it is one of this visit or session, still good, and answered once."""
    try:
        answered = webauthn.base64url_to_bytes(credential["response"]["clientDataJSON"])
        challenge = parse_client_data_json(answered).challenge
    except _UNREADABLE:
        return None
    mine = (PasskeyChallenge.bound_to == tokens.hashed(bound_to), PasskeyChallenge.expires_at > clock.now())
    this = PasskeyChallenge.challenge_hash == hashlib.sha256(challenge).digest()
    spent = db.session.scalar(delete(PasskeyChallenge).where(this, *mine).returning(PasskeyChallenge.id))
    return challenge if spent is not None else None


def _descriptor(passkey: Passkey) -> structs.PublicKeyCredentialDescriptor:
    transports = [structs.AuthenticatorTransport(one) for one in passkey.transports]
    return structs.PublicKeyCredentialDescriptor(id=passkey.credential_id, transports=transports)


def _transports(credential: Mapping[str, Any]) -> list[str]:
    given = credential["response"].get("transports")
    return (
        sorted({one for one in given if isinstance(one, str) and one in _TRANSPORTS}) if isinstance(given, list) else []
    )
