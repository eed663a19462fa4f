"""Reads of ratings that are being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.ratings import saying
from app.ratings.entering import Said
from app.ratings.instrument import Area, Instrument
from app.ratings.models import RatingDraft
from app.ratings.queries import instruments

# A number that comes by text is an answer for so long after it was asked for.
WAITS: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rating that is being written, in the version of the instrument that it was begun in."""

    row: RatingDraft
    instrument: Instrument
    said: dict[str, Said]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    @property
    def scores(self) -> dict[str, int | None]:
        return {area: one.score for area, one in self.said.items()}

    @property
    def notes(self) -> dict[str, str]:
        return {area: one.note for area, one in self.said.items() if one.note}

    @property
    def next_area(self) -> Area | None:
        """The first of which nothing was said yet."""
        return saying.next_area(self.instrument, self.said)


def mine(patient: AdmittedPatient, person_id: UUID) -> list[Draft]:
    """What somebody is writing about a patient, touched last first."""
    where = (RatingDraft.patient_id == patient.id, RatingDraft.person_id == person_id)
    return in_full(db.session.scalars(select(RatingDraft).where(*where).order_by(RatingDraft.touched_at.desc())).all())


def one(patient: AdmittedPatient, person_id: UUID, client_id: UUID) -> RatingDraft | None:
    """A draft of somebody's own, by the id of the rating that it becomes."""
    where = (RatingDraft.patient_id == patient.id, RatingDraft.person_id == person_id)
    found = select(RatingDraft).where(*where, RatingDraft.client_id == client_id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def is_known(patient: AdmittedPatient, client_id: UUID) -> bool:
    """Does anybody write about this patient under this id?"""
    where = (RatingDraft.patient_id == patient.id, RatingDraft.client_id == client_id)
    return db.session.scalar(select(RatingDraft.id).where(*where).limit(1)) is not None


def of_voice(patient: AdmittedPatient, person_id: UUID, code: str, voice: str) -> RatingDraft | None:
    """What somebody is writing with one instrument in one voice."""
    where = (RatingDraft.patient_id == patient.id, RatingDraft.person_id == person_id)
    found = select(RatingDraft).where(*where, RatingDraft.code == code, RatingDraft.voice == voice)
    return db.session.scalar(found.execution_options(populate_existing=True))


def asked_of(person_id: UUID) -> list[Draft]:
    """Over all circles, where an area was asked for by text and its number is waited for; asked last first."""
    where = (RatingDraft.person_id == person_id, RatingDraft.asked.is_not(None))
    waiting = select(RatingDraft).join(Patient, Patient.id == RatingDraft.patient_id).where(*where)
    in_time = waiting.where(Patient.ended_at.is_(None), RatingDraft.touched_at > clock.now() - WAITS)
    return in_full(db.session.scalars(in_time.order_by(RatingDraft.touched_at.desc())).all())


def in_full(rows: Sequence[RatingDraft]) -> list[Draft]:
    """These with their instruments, in one query."""
    versions = instruments.kept({one.instrument_id for one in rows})
    return [Draft(row, versions[row.instrument_id], said(row)) for row in rows]


def said(row: RatingDraft) -> dict[str, Said]:
    """What was said so far, by area; with what was written before times were, when the draft was touched last."""
    found = orjson.loads(row.said or "{}")
    return {
        area: Said(score, note, datetime.fromisoformat(at[0]) if at else row.touched_at)
        for area, (score, note, *at) in found.items()
    }


def as_json(said: dict[str, Said]) -> str:
    """The same as it is kept."""
    return orjson.dumps({area: [one.score, one.note, one.at] for area, one in said.items()}).decode()
