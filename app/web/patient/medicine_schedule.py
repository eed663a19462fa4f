"""Say when a medicine is taken, a question a page: what kind, which times, what the label says; look, then save."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.core import http
from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.core.http import Pages
from app.core.ids import new_id
from app.medicines.entering import NewSchedule
from app.medicines.models import Schedule
from app.medicines.schemas import listing as schemas
from app.medicines.service import previewing, scheduling
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import medicine_schedule_form as forms
from app.web.patient import medicine_times as times
from app.web.patient import medicine_typed
from app.web.patient.doses import by
from app.web.patient.medicine_schedule_form import About
from app.web.patient.medicines import CHANGE

pages = Pages("my_schedule", __name__, url_prefix="/my/<uuid:patient_id>/medicines")
NEW: Final = "/<uuid:medicine_id>/schedule"
CHANGED: Final = "/schedules/<uuid:schedule_id>"
KIND: Final = "Choose how often"
MEANWHILE: Final = "This was changed after you opened it. Nothing of yours was saved: this form says what it is now."
Answer = tuple[str, int]


@pages.get(NEW, access=CHANGE)
def new(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """How often is it taken?"""
    form = MultiDict({"id": str(new_id())})
    return _page(patient, forms.about_new(patient, medicine_id), form, "kind")[0]


@pages.post(NEW, access=CHANGE)
def add(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """The next question, the preview, or saved."""
    return _next(patient, forms.about_new(patient, medicine_id))


@pages.get(CHANGED, access=CHANGE)
def change(patient: AdmittedPatient, schedule_id: UUID) -> str:
    """The same questions, answered as they are now."""
    about = forms.about_change(patient, schedule_id)
    return _page(patient, about, forms.typed(patient, about), "kind")[0]


@pages.post(CHANGED, access=CHANGE)
def change_now(patient: AdmittedPatient, schedule_id: UUID) -> Any:
    """The next question, the preview, or saved from now on."""
    return _next(patient, forms.about_change(patient, schedule_id))


def _next(patient: AdmittedPatient, about: About) -> Any:
    form, step = request.form, request.form.get("step", "")
    if (to := form.get("to")) in forms.STEPS:
        return _page(patient, about, form, to or "kind")
    if form.get("kind") not in times.KINDS:
        return _page(patient, about, form, "kind", {"kind": KIND})
    if step == "kind":
        return _page(patient, about, form, "times")
    found = times.read(form, patient.zone)
    if form.get("more"):
        return _page(patient, about, forms.with_more(form), "times")
    if found.errors:
        return _page(patient, about, form, "times", found.errors)
    if step == "times":
        return _page(patient, about, form, "label")
    return _preview_or_save(patient, about, found)


def _preview_or_save(patient: AdmittedPatient, about: About, found: times.Read) -> Any:
    form = request.form
    try:
        body = http.loaded(schemas.NewScheduleSchema(), forms.body(form, found.pattern))
        if form.get("step") == "save":
            saved = _saved(patient, about, body)
            said = "unclear" if saved.unclear_sealed else "scheduled"
            return redirect(_medicine(patient, about, said), 303)
        replaced = about.schedule.id if about.schedule else None
        shown = previewing.preview(patient, body, by(), about.medicine.id, replaced)
    except Invalid as refused:
        errors = forms.errors(refused, found)
        return _page(patient, about, form, forms.step_of(errors), errors or {"": refused.detail})
    except PreconditionFailed:
        return _page(patient, about, forms.typed(patient, about), "kind", {"": MEANWHILE})
    except Conflict as refused:
        return _page(patient, about, form, "kind", {"": refused.detail})
    return _page(patient, about, form, "preview", preview=shown)


def _saved(patient: AdmittedPatient, about: About, body: NewSchedule) -> Schedule:
    if about.schedule is None:
        return scheduling.add_once(patient, about.medicine.id, medicine_typed.form_id(request.form), body, by())
    seen = medicine_typed.version(request.form)
    return scheduling.change(patient, about.schedule.id, seen, body.said, by())


def _medicine(patient: AdmittedPatient, about: About, said: str) -> str:
    return url_for("my_medicines.medicine", patient_id=patient.id, medicine_id=about.medicine.id, said=said)


def _page(
    patient: AdmittedPatient,
    about: About,
    form: MultiDict[str, str],
    step: str,
    errors: dict[str, str] | None = None,
    preview: previewing.Preview | None = None,
) -> Answer:
    context = forms.page(patient, about, form, step, errors or {}, preview)
    whole = frame.for_patient(f"patient/medicines/schedule_{step}.html", patient, "medicines", **context)
    return whole, 422 if errors else 200
