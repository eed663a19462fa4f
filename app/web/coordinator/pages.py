"""The console: the worklist, one patient, one alert and what is done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.alerts import schemas
from app.alerts import service as alerts
from app.core import http
from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.core.http import Pages
from app.messages.queries import inbox
from app.patients.admission import AdmittedPatient
from app.todos import service as todos
from app.web import frame, trends
from app.web.coordinator import gathering
from app.web.coordinator.worklist import Filters

pages = Pages("coordinator", __name__, url_prefix="/console")
SEE, HANDLE = guards.on_patient(Permission.SEE_ALERTS), guards.on_patient(Permission.HANDLE_ALERTS)
PATIENT = "/patients/<uuid:patient_id>"
ALERT = f"{PATIENT}/alerts/<uuid:alert_id>"
CHOOSE, WRITE = "Choose what came of it", "Write the note first"
_NOTE, _RESOLUTION = schemas.Note(), schemas.Resolution()


@pages.get("/worklist", access=guards.on_caseload(Permission.SEE_CASELOAD))
def worklist(caller: Caller) -> Any:
    """Everything that waits, worst first; asked for again every few seconds, and then only what changed."""
    filters, team = Filters.of(request.args), gathering.team_of(caller)
    messages = inbox.count(caller)
    etag = gathering.worklist_etag(caller, team, filters, messages)
    if request.if_none_match.contains(etag):
        return Response(status=304)
    context = gathering.for_worklist(caller, team, filters, etag, messages)
    answer = make_response(_whole_or_part(team, context))
    answer.set_etag(etag)
    return answer


@pages.get(PATIENT, access=SEE)
def patient(patient: AdmittedPatient) -> str:
    """One patient."""
    days = trends.days_asked(request.args.get("days"))
    return frame.for_staff("coordinator/patient.html", patient, "patient", **gathering.for_patient(patient, days))


@pages.get(ALERT, access=SEE)
def alert(patient: AdmittedPatient, alert_id: UUID) -> str:
    """One alert."""
    return _alert(patient, alert_id)


@pages.post(f"{ALERT}/take", access=HANDLE)
def take(patient: AdmittedPatient, alert_id: UUID) -> Any:
    """Take an alert from the worklist, and stay there."""
    try:
        alerts.acknowledge(patient, alert_id, guards.caller())
        said = "taken"
    except Conflict:
        said = "gone"
    return redirect(url_for("coordinator.worklist", said=said, **Filters.of(request.args).query), 303)


@pages.post(f"{ALERT}/acknowledge", access=HANDLE)
def acknowledge(patient: AdmittedPatient, alert_id: UUID) -> Any:
    """Take an alert from its page; whoever had it first keeps it."""
    try:
        alerts.acknowledge(patient, alert_id, guards.caller())
    except Conflict as first:
        return _alert(patient, alert_id, errors=[{"text": first.detail, "href": "#history"}]), 409
    return redirect(url_for("coordinator.alert", patient_id=patient.id, alert_id=alert_id), 303)


@pages.post(f"{ALERT}/notes", access=HANDLE)
def add_note(patient: AdmittedPatient, alert_id: UUID) -> Any:
    """Write a note."""
    try:
        body = http.loaded(_NOTE, {"text": request.form.get("note", "").strip()})
    except Invalid as fault:
        errors = [{"text": _said(fault, WRITE), "href": "#note"}]
        return _alert(patient, alert_id, {"note": request.form.get("note", "")}, errors), 422
    alerts.add_note(patient, alert_id, body["text"], guards.caller())
    return redirect(url_for("coordinator.alert", patient_id=patient.id, alert_id=alert_id), 303)


@pages.post(f"{ALERT}/resolve", access=HANDLE)
def resolve(patient: AdmittedPatient, alert_id: UUID) -> Any:
    """Close an alert with what came of it, and go back to the worklist."""
    typed = {"outcome": request.form.get("outcome", ""), "resolve_note": request.form.get("note", "").strip()}
    try:
        _resolve(patient, alert_id, typed)
    except (Invalid, PreconditionFailed, Conflict) as fault:
        return _alert(patient, alert_id, typed, _faults(fault)), fault.status
    return redirect(url_for("coordinator.worklist", said="resolved"), 303)


@pages.post(f"{PATIENT}/todos/<uuid:todo_id>/done", access=guards.on_patient(Permission.HANDLE_TODOS))
def todo_done(patient: AdmittedPatient, todo_id: UUID) -> Any:
    """Mark a to-do of this patient as done."""
    todos.do(todo_id, [patient.team_id], guards.caller().person_id)
    return redirect(url_for("coordinator.patient", patient_id=patient.id), 303)


def _whole_or_part(team: Any, context: dict[str, Any]) -> str:
    """The list alone for the script that keeps it live, the whole page for anybody else."""
    if request.headers.get("HX-Request"):
        return render_template("coordinator/worklist_list.html", **context)
    return frame.for_staff("coordinator/worklist.html", team, "worklist", **context)


def _alert(
    patient: AdmittedPatient,
    alert_id: UUID,
    values: dict[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> str:
    context = gathering.for_alert(patient, alert_id, values or {}, errors or [])
    return frame.for_staff("coordinator/alert.html", patient, "alert", **context)


def _resolve(patient: AdmittedPatient, alert_id: UUID, typed: dict[str, str]) -> None:
    body = http.loaded(_RESOLUTION, {"outcome": typed["outcome"], "note": typed["resolve_note"] or None})
    version = request.form.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1
    alerts.resolve(patient, alert_id, body["outcome"], body["note"], guards.caller(), seen)


def _faults(fault: Invalid | PreconditionFailed | Conflict) -> list[dict[str, str]]:
    if not isinstance(fault, Invalid):
        return [{"text": fault.detail, "href": "#history"}]
    beside = {"/outcome": ("#outcome", CHOOSE), "/note": ("#resolve_note", "")}
    found = []
    for one in fault.errors:
        href, said = beside.get(one["pointer"], ("#resolve", ""))
        found.append({"text": said or one["detail"], "href": href})
    return found


def _said(fault: Invalid, when_empty: str) -> str:
    return fault.errors[0]["detail"] if request.form.get("note", "").strip() else when_empty
