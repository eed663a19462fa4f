"""Change one's own phone or e-mail: it is used only after a code that was sent there has come back."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.core import limits
from app.core.db import db
from app.core.errors import Invalid, Unauthenticated
from app.identity import contacts, posting, queries, tokens
from app.identity.models import OneUseCode, Person
from app.identity.service import codes, noting, people, second_factors

DAY = timedelta(days=1)
NO_EMAILS = "No e-mails are sent from here, so an e-mail cannot be confirmed."


def ask_to_change(person_id: UUID, session_id: UUID, kind: str, typed: str) -> None:
    """Have a code sent to a new phone or e-mail; nothing is changed yet, and nobody learns whether it is taken.

    Codes to sign in are sent there, so whoever asks must have signed in lately. Raises SignInAgain, Invalid for what is
    none, TooMany past five a day.
    """
    second_factors.may_change(session_id)
    if kind == "email" and not posting.sends_emails():
        raise Invalid(NO_EMAILS, errors=[{"pointer": "/email", "detail": NO_EMAILS}])
    contact = contacts.phone(typed) if kind == "phone" else contacts.email(typed)
    limits.spend(f"contact code of {person_id}", allowed=5, per=DAY)
    limits.spend(f"contact code to {contact}", allowed=5, per=DAY)
    code = OneUseCode(purpose="contact", contact_kind=kind, person_id=person_id)
    codes.asked(code, contact, _bound_to(session_id))


def confirm_change(person_id: UUID, session_id: UUID, typed: str) -> Person:
    """Take a new contact whose code was typed in, and tell the old one.

    Raises Invalid for a wrong code, Conflict where the contact is somebody else's, who is not named.
    """
    try:
        code = codes.used("contact", _bound_to(session_id), typed)
    except Unauthenticated as wrong:
        raise Invalid(wrong.detail, errors=[{"pointer": "/code", "detail": wrong.detail}]) from None
    person, kind = queries.person(person_id), code.contact_kind
    former: str | None = getattr(person, kind)
    people.change_person(person, {kind: code.contact})
    codes.verified(person, code)
    noting.note(f"changed {kind}" if former != code.contact else f"confirmed {kind}", person.id)
    if former and former != code.contact:
        posting.post(person.id, kind, "contact_changed", {}, kind="message", about_id=code.id, address=former)
    db.session.flush()
    return person


def _bound_to(session_id: UUID) -> bytes:
    return tokens.hashed(f"session {session_id}")
