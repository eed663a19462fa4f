"""Readings that were taken at a visit: recorded as any other, by whoever is there, and linked to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.messages.models import Visit, VisitReading
from app.messages.queries import visits
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.readings import service as readings
from app.readings.intake import Entry
from app.readings.models import Reading
from app.readings.service import Outcome, Received


def record(
    patient: AdmittedPatient, visit_id: UUID, entries: Sequence[Entry], by: By, sent_at: datetime | None
) -> list[Received]:
    """Record what was measured at one's own visit. Raises NotFound, and Conflict at somebody else's."""
    visit = visits.row(patient, visit_id)
    if visit.visitor_id != by.person_id or (visit.arrived_at is None and visit.left_at is None):
        raise Conflict("Say first that you are here. Then what you measure belongs to this visit.")
    received = readings.record(patient, entries, by=by.person_id, sent_at=sent_at)
    _link(visit, [one.id for one in received if one.outcome is Outcome.STORED])
    return received


def link_own(patient: AdmittedPatient, visit: Visit, by: By) -> None:
    """Link what the visitor measured while they were there, by whichever way it was recorded."""
    if visit.arrived_at is None or visit.visitor_id != by.person_id:
        return
    until = visit.left_at or clock.now()
    theirs = (Reading.patient_id == patient.id, Reading.entered_by == by.person_id)
    at = Reading.measured_at.between(visit.arrived_at, until)
    _link(visit, list(db.session.scalars(select(Reading.id).where(*theirs, at, Reading.is_history.is_(False)))))


def _link(visit: Visit, reading_ids: Collection[UUID]) -> None:
    rows = [
        {
            "id": new_id(),
            "created_at": clock.now(),
            "organisation_id": visit.organisation_id,
            "patient_id": visit.patient_id,
            "visit_id": visit.id,
            "reading_id": one,
        }
        for one in reading_ids
    ]
    if rows:
        once = insert(VisitReading).on_conflict_do_nothing(index_elements=["visit_id", "reading_id"])
        db.session.execute(once, rows)
