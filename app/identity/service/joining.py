"""Answer an invitation: type its code, show that its phone or e-mail is yours, say who you are (security.md S24).

Nothing tells a code that is wrong from one that is used, too old or taken back. Each that is typed counts against one
budget for all codes; one that fits is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, select

from app import config
from app.core import clock, limits
from app.core.db import db
from app.core.errors import Conflict, Invalid, Unauthenticated
from app.identity import contacts, invitation_codes, one_use_codes, queries, tokens
from app.identity.models import Invitation, OneUseCode, Person
from app.identity.service import codes, inviting, noting, people

WRONG: Final = "This code opens nothing. It may be mistyped, used or too old. Ask whoever invited you for a new one."
GONE: Final = "This invitation is not open any more. Type its code again, or ask whoever invited you for a new one."
NOT_PROVEN: Final = "Show first that this phone or e-mail is yours."
SOMEBODY_ELSES: Final = "Another account has this phone or e-mail. Sign out, and answer the invitation again."
BUDGET: Final = "invitation codes"
WRONG_AN_HOUR, HOUR = 600, timedelta(hours=1)
FROM_ONE_ADDRESS, QUARTER = 20, timedelta(minutes=15)
PROOFS_SENT: Final = 5


@dataclass(frozen=True, slots=True)
class Joining:
    """What the joiner sees of an open invitation: first names only."""

    inviter: str
    into: str
    is_circle: bool
    role: str
    relationship: str | None
    contact_kind: str
    contact: str  # masked
    is_proven: bool
    needs_name: bool  # nobody is known by this phone or e-mail


def type_code(typed: str, address: str, person: Person | None = None) -> str:
    """Open an invitation with its code; returns the secret by which this visit goes on with it.

    Raises Invalid, always with the same words, and TooMany once the hour's budget is used up: then only somebody who is
    signed in with the very phone or e-mail that it was sent to can still open one.
    """
    code = invitation_codes.tidied(typed) or ""
    digests = [invitation_codes.digest(key, code) for key in config.current().secret_keys]
    secret = tokens.new_secret()
    with inviting.reaching_any():
        invitation = _found(Invitation.code_hash.in_(digests))
        is_theirs = person is not None and invitation is not None and _is_of(person, invitation)
        if not is_theirs:
            limits.spend(f"{BUDGET} {address}", allowed=FROM_ONE_ADDRESS, per=QUARTER)
            limits.spend(BUDGET, allowed=WRONG_AN_HOUR, per=HOUR)
        if invitation is None or invitation.opened >= invitation_codes.OPENED_AT_MOST:
            raise Invalid(WRONG)
        if not is_theirs:
            limits.give_back(BUDGET)
        invitation.opened += 1
        invitation.opened_hash = tokens.hashed(secret)
        invitation.proven_at = clock.now() if is_theirs else None
    return secret


def seen(secret: str) -> Joining:
    """The invitation that this visit has opened; raises Invalid."""
    with inviting.reaching_any():
        invitation = _opened(secret)
    inviter, contact = queries.person(invitation.invited_by), invitation.contact or ""
    return Joining(
        inviter.given_name,
        invitation.into or "",
        invitation.patient_id is not None,
        invitation.role,
        invitation.relationship,
        invitation.contact_kind,
        contacts.masked(contact),
        invitation.proven_at is not None,
        invitation.proven_at is None or queries.person_by_contact(contact) is None,
    )


def send_proof(secret: str) -> None:
    """Send six digits to the phone or e-mail that was invited; raises Invalid, TooMany."""
    with inviting.reaching_any():
        invitation = _opened(secret)
        limits.spend(f"join {invitation.id}", allowed=PROOFS_SENT, per=invitation_codes.LASTS)
        code = OneUseCode(purpose="contact", contact_kind=invitation.contact_kind, bound_to=tokens.hashed(secret))
        code.contact, code.expires_at = invitation.contact, clock.now() + one_use_codes.LASTS
        db.session.add(code)
        db.session.flush()
        codes.send(str(code.id))


def prove(secret: str, typed: str) -> None:
    """Show that the phone or e-mail is one's own by the six digits sent there; raises Invalid."""
    with inviting.reaching_any():
        invitation = _opened(secret)
        try:
            codes.used("contact", tokens.hashed(secret), typed)
        except Unauthenticated as refused:
            raise Invalid(refused.detail, errors=[{"pointer": "/code", "detail": refused.detail}]) from None
        invitation.proven_at = clock.now()


def accept(
    secret: str, given_name: str = "", family_name: str = "", password: str | None = None, me: Person | None = None
) -> Person:
    """Say who has come; whoever invited them confirms it. Once, however many tell it at the same moment.

    It is whoever the phone or e-mail is known to belong to; where that is nobody, whoever is signed in (`me`); else
    somebody new with these names. Raises Invalid, Conflict.
    """
    with inviting.reaching_any():
        invitation = _opened(secret)
        if invitation.proven_at is None:
            raise Invalid(NOT_PROVEN)
        known = queries.person_by_contact(invitation.contact or "")
        if known is not None and me is not None and known.id != me.id:
            raise Conflict(SOMEBODY_ELSES)
        person = known or me or newcomer(invitation, given_name, family_name, password)
        if person.id == invitation.invited_by or not codes.may_sign_in(person):
            raise Conflict("Nobody can accept this invitation as this person.")
        if known is not None:
            setattr(known, f"{invitation.contact_kind}_verified_at", invitation.proven_at)
        invitation.state, invitation.person_id, invitation.accepted_at = "accepted", person.id, clock.now()
        tell_inviter(invitation, person)
    return person


def tell_inviter(invitation: Invitation, joiner: Person) -> None:
    """Nothing opens until they have confirmed who came, so they are told that somebody has."""
    variables = {"joiner": joiner.given_name, "link": f"{config.current().public_url}/"}
    noting.send(queries.person(invitation.invited_by), "answered", variables, about_id=invitation.id)


def newcomer(invitation: Invitation, given_name: str, family_name: str, password: str | None) -> Person:
    names = {"given_name": " ".join(given_name.split()), "family_name": " ".join(family_name.split())}
    if missing := [name for name, text in names.items() if not text]:
        raise Invalid(
            "Please tell us your name.", errors=[{"pointer": f"/{one}", "detail": "Needed"} for one in missing]
        )
    contact = {invitation.contact_kind: invitation.contact}
    person = people.add_person(**names, **contact, password=password or None)  # type: ignore[arg-type]
    setattr(person, f"{invitation.contact_kind}_verified_at", invitation.proven_at)
    db.session.flush()
    return person


def _is_of(person: Person, invitation: Invitation) -> bool:
    has_it = getattr(person, invitation.contact_kind) == invitation.contact
    return has_it and getattr(person, f"{invitation.contact_kind}_verified_at") is not None


def _opened(secret: str) -> Invitation:
    invitation = _found(Invitation.opened_hash == tokens.hashed(secret))
    if invitation is None:
        raise Invalid(GONE)
    return invitation


def _found(which: ColumnElement[bool]) -> Invitation | None:
    live = (Invitation.state == "waiting", Invitation.expires_at > clock.now())
    one = select(Invitation).where(which, *live).with_for_update()
    return db.session.scalar(one.execution_options(populate_existing=True))
