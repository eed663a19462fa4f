"""Reads of what was written of visits, for one reader: the text of the professionals is not even fetched for others.

There are two kinds of notes. The one that is made for everybody has no place where that text could stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.identity import queries as people
from app.messages import authorship
from app.messages.models import HandoverRead, Visit, VisitNote, VisitReading
from app.messages.queries import visible, visits
from app.messages.visit_readers import Reader
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember
from app.readings.models import Reading
from app.readings.queries import visible as visible_readings


@dataclass(frozen=True, slots=True)
class FamilyNote:
    """What everybody reads who may see visits."""

    id: UUID
    visit_id: UUID
    corrects_id: UUID | None
    by: UUID
    name: str
    said: str  # what they are to the patient
    done: list[str]
    family: str | None
    next_visit_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Somebody has read a handover."""

    person_id: UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProfessionalNote(FamilyNote):
    """The same with what professionals write for each other."""

    professional: str | None = None
    handover: str | None = None
    read_by: list[ReadBy] = field(default_factory=list)


_OF_ALL: Final = (
    VisitNote.id, VisitNote.visit_id, VisitNote.corrects_id, VisitNote.by, VisitNote.role, VisitNote.done,
    VisitNote.family_sealed, VisitNote.next_visit_at, VisitNote.created_at,
)  # fmt: skip
_OF_PROFESSIONALS: Final = (VisitNote.professional_sealed, VisitNote.handover_sealed)
# A note with nothing but what professionals write for each other is none for anybody else.
_SAYS_SOMETHING: Final = (
    (func.cardinality(VisitNote.done) > 0) | VisitNote.family_sealed.is_not(None) | VisitNote.next_visit_at.is_not(None)
)
_LATER: Final = aliased(VisitNote)
_IS_NEWEST: Final = ~select(_LATER.id).where(_LATER.corrects_id == VisitNote.id).exists()


def notes(patient: AdmittedPatient, reader: Reader, visit_ids: Collection[UUID]) -> list[FamilyNote]:
    """What was written of these visits, as it stands now, oldest first."""
    return _read(patient, reader, VisitNote.visit_id.in_(visit_ids), _IS_NEWEST) if visit_ids else []


def with_earlier(patient: AdmittedPatient, reader: Reader, visit_id: UUID) -> list[FamilyNote]:
    """The same with what was corrected since, for the team and for whoever wrote it."""
    allowed = _IS_NEWEST if not reader.is_staff else VisitNote.id.is_not(None)
    return _read(patient, reader, VisitNote.visit_id == visit_id, allowed | (VisitNote.by == reader.person_id))


def handover(patient: AdmittedPatient, reader: Reader) -> ProfessionalNote | None:
    """The last note with a word for whoever comes next; there is none for who is no professional."""
    if not reader.is_professional:
        return None
    where = (VisitNote.patient_id == patient.id, VisitNote.handover_sealed.is_not(None), _IS_NEWEST)
    last = select(VisitNote.id).where(*where).order_by(VisitNote.created_at.desc(), VisitNote.id.desc()).limit(1)
    found = _read(patient, reader, VisitNote.id.in_(last))
    return next((one for one in found if isinstance(one, ProfessionalNote)), None)


def readings(patient: AdmittedPatient, reader: Reader, visit_ids: Collection[UUID]) -> dict[UUID, list[Reading]]:
    """What was measured at these visits, as far as the reader sees readings at all."""
    if not reader.sees_readings or not visit_ids:
        return {}
    both = select(VisitReading.visit_id, Reading).join(
        Reading, (Reading.patient_id == VisitReading.patient_id) & (Reading.id == VisitReading.reading_id)
    )
    seen = both.where(
        VisitReading.visit_id.in_(visit_ids), *visible_readings.counted(patient), *visible_readings.shown(patient)
    )
    found: dict[UUID, list[Reading]] = {}
    for visit_id, reading in db.session.execute(seen.order_by(Reading.measured_at, Reading.id)):
        found.setdefault(visit_id, []).append(reading)
    return found


def _read(patient: AdmittedPatient, reader: Reader, *where: ColumnElement[bool]) -> list[FamilyNote]:
    columns = (*_OF_ALL, *_OF_PROFESSIONALS) if reader.is_professional else _OF_ALL
    if not reader.is_professional:
        where = (*where, _SAYS_SOMETHING)
    asked = select(*columns).where(VisitNote.patient_id == patient.id, *visible.visit_notes(patient), *where)
    rows = db.session.execute(asked.order_by(VisitNote.created_at, VisitNote.id)).all()
    names = _Names(patient, {row.by for row in rows})
    if not reader.is_professional:
        return _without_kept(patient, reader, [FamilyNote(**_of_all(row, names)) for row in rows])
    ticks = _ticks([row.id for row in rows if row.handover_sealed is not None])
    return [
        ProfessionalNote(
            **_of_all(row, names),
            professional=_opened(VisitNote.professional, row.professional_sealed, row.id),
            handover=_opened(VisitNote.handover, row.handover_sealed, row.id),
            read_by=ticks.get(row.id, []),
        )
        for row in rows
    ]


def _without_kept(patient: AdmittedPatient, reader: Reader, found: list[FamilyNote]) -> list[FamilyNote]:
    """The same without next visits that are kept from whoever reads; what they wrote themselves they know."""
    named = {one.next_visit_at for one in found if one.next_visit_at and one.by != reader.person_id}
    if not patient.is_for_family or not named:
        return found
    at = select(Visit.due_at).where(Visit.patient_id == patient.id, Visit.due_at.in_(named))
    kept = set(db.session.scalars(at.where(Visit.hidden_at.is_not(None))))
    kept -= set(db.session.scalars(at.where(Visit.hidden_at.is_(None), visits.IS_THERE)))
    told = [one if _is_told(one, reader, kept) else replace(one, next_visit_at=None) for one in found]
    return [one for one in told if one.done or one.family is not None or one.next_visit_at is not None]


def _is_told(one: FamilyNote, reader: Reader, kept: set[datetime]) -> bool:
    return one.by == reader.person_id or one.next_visit_at not in kept


def _of_all(row: Any, names: _Names) -> dict[str, Any]:
    plain = ("id", "visit_id", "corrects_id", "by", "done", "next_visit_at", "created_at")
    family = _opened(VisitNote.family, row.family_sealed, row.id)
    return {name: getattr(row, name) for name in plain} | names.of(row.by, row.role) | {"family": family}


def _opened(column: Any, blob: bytes | None, note_id: UUID) -> str | None:
    return None if blob is None else str(column.opened(blob, note_id))


def _ticks(note_ids: Collection[UUID]) -> Mapping[UUID, list[ReadBy]]:
    """Who has read these handovers, first first."""
    if not note_ids:
        return {}
    asked = (
        select(HandoverRead)
        .where(HandoverRead.note_id.in_(note_ids))
        .order_by(HandoverRead.created_at, HandoverRead.id)
    )
    rows = db.session.scalars(asked).all()
    known = people.people({one.person_id for one in rows})
    found: dict[UUID, list[ReadBy]] = {}
    for one in rows:
        found.setdefault(one.note_id, []).append(ReadBy(one.person_id, known[one.person_id].name, one.created_at))
    return found


class _Names:
    """The names of some people, and what each is to the patient."""

    def __init__(self, patient: AdmittedPatient, person_ids: set[UUID]) -> None:
        self._patient, self._people = patient, people.people(person_ids)
        place = (CircleMember.patient_id == patient.id, CircleMember.person_id.in_(person_ids))
        members = db.session.scalars(
            select(CircleMember).where(*place).order_by(CircleMember.created_at, CircleMember.id)
        )
        self._relations = {one.person_id: one.relationship for one in members} if person_ids else {}

    def of(self, person_id: UUID, role: str) -> dict[str, str]:
        said = authorship.said(role, self._relations.get(person_id), self._patient.given_name)
        return {"name": self._people[person_id].name, "said": said}
