"""Correction notes: what a patient says is wrong stands beside the record, which stays as it was."""

from __future__ import annotations

from uuid import UUID

from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.records.models import CorrectionNote
from app.todos import service as todos

ASKED = "correction_note"
PLEASE_READ = "The patient says that something in their record is wrong. Please read the note and answer it."


def add_note(patient: AdmittedPatient, text: str, by: UUID) -> CorrectionNote:
    """Add a note and ask the named coordinator to read it."""
    note = CorrectionNote(organisation_id=patient.organisation_id, patient_id=patient.id, written_by=by)
    note.text = text
    db.session.add(note)
    db.session.flush()
    todos.add(patient, ASKED, str(note.id), PLEASE_READ)
    return note
