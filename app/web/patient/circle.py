"""Who sees what until when: the circle of a patient, and members who change or go."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request

from app.access import guards
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import http
from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.core.http import Pages
from app.patients import schemas, service
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import sharing
from app.web.patient.sharing import Shown

pages = Pages("my_circle", __name__, url_prefix="/my/<uuid:patient_id>/circle")

SEES: Final = guards.on_patient(Permission.SEE_CIRCLE)
CHANGES: Final = guards.on_patient(Permission.CHANGE_CIRCLE)
REFUSED: Final = (Conflict, Invalid, PreconditionFailed)
_CHANGE: Final = schemas.CircleMemberChange()


@pages.get("", access=SEES)
def circle(patient: AdmittedPatient) -> str:
    """Who sees what, until when, and who gave it."""
    said = sharing.SAID.get(request.args.get("said", ""))
    return frame.for_patient("patient/circle.html", patient, "circle", said=said, **sharing.overview(patient))


@pages.get("/history", access=SEES)
def history(patient: AdmittedPatient) -> str:
    """What was given before, and how it ended."""
    context = sharing.history(patient, request.args.get("cursor"))
    return frame.for_patient("patient/circle_history.html", patient, "circle", **context)


@pages.get("/<uuid:member_id>/end", access=CHANGES)
def end_member(patient: AdmittedPatient, member_id: UUID) -> str:
    """What taking somebody out of the circle changes, before it is done."""
    return _end(patient, member_id)


@pages.post("/<uuid:member_id>/end", access=CHANGES)
def end_member_now(patient: AdmittedPatient, member_id: UUID) -> Any:
    """Take somebody out of the circle."""
    try:
        service.end_membership(patient, member_id, guards.caller().person_id, tell=sharing.tells(request.form))
    except REFUSED as refused:
        return _end(patient, member_id, Shown.refused(request.form, refused)), refused.status
    return redirect(sharing.here(patient, "left"), 303)


@pages.get("/<uuid:member_id>/change", access=CHANGES)
def change_member(patient: AdmittedPatient, member_id: UUID) -> str:
    """What somebody is to the patient, and what of theirs stays."""
    return _change(patient, member_id)


@pages.post("/<uuid:member_id>/change", access=CHANGES)
def change_member_now(patient: AdmittedPatient, member_id: UUID) -> Any:
    """Change what somebody is; what is not kept ends."""
    names = {name: request.form.get(name, "").strip() for name in ("relationship", "role")}
    try:
        body = http.loaded(_CHANGE, names | {"keep": request.form.getlist("keep")})
        version = request.form.get("version", 0, type=int)
        body["role"] = Role(body["role"])
        service.change_member(patient, member_id, version, **body, by=guards.caller().person_id)
    except REFUSED as refused:
        return _change(patient, member_id, Shown.refused(request.form, refused)), refused.status
    return redirect(sharing.here(patient, "changed", member_id), 303)


def _end(patient: AdmittedPatient, member_id: UUID, shown: Shown = sharing.EMPTY) -> str:
    context = sharing.end_of_member(patient, member_id, shown)
    return frame.for_patient("patient/end_consent.html", patient, "circle", **context)


def _change(patient: AdmittedPatient, member_id: UUID, shown: Shown = sharing.EMPTY) -> str:
    context = sharing.change_of(patient, member_id, shown)
    return frame.for_patient("patient/change_member.html", patient, "circle", **context)
