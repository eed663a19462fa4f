"""Close an account, open it again within thirty days, and then erase every way to reach or be that person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select, update

from app.core import clock
from app.core.db import Base, db
from app.core.errors import Conflict
from app.identity import queries
from app.identity.models import (
    AccountClosing,
    AuthenticatorApp,
    Invitation,
    LinkedLogin,
    Passkey,
    Person,
    PushSubscription,
    RecoveryCode,
)
from app.identity.service import sessions

CAN_BE_REOPENED = timedelta(days=30)
WAYS_IN: tuple[type[Base], ...] = (AuthenticatorApp, RecoveryCode, Passkey, LinkedLogin)
NOT_CLOSED = "This account is not closed, or was closed too long ago to be opened again."


def close(person_id: UUID, *, wants_restriction: bool) -> AccountClosing:
    """End every session and way in of a person from this commit on; their contacts are free for others."""
    person = db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    if not person.is_active:
        raise Conflict("This account is closed already.")
    closing = AccountClosing(person_id=person.id, wants_restriction=wants_restriction)
    closing.phone, closing.email = person.phone, person.email
    person.is_active, person.phone, person.email = False, None, None
    asked = (Invitation.invited_by == person.id, Invitation.state.in_(("waiting", "accepted")))
    db.session.execute(update(Invitation).where(*asked).values(state="revoked", decided_at=clock.now()))
    sessions.sign_out_everywhere(person.id)
    db.session.execute(delete(PushSubscription).where(PushSubscription.person_id == person.id))
    db.session.add(closing)
    db.session.flush()
    return closing


def reopen(person_id: UUID, by: UUID | None, *, however_late: bool = False) -> None:
    """Let a person in again, with those contacts that nobody has taken since and that are not erased.

    Raises Conflict when too late, unless `however_late`: then nothing may be left to reach or be that person by.
    """
    closing = db.session.scalar(_running(AccountClosing.person_id == person_id).with_for_update())
    if closing is None or (_is_late(closing) and not however_late):
        raise Conflict(NOT_CLOSED)
    person = db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    phone, email = closing.phone, closing.email
    person.is_active = True
    person.phone = phone if phone and not queries.people_by_contacts({phone}, ()) else None
    person.email = email if email and not queries.people_by_contacts((), {email}) else None
    closing.reopened_at, closing.reopened_by = clock.now(), by
    closing.phone = closing.email = None
    db.session.flush()


def erase_old(held: Select[UUID]) -> int:
    """Erase contacts and every way in of those who closed thirty days ago, but of the held; returns of how many."""
    old = (AccountClosing.created_at <= clock.now() - CAN_BE_REOPENED, AccountClosing.erased_at.is_(None))
    free = _running(*old, AccountClosing.person_id.not_in(held))
    closings = db.session.scalars(free.with_for_update(skip_locked=True)).all()
    for closing in closings:
        closing.phone = closing.email = None
        closing.erased_at = clock.now()
        person = db.session.get_one(Person, closing.person_id)
        person.password_hash = person.second_factor_since = None
        for way in WAYS_IN:
            db.session.execute(delete(way).where(way.__table__.c.person_id == person.id))
    return len(closings)


def _is_late(closing: AccountClosing) -> bool:
    return closing.erased_at is not None or closing.created_at <= clock.now() - CAN_BE_REOPENED


def wanting_restriction() -> list[UUID]:
    """The people who closed their account and want their records restricted."""
    return [closing.person_id for closing in db.session.scalars(_running(AccountClosing.wants_restriction.is_(True)))]


def _running(*where: ColumnElement[bool]) -> Select[AccountClosing]:
    return select(AccountClosing).where(AccountClosing.reopened_at.is_(None), *where)
