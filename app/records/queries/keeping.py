"""Reads of records: legal holds, correction notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.records.models import CorrectionNote, LegalHold

_SET_BY = aliased(Person)


@dataclass(frozen=True, slots=True)
class Held:
    """A legal hold with the names an administrator sees: of the person, if it is one's, and of who set it."""

    row: LegalHold
    patient: str | None
    set_by: str


def holds(organisation_ids: Sequence[UUID]) -> list[Held]:
    """The running holds of some organisations, the last set first."""
    where = (LegalHold.organisation_id.in_(organisation_ids), LegalHold.lifted_at.is_(None))
    return [
        _held(row)
        for row in db.session.execute(_all().where(*where).order_by(LegalHold.created_at.desc(), LegalHold.id.desc()))
    ]


def hold(hold_id: UUID) -> Held:
    """One hold, known to exist."""
    return _held(db.session.execute(_all().where(LegalHold.id == hold_id)).one())


def is_of(patient_id: UUID, organisation_id: UUID) -> bool:
    """Has this organisation this patient?"""
    found = select(Patient.id).where(Patient.id == patient_id, Patient.organisation_id == organisation_id)
    return db.session.scalar(found) is not None


@dataclass(frozen=True, slots=True)
class Noted:
    """A correction note with the name of who wrote it."""

    row: CorrectionNote
    written_by: str


def correction_notes(patient: AdmittedPatient) -> list[Noted]:
    """What the patient says is wrong in their record, the last first."""
    rows = select(CorrectionNote, Person).join(Person, Person.id == CorrectionNote.written_by)
    mine = rows.where(CorrectionNote.patient_id == patient.id).order_by(
        CorrectionNote.created_at.desc(), CorrectionNote.id.desc()
    )
    return [Noted(note, person.name) for note, person in db.session.execute(mine)]


def _all() -> Select[LegalHold, Person, Person]:
    rows = select(LegalHold, Person, _SET_BY).outerjoin(Patient, Patient.id == LegalHold.patient_id)
    return rows.outerjoin(Person, Person.id == Patient.person_id).join(_SET_BY, _SET_BY.id == LegalHold.set_by)


def _held(row: tuple[LegalHold, Person | None, Person]) -> Held:
    return Held(row[0], row[1].name if row[1] else None, row[2].name)
