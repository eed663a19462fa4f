"""Alerts over the API: the worklist, one alert, acknowledge, note, resolve."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.access import guards
from app.access.permissions import Permission
from app.alerts import queries, schemas, service
from app.alerts.queries import answering
from app.core.http import Routes
from app.core.pages import PageQuery
from app.patients.admission import AdmittedPatient

routes = Routes("alerts", __name__, url_prefix="/api", description="Alerts and the worklist")
SEE, HANDLE = guards.on_patient(Permission.SEE_ALERTS), guards.on_patient(Permission.HANDLE_ALERTS)
ONE = "/patients/<uuid:patient_id>/alerts/<uuid:alert_id>"


@routes.get("/worklist", access=guards.on_caseload(Permission.SEE_CASELOAD), gives={200: schemas.Worklist})
def get_worklist(caller: guards.Caller) -> Response:
    """Everything that waits for the caller's teams, worst first."""
    return Response(answering.answer(caller), mimetype="application/json")


@routes.get("/patients/<uuid:patient_id>/alerts", access=SEE, query=PageQuery(), gives={200: schemas.AlertPage})
def list_alerts(patient: AdmittedPatient, query: dict[str, Any]) -> Any:
    """A page of the alerts of a patient, newest first."""
    return queries.alert_page(patient, query["limit"], query["cursor"])


@routes.get(ONE, access=SEE, gives={200: schemas.AlertInFull})
def get_alert(patient: AdmittedPatient, alert_id: UUID) -> queries.AlertInFull:
    """An alert with its findings and its history."""
    return queries.alert_in_full(patient, alert_id)


@routes.post(f"{ONE}/acknowledge", access=HANDLE, keyed=False, gives={200: schemas.AlertInFull})
def acknowledge(patient: AdmittedPatient, alert_id: UUID) -> queries.AlertInFull:
    """Take an alert; 409 names who has it already."""
    service.acknowledge(patient, alert_id, guards.caller())
    return queries.alert_in_full(patient, alert_id)


@routes.post(f"{ONE}/notes", access=HANDLE, takes=schemas.Note(), gives={201: schemas.Event})
def add_note(patient: AdmittedPatient, alert_id: UUID, body: dict[str, str]) -> Any:
    """Write a note to an alert."""
    return service.add_note(patient, alert_id, body["text"], guards.caller())


@routes.post(
    f"{ONE}/resolve",
    access=HANDLE,
    keyed=False,
    may_match=True,
    takes=schemas.Resolution(),
    gives={200: schemas.AlertInFull},
)
def resolve(patient: AdmittedPatient, alert_id: UUID, version: int | None, body: dict[str, Any]) -> queries.AlertInFull:
    """Close an alert with what came of it; with If-Match, 412 where it became worse since it was read."""
    service.resolve(patient, alert_id, body["outcome"], body["note"], guards.caller(), version)
    return queries.alert_in_full(patient, alert_id)
