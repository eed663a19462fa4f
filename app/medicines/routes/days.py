"""The patient's own day over the API: its moments, who is reminded, and where the patient is."""

from __future__ import annotations

from typing import Any

from app.core.http import Routes
from app.medicines import queries
from app.medicines.models import PatientDay
from app.medicines.routes.calling import CHANGE, RECORD, SEE
from app.medicines.schemas import doses as schemas
from app.medicines.service import daily
from app.patients.admission import AdmittedPatient

routes = Routes("patient_day", __name__, url_prefix="/api/patients/<uuid:patient_id>/day", description="Doses")


@routes.get("", access=SEE, gives={200: schemas.Day})
def day(patient: AdmittedPatient) -> dict[str, Any]:
    """The patient's own day."""
    return _shown(patient, queries.patient_day(patient))


@routes.put("/times", access=CHANGE, takes=schemas.NewDay(), gives={200: schemas.Day})
def set_times(patient: AdmittedPatient, body: dict[str, Any]) -> dict[str, Any]:
    """Say when the moments of the day are."""
    return _shown(patient, daily.set_times(patient, body["times"]))


@routes.put("/reminded", access=CHANGE, takes=schemas.NewReminded(), gives={200: schemas.Day})
def set_reminded(patient: AdmittedPatient, body: dict[str, Any]) -> dict[str, Any]:
    """Say who is reminded instead of the patient."""
    return _shown(patient, daily.set_reminded(patient, body["person_id"]))


@routes.put("/zone-seen", access=RECORD, takes=schemas.SeenZone(), gives={200: schemas.Day})
def seen_in(patient: AdmittedPatient, body: dict[str, Any]) -> dict[str, Any]:
    """The patient's phone says that they are in another zone; they are asked before anything changes."""
    return _shown(patient, daily.seen_in(patient, body["zone"]))


@routes.put("/zone-kept", access=RECORD, gives={200: schemas.Day})
def keep_home_time(patient: AdmittedPatient) -> dict[str, Any]:
    """Asked, the patient keeps the time of home."""
    return _shown(patient, daily.keep_home_time(patient))


def _shown(patient: AdmittedPatient, said: PatientDay | None) -> dict[str, Any]:
    return {
        "times": {str(anchor): f"{at:%H:%M}" for anchor, at in queries.read_times(said).items()},
        "reminded_id": said.reminded_id if said else None,
        "zone": patient.zone.key,
        "asks_about_zone": daily.question_of_zone(said),
    }
