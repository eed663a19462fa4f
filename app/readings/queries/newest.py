"""The newest reading of each measure, for whoever may see it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.readings.models import Reading, ReadingState
from app.readings.queries import visible


def newest(patient: AdmittedPatient) -> dict[str, ReadingState]:
    """The newest reading of each measure."""
    rows = db.session.scalars(select(ReadingState).where(ReadingState.patient_id == patient.id))
    found = {row.measure: row for row in rows}
    gone = visible.hidden_among(patient, [row.reading_id for row in found.values()]) if patient.is_for_circle else set()
    again = [measure for measure, row in found.items() if row.reading_id in gone]
    return {measure: row for measure, row in found.items() if measure not in again} | _newest_shown(patient, again)


def _newest_shown(patient: AdmittedPatient, measures: Sequence[str]) -> dict[str, ReadingState]:
    """The newest that the circle sees, of measures whose newest is kept from it."""
    if not measures:
        return {}
    where = (*visible.counted(patient), *visible.shown(patient), Reading.measure.in_(measures))
    order = (Reading.measure, Reading.measured_at.desc(), Reading.id.desc())
    one_each = distinct_on(Reading.measure)
    names = ("patient_id", "measure", "organisation_id", "measured_at", "value", "value_2", "comparator", "code")
    return {
        row.measure: ReadingState(reading_id=row.id, **{name: getattr(row, name) for name in names})
        for row in db.session.scalars(select(Reading).where(*where).order_by(*order).ext(one_each))
    }
