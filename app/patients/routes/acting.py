"""Who acts for a patient: recorded, reviewed, ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Routes
from app.patients import schemas, service
from app.patients.acting import NewActing
from app.patients.admission import AdmittedPatient
from app.patients.queries import acting as reads
from app.patients.queries import ending
from app.patients.queries.acting import Acting
from app.patients.withdrawal import Effects

routes = Routes(
    "acting", __name__, url_prefix="/api/patients/<uuid:patient_id>/acting", description="Acting for a patient"
)

CHANGES = guards.on_patient(Permission.CHANGE_ACTING)


@routes.get("", access=guards.on_patient(Permission.SEE_CIRCLE), gives={200: schemas.ActingForList})
def acting(patient: AdmittedPatient) -> dict[str, list[Acting]]:
    """Who acts for the patient, on what basis, in what, and when it is looked at again."""
    return {"items": reads.acting(patient)}


@routes.post("", access=CHANGES, takes=schemas.NewActing(), gives={201: schemas.ActingFor})
def record_acting(patient: AdmittedPatient, body: NewActing) -> Acting:
    """Have a member act for the patient: by the patient's own consent, or on what the team has seen."""
    row = service.record_acting(patient, body, guards.caller().person_id)
    return reads.one_acting(patient, row.id)


@routes.post("/<uuid:acting_id>/review", access=CHANGES, takes=schemas.ActingReview(), gives={201: schemas.ActingFor})
def review_acting(patient: AdmittedPatient, acting_id: UUID, body: dict[str, Any]) -> Acting:
    """Say that the basis still holds, and move the day of the next review."""
    service.review_acting(patient, acting_id, body["review_on"], body["note"], guards.caller().person_id)
    return reads.one_acting(patient, acting_id)


@routes.delete("/<uuid:acting_id>", access=CHANGES, gives={204: None})
def end_acting(patient: AdmittedPatient, acting_id: UUID) -> None:
    """End somebody's acting for the patient at once."""
    service.end_acting(patient, acting_id, guards.caller().person_id)


@routes.get("/<uuid:acting_id>/withdrawal", access=CHANGES, gives={200: schemas.Withdrawal})
def withdrawal_of_acting(patient: AdmittedPatient, acting_id: UUID) -> Effects:
    """What ending it would change, in words."""
    whose = "your" if guards.caller().person_id == patient.person_id else f"{patient.given_name}’s"
    return ending.of_acting(patient, acting_id, whose)
