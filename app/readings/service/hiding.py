"""Keep a reading from the circle, and show it again: the team sees it and the rules judge it all the same."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.ids import new_id
from app.patients.admission import AdmittedPatient
from app.readings import queries
from app.readings.models import HiddenReading, Reading
from app.readings.queries import visible


def hide(patient: AdmittedPatient, reading_id: UUID, *, by: UUID) -> None:
    """Keep it from the circle with its near-duplicates, once; raises NotFound."""
    keep_hidden(patient, _reading(patient, reading_id), by=by)


def keep_hidden(patient: AdmittedPatient, reading: Reading, *, by: UUID) -> None:
    """Hide each of a family by itself, so that it stays hidden when the first of them no longer counts."""
    facts = {"organisation_id": patient.organisation_id, "patient_id": patient.id, "hidden_by": by}
    rows = [
        {"id": new_id(), "created_at": clock.now(), "reading_id": one, **facts}
        for one in visible.together(patient, reading)
    ]
    one_each = (
        insert(HiddenReading)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["patient_id", "reading_id"], index_where=text("shown_at is null"))
    )
    db.session.execute(one_each)


def show(patient: AdmittedPatient, reading_id: UUID, *, by: UUID) -> None:
    """Show it to the circle again; raises NotFound."""
    family = visible.together(patient, _reading(patient, reading_id))
    where = (HiddenReading.patient_id == patient.id, HiddenReading.reading_id.in_(family))
    again = update(HiddenReading).where(*where, HiddenReading.shown_at.is_(None))
    db.session.execute(again.values(shown_at=clock.now(), shown_by=by))


def _reading(patient: AdmittedPatient, reading_id: UUID) -> Reading:
    found = queries.reading(patient, reading_id)
    if found is None:
        raise NotFound
    return found
