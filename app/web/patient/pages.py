"""The patient's pages: today, what to measure, its form, the reply, my numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Pages
from app.patients.admission import AdmittedPatient
from app.readings import service
from app.web import frame, trends
from app.web.patient import gathering, sending
from app.web.patient.sending import Again, Sent
from app.web.patient.typed import Typed

pages = Pages("patient", __name__, url_prefix="/my/<uuid:patient_id>")
SEE, ADD = guards.on_patient(Permission.SEE_READINGS), guards.on_patient(Permission.ADD_READINGS)


@pages.get("/", access=guards.on_patient(Permission.SEE_PATIENT))
def today(patient: AdmittedPatient) -> str:
    """What is asked for today."""
    return frame.for_patient("patient/today.html", patient, "today", **gathering.for_today(patient))


@pages.get("/readings/new", access=ADD)
def add(patient: AdmittedPatient) -> str:
    """What to measure."""
    return frame.for_patient("patient/add_reading.html", patient, "add", **gathering.for_add(patient))


@pages.get("/readings/new/<measure>", access=ADD)
def ask(patient: AdmittedPatient, measure: str) -> str:
    """The form of one measure."""
    one, typed = gathering.measure_named(measure), Typed({"unit": request.args.get("unit", "")})
    return _form(patient, gathering.for_form(patient, one, typed, Again()))


@pages.post("/readings/new/<measure>", access=ADD)
def send(patient: AdmittedPatient, measure: str) -> Any:
    """Send the form: on to the reply, or back with what is wrong or unusual."""
    one = gathering.measure_named(measure)
    typed = Typed(request.form.to_dict(), tuple(request.form.getlist("symptoms")))
    outcome = sending.send(patient, one, typed)
    if isinstance(outcome, Sent):
        return redirect(url_for("patient.reply", patient_id=patient.id, reading_id=outcome.reading_id), 303)
    status = 422 if isinstance(outcome, Again) and outcome.errors else 200
    return _form(patient, gathering.for_form(patient, one, typed, outcome)), status


@pages.get("/readings/<uuid:reading_id>", access=SEE)
def reply(patient: AdmittedPatient, reading_id: UUID) -> str:
    """The honest reply to a reading."""
    return frame.for_patient("patient/reply.html", patient, "add", **gathering.for_reply(patient, reading_id))


@pages.post("/readings/<uuid:reading_id>/hiding", access=guards.on_patient(Permission.HIDE_ITEMS))
def hide(patient: AdmittedPatient, reading_id: UUID) -> Any:
    """Keep this reading from the circle, or show it again."""
    change = service.show if request.form.get("show") == "yes" else service.hide
    change(patient, reading_id, by=guards.caller().person_id)
    return redirect(url_for("patient.reply", patient_id=patient.id, reading_id=reading_id), 303)


@pages.get("/numbers", access=SEE)
def numbers(patient: AdmittedPatient) -> str:
    """Every measure over some days."""
    days = trends.days_asked(request.args.get("days"))
    return frame.for_patient("patient/numbers.html", patient, "numbers", **gathering.for_numbers(patient, days))


@pages.get("/plan", access=guards.on_patient(Permission.SEE_PLAN))
def plan(patient: AdmittedPatient) -> str:
    """What was agreed to be done; what is measured when, and between which limits."""
    context = gathering.for_plan(patient, request.args.get("said"))
    return frame.for_patient("patient/plan.html", patient, "plan", **context)


def _form(patient: AdmittedPatient, context: dict[str, Any]) -> str:
    return frame.for_patient("patient/reading_form.html", patient, "add", **context)
