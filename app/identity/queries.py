"""Reads of identity."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select

from app.core import clock, sealed
from app.core.db import db
from app.core.errors import Invalid
from app.identity import contacts
from app.identity.models import DeviceSession, Person


def person(person_id: UUID) -> Person:
    """A person by id, known to exist."""
    return db.session.get_one(Person, person_id)


def people(person_ids: set[UUID]) -> dict[UUID, Person]:
    """People by id, in one query."""
    rows = db.session.scalars(select(Person).where(Person.id.in_(person_ids))) if person_ids else ()
    return {row.id: row for row in rows}


def person_by_contact(identifier: str) -> Person | None:
    """Whoever signs in with this e-mail or phone."""
    try:
        if "@" in identifier:
            where = Person.email_index == sealed.index(contacts.email(identifier), Person.email.place)
        else:
            where = Person.phone_index == sealed.index(contacts.phone(identifier), Person.phone.place)
    except Invalid:
        return None
    return db.session.scalar(select(Person).where(where))


def people_by_contacts(phones: Collection[str], emails: Collection[str]) -> list[Person]:
    """Everybody who has one of these phones or e-mails (in their one form), in one query."""
    if not phones and not emails:
        return []
    by_phone = Person.phone_index.in_([sealed.index(phone, Person.phone.place) for phone in phones])
    by_email = Person.email_index.in_([sealed.index(email, Person.email.place) for email in emails])
    return list(db.session.scalars(select(Person).where(or_(by_phone, by_email))))


def devices(person_id: UUID) -> list[DeviceSession]:
    """The running sessions of a person, last used first."""
    running = (DeviceSession.person_id == person_id, DeviceSession.revoked_at.is_(None))
    fresh = DeviceSession.expires_at > clock.now()
    return list(
        db.session.scalars(select(DeviceSession).where(*running, fresh).order_by(DeviceSession.last_used_at.desc()))
    )
