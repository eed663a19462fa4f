"""Sign in with a six-digit code that is sent to one's phone or e-mail (security.md S14, S15, S25)."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Final
from uuid import UUID

from joserfc.jwk import OctKey
from sqlalchemy import delete, select

from app import config
from app.core import clock, limits, queue
from app.core.db import db
from app.core.errors import Invalid, TooMany, Unauthenticated
from app.core.logs import log
from app.identity import contacts, one_use_codes, posting, queries, tokens
from app.identity.models import OneUseCode, Person
from app.identity.service import beginning, recognising
from app.identity.service.sessions import Tokens

SEND: Final = "send a one-use code"
WRONG: Final = "This code does not fit, has run out or was tried too often. Check it, or ask for a new one."
TYPED_AT: Final = "/sign-in/code/enter"
QUARTER, SLOWLY, HOUR, DAY = timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
FREELY, KNOWN_A_DAY = 6, 10


def ask(identifier: str, address: str, marks: str = "") -> str:
    """Ask for a code; returns the secret without which the code is of no use.

    Whether anybody is known by this phone or e-mail is found out by a task, so the same is done and answered for
    everybody who shows no mark of an earlier sign-in. Raises Invalid for what is neither, TooMany past the quotas.
    """
    kind, contact = _contact(identifier)
    known_as = recognising.known_as(queries.person_by_contact(contact), marks) if marks else None
    if known_as:
        limits.spend(f"code browser {known_as}", allowed=FREELY, per=HOUR)
        limits.spend(f"code browser today {known_as}", allowed=KNOWN_A_DAY, per=DAY)
    else:
        _spend_as_a_stranger(f"{kind} {contact}", address)
    secret = tokens.new_secret()
    asked(OneUseCode(purpose="sign_in", contact_kind=kind), contact, tokens.hashed(secret))
    return secret


def asked(code: OneUseCode, contact: str, bound_to: bytes) -> None:
    """Keep that a code was asked for, and have it sent after this commit."""
    code.contact, code.bound_to, code.expires_at = contact, bound_to, clock.now() + one_use_codes.LASTS
    db.session.add(code)
    queue.defer(SEND, code_id=str(code.id))


def send(code_id: str) -> None:
    """Make the code and post it, once, to whom it may be sent; for a task."""
    one = select(OneUseCode).where(OneUseCode.id == UUID(code_id), OneUseCode.code_hash.is_(None))
    asked_for = db.session.scalar(one.where(OneUseCode.expires_at > clock.now()).with_for_update())
    if asked_for is None:
        return
    contact = asked_for.contact or ""
    if asked_for.purpose == "sign_in":
        person = queries.person_by_contact(contact)
        if person is None or not may_sign_in(person) or _may_be_somebody_elses(person, asked_for.contact_kind):
            return
        asked_for.person_id = person.id
    code = one_use_codes.new_code()
    asked_for.code_hash = _digest(asked_for, code)
    _post(asked_for, contact, code)


def _may_be_somebody_elses(person: Person, kind: str) -> bool:
    """Was this contact proven so long ago that it may be another's by now, while its person has other ways in?

    They sign in by one of those and prove it again. Whoever has no other way is not kept out.
    """
    proven_at = getattr(person, f"{kind}_verified_at")
    if proven_at is None or not one_use_codes.is_to_be_proven_again(proven_at, clock.now()):
        return False
    return queries.needs_no_code(person) or queries.opens(queries.passkeys(person.id))


def _post(asked_for: OneUseCode, contact: str, code: str) -> None:
    to, kind, about = asked_for.person_id, asked_for.contact_kind, asked_for.id
    if asked_for.purpose == "contact":  # theirs only when they have shown it
        posting.post(to, kind, "contact_code", {"code": code}, about_id=about, address=contact)
        return
    link = config.current().public_url + TYPED_AT
    posting.post(to, kind, "sign_in_code", {"code": code, "link": link}, about_id=about)


def sign_in_browser(secret: str, typed: str, label: str, address: str) -> str:
    """Sign in on pages with a code; returns the secret of the session cookie."""
    return beginning.in_browser(_proven(secret, typed, address), label, method="code")


def sign_in_app(secret: str, typed: str, label: str, address: str, key: OctKey) -> Tokens:
    """Sign in from the app with a code; returns the first pair of tokens."""
    return beginning.in_app(_proven(secret, typed, address), label, key, method="code")


def may_sign_in(person: Person) -> bool:
    """Is this somebody, not a device, whom no administrator has locked?"""
    return person.kind == "human" and person.is_active and person.locked_at is None


def used(purpose: str, bound_to: bytes, typed: str) -> OneUseCode:
    """The code that was asked for here, used up by this; raises Unauthenticated, always with the same words.

    Each try is counted in a transaction of its own, so neither a refusal nor tries at the same moment are lost; of
    two that fit at the same moment the second finds the code used.
    """
    try:
        limits.spend(f"one-use code {bound_to.hex()}", allowed=one_use_codes.TRIES, per=one_use_codes.LASTS)
    except TooMany:
        raise Unauthenticated(WRONG) from None
    open_ones = (OneUseCode.used_at.is_(None), OneUseCode.code_hash.is_not(None), OneUseCode.expires_at > clock.now())
    mine = (OneUseCode.purpose == purpose, OneUseCode.bound_to == bound_to)
    newest = select(OneUseCode).where(*mine, *open_ones).order_by(OneUseCode.id.desc()).limit(1)
    code = db.session.scalar(newest.with_for_update())
    if code is None or not hmac.compare_digest(code.code_hash or b"", _digest(code, one_use_codes.tidied(typed))):
        raise Unauthenticated(WRONG)
    code.used_at = clock.now()
    return code


def verified(person: Person, code: OneUseCode) -> None:
    """Note that a contact is its person's, where it still is the one the code went to."""
    if getattr(person, code.contact_kind) == code.contact:
        setattr(person, f"{code.contact_kind}_verified_at", clock.now())


def forget_old() -> None:
    """Delete the codes that ran out a day ago: who asked for them concerns nobody any more."""
    db.session.execute(delete(OneUseCode).where(OneUseCode.expires_at < clock.now() - DAY))


def _proven(secret: str, typed: str, address: str) -> Person:
    limits.spend(_tries(address), allowed=100, per=QUARTER)
    code = used("sign_in", tokens.hashed(secret), typed)
    person = queries.person(code.person_id) if code.person_id else None
    if person is None or not may_sign_in(person):
        raise Unauthenticated(WRONG)
    verified(person, code)
    for key in (_tries(address), *_requests_of_address(address)):
        limits.give_back(key)
    return person


def _contact(identifier: str) -> tuple[str, str]:
    if "@" not in identifier:
        return "phone", contacts.phone(identifier)
    if not posting.sends_emails():
        raise Invalid("No e-mails are sent from here. Give a mobile number.")
    return "email", contacts.email(identifier)


def _spend_as_a_stranger(account: str, address: str) -> None:
    """Strict on one account from one address; looser on each alone.

    Texts cost money and sleep, so for one account a few go out whenever they are asked for and then one each half hour:
    at most 55 a day, and whoever was kept waiting by strangers waits for that half hour, not for the next day.
    """
    limits.spend(f"code both {account} {address}", allowed=3, per=QUARTER)
    soon, today = _requests_of_address(address)
    limits.spend(soon, allowed=30, per=QUARTER)
    limits.spend(today, allowed=200, per=DAY)
    asked = limits.count(f"code account today {account}", per=DAY)
    if asked == FREELY + 1:
        log.warning("sign-in", reason="codes for one account are asked for again and again: one each half hour now")
    if asked > FREELY:
        limits.spend(f"code account slowly {account}", allowed=1, per=SLOWLY)


def _requests_of_address(address: str) -> tuple[str, str]:
    """A ward is one address: who came in by the code they asked for is counted no more."""
    return f"code address {address}", f"code address today {address}"


def _tries(address: str) -> str:
    return f"one-use code address {address}"


def _digest(code: OneUseCode, text: str) -> bytes:
    return one_use_codes.digest(config.current().secret_key, code.id, code.bound_to, text)
