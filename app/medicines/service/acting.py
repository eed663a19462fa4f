"""Who does something to a medicine or a dose, and what is written down of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select

from app.access.roles import CIRCLE, Role
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.medicines.models import Medicine, MedicineEvent
from app.patients.admission import AdmittedPatient

_SOURCES = {Role.PATIENT: "patient", Role.ACTING: "acting"} | dict.fromkeys(CIRCLE, "member")


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, as what, and by which way in."""

    person_id: UUID
    role: Role
    channel: str = "app"

    @property
    def source(self) -> str:
        return "import" if self.channel == "import" else _SOURCES.get(self.role, "staff")


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


def locked(patient: AdmittedPatient, medicine_id: UUID) -> Medicine:
    """This patient's medicine, waited for; whoever changes its doses holds it. Raises NotFound."""
    where = (Medicine.id == medicine_id, Medicine.patient_id == patient.id)
    medicine = db.session.scalar(
        select(Medicine).where(*where).with_for_update().execution_options(populate_existing=True)
    )
    if medicine is None:
        raise NotFound
    return medicine
