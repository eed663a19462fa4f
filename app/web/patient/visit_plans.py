"""Plan visits, call one off, end a plan, and make the code for the wall."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Invalid, NotFound
from app.core.http import Pages
from app.messages.service import visit_codes, visit_planning
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import visit_gathering as gathering
from app.web.patient import visit_typed as typed
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("my_visit_plans", __name__, url_prefix="/my/<uuid:patient_id>/visits")
PLAN: Final = guards.on_patient(Permission.PLAN_VISITS)
REFUSED: Final = (Conflict, Invalid)
KINDS: Final = ("once", "weekly")


@pages.get("/plan", access=PLAN)
def kinds(patient: AdmittedPatient) -> str:
    """Once, or again and again?"""
    hrefs = {one: url_for("my_visit_plans.plan", patient_id=patient.id, kind=one) for one in KINDS}
    back = url_for("my_visits.visits", patient_id=patient.id)
    return frame.for_patient("patient/visits/kinds.html", patient, "visits", hrefs=hrefs, back_href=back)


@pages.get("/plan/<kind>", access=PLAN)
def plan(patient: AdmittedPatient, kind: str) -> str:
    """The form."""
    return _form(patient, kind, MultiDict())


@pages.post("/plan/<kind>", access=PLAN)
def plan_now(patient: AdmittedPatient, kind: str) -> Any:
    """Plan it."""
    try:
        if kind == "once":
            visit_planning.add(patient, typed.once(request.form), gathering.by())
        else:
            visit_planning.plan(patient, typed.weekly(request.form), gathering.by())
    except REFUSED as refused:
        return _form(patient, kind, request.form, Shown.refused(request.form, refused)), refused.status
    return _to_list(patient, "planned")


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


@pages.post("/plans/<uuid:plan_id>/end", access=PLAN)
def end(patient: AdmittedPatient, plan_id: UUID) -> Any:
    """End a plan: no more visits of it."""
    visit_planning.end_plan(patient, plan_id, gathering.by())
    return _to_list(patient, "ended")


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


def _form(patient: AdmittedPatient, kind: str, form: MultiDict[str, str], shown: Shown = EMPTY) -> str:
    if kind not in KINDS:
        raise NotFound
    context = gathering.for_plan(patient, kind, form, shown)
    return frame.for_patient("patient/visits/plan.html", patient, "visits", **context)


def _call_off(patient: AdmittedPatient, visit_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_call_off(patient, visit_id, shown)
    return frame.for_patient("patient/visits/call_off.html", patient, "visits", **context)


def _code(patient: AdmittedPatient, made: visit_codes.Made | None, shown: Shown = EMPTY) -> str:
    context = gathering.for_code(patient, made) | shown.context()
    return frame.for_patient("patient/visits/code.html", patient, "visits", **context)


def _to_list(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("my_visits.visits", patient_id=patient.id, said=said), 303)
