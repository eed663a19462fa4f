"""Which readings count, and which of them whoever was admitted may see.

What the patient keeps from their circle is kept with its near-duplicates, which would say the same.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.readings.models import HiddenReading, Reading, ReadingCorrection

# A reading and its near-duplicates are one family, named by the first of them.
_FAMILY: Final = func.coalesce(Reading.copy_of, Reading.id)
# The same for statements written by hand; r is the reading.
SHOWN_SQL: Final = """
    coalesce(r.copy_of, r.id) not in (select coalesce(f.copy_of, f.id) from hidden_reading h
        join reading f on f.patient_id = h.patient_id and f.id = h.reading_id
        where h.patient_id = :patient_id and h.shown_at is null)
"""


def counted(patient: AdmittedPatient) -> tuple[ColumnElement[bool], ...]:
    """The patient's readings without what was entered in error."""
    wrong = exists().where(
        ReadingCorrection.patient_id == Reading.patient_id, ReadingCorrection.reading_id == Reading.id
    )
    return (Reading.patient_id == patient.id, ~wrong)


def shown(patient: AdmittedPatient) -> tuple[ColumnElement[bool], ...]:
    """The patient's readings, as far as whoever was admitted sees them."""
    mine = (Reading.patient_id == patient.id,)
    return (*mine, _FAMILY.not_in(_families(patient))) if patient.is_for_circle else mine


def hidden_among(patient: AdmittedPatient, ids: Collection[UUID]) -> set[UUID]:
    """Which of these readings are kept from the circle."""
    where = (Reading.patient_id == patient.id, Reading.id.in_(ids), _FAMILY.in_(_families(patient)))
    return set(db.session.scalars(select(Reading.id).where(*where))) if ids else set()


def together(patient: AdmittedPatient, reading: Reading) -> list[UUID]:
    """A reading with its near-duplicates."""
    where = (Reading.patient_id == patient.id, _FAMILY.in_([reading.copy_of or reading.id]))
    return list(db.session.scalars(select(Reading.id).where(*where)))


def _families(patient: AdmittedPatient) -> Select[UUID]:
    first = aliased(Reading)
    of = (first.patient_id == HiddenReading.patient_id) & (first.id == HiddenReading.reading_id)
    where = (HiddenReading.patient_id == patient.id, HiddenReading.shown_at.is_(None))
    return select(func.coalesce(first.copy_of, first.id)).join(HiddenReading, of).where(*where)
