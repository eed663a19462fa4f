"""Protocols, plans and personal limits over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.protocols import queries, schemas, service

routes = Routes("protocols", __name__, url_prefix="/api", description="Protocols and monitoring plans")
SEE, CHANGE = guards.on_patient(Permission.SEE_PLAN), guards.on_patient(Permission.CHANGE_PLAN)
MONITORING = "/patients/<uuid:patient_id>/monitoring"


@routes.get("/protocols", access=guards.on_caseload(Permission.SEE_CASELOAD), gives={200: schemas.Protocols})
def list_protocols(caller: guards.Caller) -> dict[str, Any]:
    """Every protocol that is loaded."""
    return {"items": list(queries.registry().values())}


@routes.get(MONITORING, access=SEE, gives={200: schemas.Monitoring})
def get_monitoring(patient: AdmittedPatient) -> dict[str, Any]:
    """The running plans and limits of a patient."""
    return {"plans": queries.plans(patient), "limits": [limit for limit, _ in queries.limits(patient)]}


@routes.post(f"{MONITORING}/plans", access=CHANGE, takes=schemas.NewPlan(), gives={201: schemas.Plan})
def start_plan(patient: AdmittedPatient, body: dict[str, str]) -> Any:
    """Start a plan with the newest version of a protocol that may run here."""
    return service.start_plan(patient, body["protocol"], by=guards.caller().person_id)


@routes.delete(f"{MONITORING}/plans/<uuid:plan_id>", access=CHANGE, gives={204: None})
def end_plan(patient: AdmittedPatient, plan_id: UUID) -> None:
    """End a plan."""
    service.end_plan(patient, plan_id, by=guards.caller().person_id)


@routes.post(f"{MONITORING}/limits", access=CHANGE, takes=schemas.NewLimit(), gives={201: schemas.Limit})
def set_limit(patient: AdmittedPatient, body: dict[str, Any]) -> Any:
    """Set a limit for this patient; it holds in every plan."""
    return service.set_limit(patient, **body, by=guards.caller().person_id)


@routes.delete(f"{MONITORING}/limits/<uuid:limit_id>", access=CHANGE, gives={204: None})
def end_limit(patient: AdmittedPatient, limit_id: UUID) -> None:
    """End a personal limit: the protocol's own holds again."""
    service.end_limit(patient, limit_id)
