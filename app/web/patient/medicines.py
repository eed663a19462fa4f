"""The list of medicines, and one of them: its schedule, history, pauses, who is told; stop it, start it again."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.medicines.schemas import listing as schemas
from app.medicines.service import hiding, listing, pausing, scheduling, watching
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import medicine_gathering as gathering
from app.web.patient import medicine_typed as typed
from app.web.patient.doses import SEE, by
from app.web.patient.sharing import Shown

pages = Pages("my_medicines", __name__, url_prefix="/my/<uuid:patient_id>/medicines")
CHANGE: Final = guards.on_patient(Permission.CHANGE_MEDICINES)
HIDE: Final = guards.on_patient(Permission.HIDE_MEDICINES)
REFUSED: Final = (Conflict, Invalid)
ONE: Final = "/<uuid:medicine_id>"
EMPTY: Final = Shown()


@pages.get("/list", access=SEE)
def listed(patient: AdmittedPatient) -> str:
    """Every medicine with when it is taken."""
    context = gathering.for_list(patient, request.args.get("said", ""))
    return frame.for_patient("patient/medicines/list.html", patient, "medicines", **context)


@pages.get(ONE, access=SEE)
def medicine(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """One medicine."""
    context = gathering.for_medicine(patient, medicine_id, request.args.get("said", ""))
    return frame.for_patient("patient/medicines/medicine.html", patient, "medicines", **context)


@pages.get(f"{ONE}/stop", access=CHANGE)
def stop(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """What stopping it here changes, before it is done."""
    return _stop(patient, medicine_id)


@pages.post(f"{ONE}/stop", access=CHANGE)
def stop_now(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Stop it: nobody is reminded of it any more."""
    try:
        why = typed.why(request.form)
    except Invalid as refused:
        return _stop(patient, medicine_id, Shown.refused(request.form, refused)), refused.status
    listing.stop(patient, medicine_id, why, by())
    return _to(patient, medicine_id, "stopped")


@pages.post(f"{ONE}/start", access=CHANGE)
def start(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Start it again, with the schedules it had."""
    try:
        listing.start_again(patient, medicine_id, by())
    except Conflict:  # it runs already: what was wanted
        return _to(patient, medicine_id, None)
    return _to(patient, medicine_id, "started")


@pages.post(f"{ONE}/hiding", access=HIDE)
def hide(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Keep it from the circle, or show it again."""
    is_shown = request.form.get("show") == "yes"
    (hiding.show if is_shown else hiding.hide)(patient, medicine_id, by())
    return _to(patient, medicine_id, "shown" if is_shown else "hidden")


@pages.get("/pause", access=CHANGE)
def pause_all(patient: AdmittedPatient) -> str:
    """From when until when nobody is reminded of any."""
    return _pause(patient, None)


@pages.post("/pause", access=CHANGE)
def pause_all_now(patient: AdmittedPatient) -> Any:
    """Pause them all."""
    return _paused(patient, None)


@pages.get(f"{ONE}/pause", access=CHANGE)
def pause(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """From when until when nobody is reminded of it."""
    return _pause(patient, medicine_id)


@pages.post(f"{ONE}/pause", access=CHANGE)
def pause_now(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Pause it."""
    return _paused(patient, medicine_id)


@pages.post("/pauses/<uuid:pause_id>/end", access=CHANGE)
def resume(patient: AdmittedPatient, pause_id: UUID) -> Any:
    """End a pause now."""
    pausing.resume(patient, pause_id, by())
    return redirect(url_for("my_medicines.listed", patient_id=patient.id, said="resumed"), 303)


@pages.post("/schedules/<uuid:schedule_id>/end", access=CHANGE)
def end_schedule(patient: AdmittedPatient, schedule_id: UUID) -> Any:
    """End one schedule of a medicine."""
    scheduling.end(patient, schedule_id, by())
    return redirect(url_for("my_medicines.listed", patient_id=patient.id, said="unscheduled"), 303)


@pages.get(f"{ONE}/watches", access=CHANGE)
def watches(patient: AdmittedPatient, medicine_id: UUID) -> str:
    """Who is told when a dose of it is not recorded, and after how long."""
    return _watches(patient, medicine_id)


@pages.post(f"{ONE}/watches", access=CHANGE)
def watch(patient: AdmittedPatient, medicine_id: UUID) -> Any:
    """Say who is told."""
    try:
        watching.watch(patient, medicine_id, typed.watches(request.form), by())
    except REFUSED as refused:
        return _watches(patient, medicine_id, Shown.refused(request.form, refused)), refused.status
    return _to(patient, medicine_id, "watched")


def _to(patient: AdmittedPatient, medicine_id: UUID, said: str | None) -> Any:
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": medicine_id}
    return redirect(url_for("my_medicines.medicine", **where, said=said), 303)


def _stop(patient: AdmittedPatient, medicine_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_stop(patient, medicine_id, shown)
    return frame.for_patient("patient/medicines/stop.html", patient, "medicines", **context)


def _pause(patient: AdmittedPatient, medicine_id: UUID | None, shown: Shown = EMPTY) -> str:
    context = gathering.for_pause(patient, medicine_id, shown)
    return frame.for_patient("patient/medicines/pause.html", patient, "medicines", **context)


def _paused(patient: AdmittedPatient, medicine_id: UUID | None) -> Any:
    try:
        new = http.loaded(schemas.NewPauseSchema(), typed.pause(request.form, medicine_id, patient.zone))
        pausing.pause(patient, new, by())
    except REFUSED as refused:
        return _pause(patient, medicine_id, Shown.refused(request.form, refused)), refused.status
    return redirect(url_for("my_medicines.listed", patient_id=patient.id, said="paused"), 303)


def _watches(patient: AdmittedPatient, medicine_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_watches(patient, medicine_id, shown)
    return frame.for_patient("patient/medicines/watches.html", patient, "medicines", **context)
