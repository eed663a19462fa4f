"""My medicines: today's doses, what became of each, and what is taken when needed."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g, redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.medicines.service.answering import Answered
from app.medicines.ticking import Outcome
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame
from app.web.patient import dose_gathering as gathering
from app.web.patient import dose_typed as typed
from app.web.patient.sharing import Shown

pages = Pages("my_doses", __name__, url_prefix="/my/<uuid:patient_id>/medicines")
SEE: Final = guards.on_patient(Permission.SEE_MEDICINES)
RECORD: Final = guards.on_patient(Permission.RECORD_DOSES)
REFUSED: Final = (Conflict, Invalid)
DOSE: Final = "/doses/<uuid:dose_id>"
GIVEN: Final = "/<uuid:medicine_id>/given"


@pages.get("", access=SEE)
def medicines(patient: AdmittedPatient) -> str:
    """Today's doses, and what is taken when needed."""
    return _today(patient)


@pages.post("/taken", access=RECORD)
def taken(patient: AdmittedPatient) -> Any:
    """One dose, or all of a time, taken just now."""
    try:
        told = typed.taken_now(patient, request.form, by())
    except REFUSED as refused:
        return _today(patient, Shown.refused({}, refused)), refused.status
    return _onward(patient, told)


@pages.get(DOSE, access=SEE)
def dose(patient: AdmittedPatient, dose_id: UUID) -> str:
    """One dose: what became of it, or everything that was said."""
    return _dose(patient, dose_id)


@pages.post(DOSE, access=RECORD)
def answer(patient: AdmittedPatient, dose_id: UUID) -> Any:
    """Say what became of one dose, or take back what was said; when and why are asked on a page of their own."""
    if step := typed.asks_more(request.form):
        return _dose(patient, dose_id, Shown(request.form), step)
    try:
        told = typed.answered(patient, dose_id, request.form, by())
    except REFUSED as refused:
        step = request.form.get("step", "")
        return _dose(patient, dose_id, Shown.refused(request.form, refused), step), refused.status
    if told[0].dose.state == "due" and request.form.get("answer") == "undone":
        return redirect(url_for("my_doses.dose", patient_id=patient.id, dose_id=dose_id, said="undone"), 303)
    return _onward(patient, told)


@pages.get(f"{DOSE}/twice", access=SEE)
def twice(patient: AdmittedPatient, dose_id: UUID) -> str:
    """A second tick, of this dose and perhaps more: was it two? Only people know."""
    also, near = (request.args.getlist(name, type=UUID) for name in ("also", "near"))
    context = gathering.for_twice(patient, [dose_id, *also], near)
    return frame.for_patient("patient/medicines/twice.html", patient, "medicines", **context)


@pages.post(f"{DOSE}/twice", access=RECORD)
def twice_said(patient: AdmittedPatient, dose_id: UUID) -> Any:
    """Two were taken: a human is told, and whoever says so is told whom to ask now."""
    typed.two_taken(patient, dose_id, request.form, by())
    return redirect(url_for("my_doses.whom_to_ask", patient_id=patient.id), 303)


@pages.get("/whom-to-ask", access=SEE)
def whom_to_ask(patient: AdmittedPatient) -> str:
    """More was taken than was set: whom to ask, now."""
    context = gathering.for_whom_to_ask(patient)
    return frame.for_patient("patient/medicines/whom_to_ask.html", patient, "medicines", **context)


@pages.get(GIVEN, access=RECORD)
def given(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """The form for a dose taken when needed."""
    return _given(patient, medicine_id)


@pages.post(GIVEN, access=RECORD)
def give(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Record it, or say when the next is possible; what has happened is recorded all the same."""
    try:
        outcome = typed.given(patient, medicine_id, request.form, by())
    except REFUSED as refused:
        return _given(patient, medicine_id, Shown.refused(request.form, refused)), refused.status
    if outcome.dose is None:
        return _given(patient, medicine_id, Shown(request.form), outcome), 409
    where = "medicines" if outcome.refused is None else "whom_to_ask"
    return redirect(url_for(f"my_doses.{where}", patient_id=patient.id, said="recorded"), 303)


def by() -> By:
    """Who answers, on a page."""
    return By(guards.caller().person_id, g.role, "page")


def _onward(patient: AdmittedPatient, told: list[Answered]) -> Any:
    """To the question of two, or back to today with a word of what was done."""
    if asked := [one.dose.id for one in told if one.asks_two]:
        near = [one.dose.id for one in told if one.asks_two and one.outcome is Outcome.RECORDED]
        first, *also = asked
        where: dict[str, Any] = {"patient_id": patient.id, "dose_id": first, "also": also, "near": near}
        return redirect(url_for("my_doses.twice", **where), 303)
    said = typed.outcome(told)
    return redirect(url_for("my_doses.medicines", patient_id=patient.id, said=said), 303)


def _today(patient: AdmittedPatient, shown: Shown = gathering.EMPTY) -> str:
    context = gathering.for_today(patient, request.args.get("said", "")) | shown.context()
    return frame.for_patient("patient/medicines/today.html", patient, "medicines", **context)


def _dose(patient: AdmittedPatient, dose_id: UUID, shown: Shown = gathering.EMPTY, step: str = "") -> str:
    context = gathering.for_dose(patient, dose_id, shown, request.args.get("said", "")) | {"step": step}
    return frame.for_patient("patient/medicines/dose.html", patient, "medicines", **context)


def _given(patient: AdmittedPatient, medicine_id: UUID, shown: Shown = gathering.EMPTY, outcome: Any = None) -> str:
    context = gathering.for_given(patient, medicine_id, shown, outcome)
    return frame.for_patient("patient/medicines/given.html", patient, "medicines", **context)
