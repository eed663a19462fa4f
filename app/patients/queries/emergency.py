"""Reads of emergency access: one's own that runs, those of an organisation for review, those of one record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import db
from app.core.pages import Position
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.patients.models import EmergencyAccess, Patient

TOLD_FOR = timedelta(days=14)  # how long a patient's pages speak of it before it stands in their log only

_PATIENT, _REVIEWER = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that was opened in an emergency: whose, by whom, and who has reviewed it."""

    access: EmergencyAccess
    patient: Person
    by: Person
    reviewer: Person | None

    @property
    def is_running(self) -> bool:
        return self.access.ends_at > clock.now()


def opened(access_id: UUID) -> Opened:
    """One of them, known to exist."""
    return _rows(_all().where(EmergencyAccess.id == access_id))[0]


def running_of(person_id: UUID) -> list[Opened]:
    """What somebody has open now, opened last first."""
    mine = (EmergencyAccess.person_id == person_id, EmergencyAccess.ends_at > clock.now())
    return _rows(_all().where(*mine).order_by(EmergencyAccess.created_at.desc(), EmergencyAccess.id.desc()))


def running(person_id: UUID, patient_id: UUID) -> EmergencyAccess | None:
    """What somebody has open now of one record."""
    one = (EmergencyAccess.person_id == person_id, EmergencyAccess.patient_id == patient_id)
    return db.session.scalar(select(EmergencyAccess).where(*one, EmergencyAccess.ends_at > clock.now()))


def in_organisations(
    organisations: Collection[UUID], unreviewed: bool, after: Position | None, limit: int
) -> list[Opened]:
    """All of some organisations, opened last first; one more than `limit`, to know of a next page."""
    where: list[ColumnElement[bool]] = [EmergencyAccess.organisation_id.in_(organisations)]
    if unreviewed:
        where.append(EmergencyAccess.reviewed_at.is_(None))
    if after is not None:
        key = tuple_(EmergencyAccess.created_at, EmergencyAccess.id)
        where.append(key < tuple_(literal(after.at), literal(after.id)))
    order = (EmergencyAccess.created_at.desc(), EmergencyAccess.id.desc())
    return _rows(_all().where(*where).order_by(*order).limit(limit + 1))


def of_patient(patient: AdmittedPatient, since: datetime | None = None) -> list[Opened]:
    """How a record was opened in emergencies, last first; of the last two weeks where nothing else is said."""
    recent = EmergencyAccess.created_at >= (since or clock.now() - TOLD_FOR)
    of_one = _all().where(EmergencyAccess.patient_id == patient.id, recent)
    return _rows(of_one.order_by(EmergencyAccess.created_at.desc(), EmergencyAccess.id.desc()))


def _all() -> Select[EmergencyAccess, Person, Person, Person]:
    return (
        select(EmergencyAccess, _PATIENT, Person, _REVIEWER)
        .join(Patient, Patient.id == EmergencyAccess.patient_id)
        .join(_PATIENT, _PATIENT.id == Patient.person_id)
        .join(Person, Person.id == EmergencyAccess.person_id)
        .outerjoin(_REVIEWER, _REVIEWER.id == EmergencyAccess.reviewed_by)
    )


def _rows(asked: Select[EmergencyAccess, Person, Person, Person]) -> list[Opened]:
    return [Opened(*row) for row in db.session.execute(asked)]
