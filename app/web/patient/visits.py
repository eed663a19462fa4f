"""Visits on a phone, in under a minute: who comes when, I am here, what I did, who will read it, I leave."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Invalid, TooMany
from app.core.http import Pages
from app.messages.queries import visit_notes
from app.messages.queries import visits as queries
from app.messages.service import noting, visit_hiding, visiting
from app.messages.visit_entering import Told
from app.patients.admission import AdmittedPatient
from app.web import frame, looking
from app.web.patient import visit_gathering as gathering
from app.web.patient import visit_keeping
from app.web.patient import visit_typed as typed
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("my_visits", __name__, url_prefix="/my/<uuid:patient_id>/visits")
SEE: Final = guards.on_patient(Permission.SEE_VISITS)
RECORD: Final = guards.on_patient(Permission.RECORD_VISITS)
HIDE: Final = guards.on_patient(Permission.HIDE_VISITS)
PROFESSIONAL: Final = guards.on_patient(Permission.SEE_PROFESSIONAL_NOTES)
REFUSED: Final = (Conflict, Invalid, TooMany)
ONE: Final = "/<uuid:visit_id>"


@pages.get("", access=SEE)
def visits(patient: AdmittedPatient) -> str:
    """Who comes when, and who was here."""
    context = gathering.for_list(patient, request.args.get("said", "")) | {"kept": visit_keeping.kept(patient)}
    return frame.for_patient("patient/visits/list.html", patient, "visits", **context)


@pages.get("/arrive", access=SEE)
def arrive(patient: AdmittedPatient) -> Any:
    """Which visit is it? Shown to whoever looks with a visitor's eyes too; others go back to the list."""
    if not looking.may(Permission.RECORD_VISITS):
        return redirect(url_for("my_visits.visits", patient_id=patient.id), 303)
    return arriving(patient, {"visit": request.args.get("visit", "")})


@pages.post("/arrive", access=RECORD)
def arrive_now(patient: AdmittedPatient) -> Any:
    """I am here; on to what is done."""
    try:
        visit_id, told, code = typed.arrival(request.form)
        visit = visiting.arrive(patient, visit_id, told, gathering.by(), code)
    except REFUSED as refused:
        return arriving(patient, request.form, Shown.refused(request.form, refused)), refused.status
    return redirect(url_for("my_visits.write", patient_id=patient.id, visit_id=visit.id, said="arrived"), 303)


@pages.get(ONE, access=SEE)
def visit(patient: AdmittedPatient, visit_id: UUID) -> str:
    """One visit."""
    return _visit(patient, visit_id)


@pages.post(f"{ONE}/hiding", access=HIDE)
def hide(patient: AdmittedPatient, visit_id: UUID) -> Any:
    """Keep this visit from the circle, or let it be seen again."""
    is_shown = request.form.get("show") == "yes"
    try:
        (visit_hiding.show if is_shown else visit_hiding.hide)(patient, visit_id)
    except Conflict as refused:
        return _visit(patient, visit_id, Shown.refused(request.form, refused)), refused.status
    return _to(patient, visit_id, "shown" if is_shown else "hidden")


@pages.get(f"{ONE}/write", access=SEE)
def write(patient: AdmittedPatient, visit_id: UUID) -> Any:
    """The one form; to put something right it holds what stands there. Who cannot write goes to the visit."""
    if not looking.may(Permission.RECORD_VISITS):
        return redirect(url_for("my_visits.visit", patient_id=patient.id, visit_id=visit_id), 303)
    return _write(patient, visit_id, _begun(patient, visit_id))


@pages.post(f"{ONE}/write", access=RECORD)
def save(patient: AdmittedPatient, visit_id: UUID) -> Any:
    """Show who will read what; then, said yes, save it, and leave where that was asked."""
    form, step = request.form, request.form.get("step", "check")
    try:
        body = typed.note(form, patient.zone)
        if step not in ("save", "leave"):
            return _write(patient, visit_id, form) if step == "change" else _confirm(patient, visit_id, body)
        noting.write(patient, visit_id, body["note"], body["told"], gathering.by(), gathering.reader())
    except REFUSED as refused:
        return _write(patient, visit_id, form, Shown.refused(form, refused)), refused.status
    return _leave(patient, visit_id) if step == "leave" else _to(patient, visit_id, "saved")


@pages.post(f"{ONE}/leave", access=RECORD)
def leave(patient: AdmittedPatient, visit_id: UUID) -> Any:
    """I leave."""
    return _leave(patient, visit_id)


@pages.post("/handover/<uuid:note_id>", access=PROFESSIONAL)
def handover_read(patient: AdmittedPatient, note_id: UUID) -> Any:
    """I have read what was left for whoever comes next."""
    noting.handover_read(patient, note_id, gathering.by())
    visit_id = request.args.get("visit", type=UUID)
    if visit_id is None:
        return redirect(url_for("my_visits.visits", patient_id=patient.id, said="read"), 303)
    return redirect(url_for("my_visits.write", patient_id=patient.id, visit_id=visit_id, said="read"), 303)


def _visit(patient: AdmittedPatient, visit_id: UUID, shown: Shown = EMPTY) -> str:
    context = gathering.for_visit(patient, visit_id, request.args.get("said", ""), shown)
    return frame.for_patient("patient/visits/visit.html", patient, "visits", **context)


def _begun(patient: AdmittedPatient, visit_id: UUID) -> MultiDict[str, str]:
    """An empty form, or what is to be put right, as far as the reader sees it."""
    corrects = request.args.get("corrects", "")
    found = visit_notes.notes(patient, gathering.reader(), [queries.visit(patient, visit_id).id])
    one = next((each for each in found if str(each.id) == corrects), None)
    if one is None:
        return MultiDict()
    texts = {name: getattr(one, name, None) or "" for name in ("family", "professional", "handover")}
    if one.next_visit_at is not None:
        local = one.next_visit_at.astimezone(patient.zone).replace(tzinfo=None)
        texts["next_visit_at"] = local.isoformat(timespec="minutes" if local.second == 0 else "seconds")
    return MultiDict([("corrects", corrects), *texts.items(), *(("done", each) for each in one.done)])


def _write(patient: AdmittedPatient, visit_id: UUID, form: MultiDict[str, str], shown: Shown = EMPTY) -> str:
    said = gathering.SAID.get(request.args.get("said", ""))
    context = gathering.for_write(patient, visit_id, form, shown)
    return frame.for_patient("patient/visits/write.html", patient, "visits", note_said=said, **context)


def _confirm(patient: AdmittedPatient, visit_id: UUID, body: Any) -> str:
    context = gathering.for_confirm(patient, visit_id, request.form, body)
    return frame.for_patient("patient/visits/confirm.html", patient, "visits", **context)


def _leave(patient: AdmittedPatient, visit_id: UUID) -> Any:
    try:
        visiting.leave(patient, visit_id, Told(), gathering.by())
    except REFUSED as refused:
        return _visit(patient, visit_id, Shown.refused(request.form, refused)), refused.status
    return _to(patient, visit_id, "left")


def _to(patient: AdmittedPatient, visit_id: UUID, said: str) -> Any:
    return redirect(url_for("my_visits.visit", patient_id=patient.id, visit_id=visit_id, said=said), 303)


def arriving(patient: AdmittedPatient, form: Any, shown: Shown = EMPTY) -> str:
    """Which visit is it?"""
    context = gathering.for_arrive(patient, form, shown)
    return frame.for_patient("patient/visits/arrive.html", patient, "visits", **context)
