"""The visit that somebody tells of: a planned one, or one that nobody expected and that begins with being told."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.messages.models import Visit
from app.messages.queries import visits
from app.messages.service import visit_acting
from app.messages.visit_entering import Told
from app.patients.admission import AdmittedPatient
from app.patients.by import By

CALLED_OFF: Final = "This visit was called off. Say that you are here without an appointment."


def begun(patient: AdmittedPatient, visit_id: UUID, told: Told, at: datetime, by: By) -> Visit:
    """The visit that is meant, held; one that nobody expected is there from the first that is told of it.

    Raises NotFound; also for one that is kept from whoever tells of it, in whose place no second one is made.
    """
    visit_acting.one_at_a_time(patient, visit_id)
    try:
        return visits.row(patient, visit_id, locked=True)
    except NotFound:
        if told.unexpected is None or visits.is_kept(patient, visit_id):
            raise
    made = Visit(
        id=visit_acting.id_of(patient, visit_id),
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        local_date=at.astimezone(patient.zone).date(),
        visitor_id=by.person_id,
        due_at=at,
        minutes=0,
        late_after=0,
        state="arrived",
        client_id=visit_id,
        planned_by=by.person_id,
    )
    made.what = told.unexpected
    db.session.add(made)
    db.session.flush()
    return made


def may_come(found: Visit, by: By) -> None:
    """Raise Conflict where somebody else was there, or nobody was to come."""
    if found.state == "called_off":
        raise Conflict(CALLED_OFF)
    is_taken = found.arrived_at is not None or found.left_at is not None or found.minutes == 0
    if is_taken and found.visitor_id != by.person_id:
        raise Conflict("Somebody else is down for this visit. Say that you are here without an appointment.")
