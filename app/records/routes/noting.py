"""Correction notes beside a record."""

from __future__ import annotations

from typing import Any

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.records.queries import keeping as queries
from app.records.queries.keeping import Noted
from app.records.schemas import keeping as schemas
from app.records.service import noting

routes = Routes("corrections", __name__, url_prefix="/api/patients", description="What is wrong in a record")

NOTES = "/<uuid:patient_id>/correction-notes"


@routes.get(NOTES, access=guards.on_patient(Permission.SEE_PATIENT), gives={200: schemas.CorrectionNotes})
def notes(patient: AdmittedPatient) -> dict[str, Any]:
    """The notes of a record, the last first."""
    return {"items": queries.correction_notes(patient)}


@routes.post(
    NOTES,
    access=guards.on_patient(Permission.EXPORT_RECORD),
    takes=schemas.NewCorrectionNote(),
    gives={201: schemas.CorrectionNote},
)
def add_note(patient: AdmittedPatient, body: dict[str, str]) -> Noted:
    """Say what is wrong; the record stays as it was, and the named coordinator is asked to read it."""
    caller = guards.caller()
    note = noting.add_note(patient, body["text"], caller.person_id)
    return Noted(note, f"{caller.given_name} {caller.family_name}")
