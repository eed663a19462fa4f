"""The planned visits of a home: plans, one that is called off, and the code for the wall."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.messages.service import visit_codes, visit_planning
from app.patients.admission import AdmittedPatient
from app.web import frame, planning_visits
from app.web.patient import visit_gathering as gathering
from app.web.patient import visit_typed as typed
from app.web.patient.sharing import EMPTY, Shown


def _show(template: str, patient: AdmittedPatient, held: dict[str, Any]) -> str:
    start = {"back_href": url_for("my_visits.visits", patient_id=patient.id), "back": "Visits"}
    whose = {"whose": frame.whose(patient) and patient.given_name, "is_console": False}
    return frame.for_patient(template, patient, "visits", **start | held | whose)


plans = planning_visits.pages_of("my_visit_plans", "/my/<uuid:patient_id>/visits/plans", _show)
pages = Pages("my_visit_code", __name__, url_prefix="/my/<uuid:patient_id>/visits")
PLAN: Final = guards.on_patient(Permission.PLAN_VISITS)
REFUSED: Final = (Conflict, Invalid)


@pages.get("/<uuid:visit_id>/call-off", access=PLAN)
def call_off(patient: AdmittedPatient, visit_id: UUID) -> str:
    """Why?"""
    return _call_off(patient, visit_id)


@pages.post("/<uuid:visit_id>/call-off", access=PLAN)
def call_off_now(patient: AdmittedPatient, visit_id: UUID) -> Any:
    """Call it off."""
    try:
        visit_planning.call_off(patient, visit_id, typed.why(request.form), gathering.by())
    except REFUSED as refused:
        return _call_off(patient, visit_id, Shown.refused(request.form, refused)), refused.status
    return _to_list(patient, "off")


@pages.get("/code", access=PLAN)
def code(patient: AdmittedPatient) -> str:
    """What the code on the wall is for."""
    return _code(patient, None)


@pages.post("/code", access=PLAN)
def make_code(patient: AdmittedPatient) -> Any:
    """Make a new one, to be printed now: nobody can look it up again."""
    try:
        return _code(patient, visit_codes.make(patient, gathering.by()))
    except Conflict as refused:
        return _code(patient, None, Shown.refused({}, refused)), refused.status


def _call_off(patient: AdmittedPatient, visit_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_call_off(patient, visit_id, shown)
    return frame.for_patient("patient/visits/call_off.html", patient, "visits", **context)


def _code(patient: AdmittedPatient, made: visit_codes.Made | None, shown: Shown = EMPTY) -> str:
    context = gathering.for_code(patient, made) | shown.context()
    return frame.for_patient("patient/visits/code.html", patient, "visits", **context)


def _to_list(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("my_visits.visits", patient_id=patient.id, said=said), 303)
