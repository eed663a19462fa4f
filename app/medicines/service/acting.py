"""Who does something to a medicine or a dose, and what is written down of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
from sqlalchemy import select, text

from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.medicines.models import Medicine, MedicineEvent
from app.medicines.queries import visible
from app.patients.admission import AdmittedPatient
from app.patients.by import By

SENT_BEFORE: Final = (
    "This form was sent before, with something else in it. What it made is on the list: nothing was changed now."
)
_ONE_FORM_AT_A_TIME: Final = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def note(medicine: Medicine, kind: str, by: By, details: Mapping[str, Any] | None = None) -> None:
    """Write down what was done to a medicine; `details` says what it was before, and why."""
    event = MedicineEvent(
        organisation_id=medicine.organisation_id,
        patient_id=medicine.patient_id,
        medicine_id=medicine.id,
        kind=kind,
        by=by.person_id,
        role=str(by.role),
    )
    event.details = orjson.dumps(details, default=str).decode() if details else None
    db.session.add(event)


def still_cared_for(patient: AdmittedPatient) -> None:
    """Raise Conflict once care has ended: nothing reminds any more, and nobody would look."""
    if patient.ended_at is not None:
        raise Conflict(f"Care with {patient.team_name} has ended, so this list is kept as it is.")


def id_of_form(patient: AdmittedPatient, form_id: UUID) -> UUID:
    """The id of what a form makes, so that sent twice it makes one; never that of a row of another patient."""
    return uuid5(patient.id, f"form {form_id}")


def one_form_at_a_time(patient: AdmittedPatient, form_id: UUID) -> None:
    """Wait while the same form is being worked on."""
    db.session.execute(_ONE_FORM_AT_A_TIME, {"key": f"form {patient.id} {form_id}"})


def locked(patient: AdmittedPatient, medicine_id: UUID) -> Medicine:
    """This patient's medicine, waited for; whoever changes its doses holds it. Raises NotFound."""
    where = (Medicine.id == medicine_id, *visible.shown(patient))
    medicine = db.session.scalar(
        select(Medicine).where(*where).with_for_update().execution_options(populate_existing=True)
    )
    if medicine is None:
        raise NotFound
    return medicine
