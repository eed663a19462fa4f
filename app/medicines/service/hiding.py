"""Keep a medicine from the circle, and show it again: the team sees it and the patient is reminded all the same."""

from __future__ import annotations

from uuid import UUID

from app.core import clock
from app.core.db import db
from app.medicines.service import acting, reminding
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def hide(patient: AdmittedPatient, medicine_id: UUID, by: By) -> None:
    """From this commit on the circle neither sees it nor is told of it; hidden before, it stays so. Raises NotFound."""
    medicine = acting.locked(patient, medicine_id)
    if medicine.hidden_at is None:
        medicine.hidden_at = clock.now()
        db.session.flush()
        acting.note(medicine, "hidden", by)
        reminding.write_anew(patient, medicine.id)


def show(patient: AdmittedPatient, medicine_id: UUID, by: By) -> None:
    """Show it to the circle again, with all that was recorded of it; shown, it stays so. Raises NotFound."""
    medicine = acting.locked(patient, medicine_id)
    if medicine.hidden_at is not None:
        medicine.hidden_at = None
        db.session.flush()
        acting.note(medicine, "shown", by)
