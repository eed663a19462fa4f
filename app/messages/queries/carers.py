"""Reads of how carers are: their own, and what they let the coordinator of a circle see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.identity.models import Person
from app.messages.models.carers import CarerCheckIn, CarerConsent
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember

NEWEST = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A check-in that its carer lets the coordinator see."""

    name: str
    relationship: str | None
    at: datetime
    answers: list[int]


def own(person_id: UUID) -> Sequence[CarerCheckIn]:
    """Somebody's own, newest first."""
    mine = select(CarerCheckIn).where(CarerCheckIn.person_id == person_id)
    return db.session.scalars(mine.order_by(CarerCheckIn.created_at.desc(), CarerCheckIn.id.desc()).limit(NEWEST)).all()


def kept(person_id: UUID, client_id: UUID) -> CarerCheckIn | None:
    """What is kept under the sender's own id."""
    where = (CarerCheckIn.person_id == person_id, CarerCheckIn.client_id == client_id)
    return db.session.scalar(select(CarerCheckIn).where(*where))


def agreed(person_id: UUID) -> Sequence[CarerConsent]:
    """What they have agreed to and not ended, in circles they are still in."""
    there = (CircleMember.id == CarerConsent.member_id) & CircleMember.ended_at.is_(None)
    mine = select(CarerConsent).join(CircleMember, there)
    return db.session.scalars(mine.where(CarerConsent.person_id == person_id, CarerConsent.ended_at.is_(None))).all()


def circles_shown(person_id: UUID) -> list[tuple[UUID, UUID]]:
    """Organisation and patient of the circles whose coordinator may see how this carer is."""
    there = (CircleMember.id == CarerConsent.member_id) & CircleMember.ended_at.is_(None)
    where = (CarerConsent.person_id == person_id, CarerConsent.ended_at.is_(None), CarerConsent.agreed == "shown")
    both = select(CircleMember.organisation_id, CircleMember.patient_id).join(CarerConsent, there)
    return [(organisation_id, patient_id) for organisation_id, patient_id in db.session.execute(both.where(*where))]


def shown(patient: AdmittedPatient) -> list[Shown]:
    """What carers of this circle let its coordinator see: what they said since they agreed, until they end it."""
    rows = (
        select(CarerCheckIn, Person, CircleMember)
        .join(CarerConsent, CarerConsent.person_id == CarerCheckIn.person_id)
        .join(CircleMember, CircleMember.id == CarerConsent.member_id)
        .join(Person, Person.id == CarerCheckIn.person_id)
        .where(CircleMember.patient_id == patient.id, CircleMember.ended_at.is_(None), CarerConsent.agreed == "shown")
        .where(CarerConsent.ended_at.is_(None), CarerCheckIn.created_at >= CarerConsent.created_at)
    )
    found = db.session.execute(rows.order_by(CarerCheckIn.created_at.desc(), CarerCheckIn.id.desc()).limit(NEWEST))
    return [Shown(person.name, member.relationship, one.created_at, numbers(one)) for one, person, member in found]


def numbers(one: CarerCheckIn) -> list[int]:
    """The answers in the order of the questions."""
    return [int(number) for number in (one.answers or "").split()]
