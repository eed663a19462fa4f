"""Threads: with the team, and within the circle; what is written, read, closed and opened again."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g, redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.messages.queries.threads import CIRCLE, TEAM
from app.messages.schemas import threads as schemas
from app.messages.service import closing, opening, thread_reading, writing
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import thread_gathering as gathering
from app.web.patient.doses import by
from app.web.patient.sharing import EMPTY, Shown

pages = Pages("my_threads", __name__, url_prefix="/my/<uuid:patient_id>")
TO_TEAM: Final = guards.on_patient(Permission.WRITE_TO_TEAM)
SEE, WRITE = guards.on_patient(Permission.SEE_FEED), guards.on_patient(Permission.WRITE_POSTS)
WITH_TEAM, ONE_WITH_TEAM = "/messages", "/messages/<uuid:thread_id>"
IN_CIRCLE, ONE_IN_CIRCLE = "/threads", "/threads/<uuid:thread_id>"
REFUSED: Final = (Conflict, Invalid)
HERE: Final = {TEAM: "team", CIRCLE: "feed"}  # where it belongs in the navigation
_NEW, _MESSAGE, _CLOSING = schemas.NewThreadSchema(), schemas.NewMessageSchema(), schemas.ThreadClosing()


@pages.get(WITH_TEAM, access=TO_TEAM)
def team(patient: AdmittedPatient) -> str:
    """What was written with the team."""
    return _list(patient, TEAM)


@pages.get(f"{WITH_TEAM}/new", access=TO_TEAM)
def team_new(patient: AdmittedPatient) -> str:
    """The form to write to the team about something new."""
    return _form(patient, TEAM)


@pages.post(f"{WITH_TEAM}/new", access=TO_TEAM)
def team_open(patient: AdmittedPatient) -> Any:
    """Send it."""
    return _open(patient, TEAM)


@pages.get(ONE_WITH_TEAM, access=TO_TEAM)
def team_thread(patient: AdmittedPatient, thread_id: UUID) -> str:
    """One thread with the team; whoever opens it has read it."""
    return _opened(patient, TEAM, thread_id)


@pages.post(ONE_WITH_TEAM, access=TO_TEAM)
def team_write(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Write to it."""
    return _write(patient, TEAM, thread_id)


@pages.post(f"{ONE_WITH_TEAM}/close", access=TO_TEAM)
def team_close(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Close it, for now."""
    return _close(patient, TEAM, thread_id)


@pages.get(IN_CIRCLE, access=SEE)
def circle(patient: AdmittedPatient) -> str:
    """What the circle talks about."""
    return _list(patient, CIRCLE)


@pages.get(f"{IN_CIRCLE}/new", access=WRITE)
def circle_new(patient: AdmittedPatient) -> str:
    """The form to write to the circle about something new."""
    return _form(patient, CIRCLE)


@pages.post(f"{IN_CIRCLE}/new", access=WRITE)
def circle_open(patient: AdmittedPatient) -> Any:
    """Send it."""
    return _open(patient, CIRCLE)


@pages.get(ONE_IN_CIRCLE, access=SEE)
def circle_thread(patient: AdmittedPatient, thread_id: UUID) -> str:
    """One thread of the circle; whoever opens it has read it."""
    return _opened(patient, CIRCLE, thread_id)


@pages.post(ONE_IN_CIRCLE, access=WRITE)
def circle_write(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Write to it."""
    return _write(patient, CIRCLE, thread_id)


@pages.post(f"{ONE_IN_CIRCLE}/close", access=WRITE)
def circle_close(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Close it, for now."""
    return _close(patient, CIRCLE, thread_id)


def _list(patient: AdmittedPatient, kind: str) -> str:
    context = gathering.for_list(patient, kind, by(), request.args.get("cursor"))
    return frame.for_patient("patient/threads/list.html", patient, HERE[kind], **context)


def _form(patient: AdmittedPatient, kind: str, shown: Shown = EMPTY) -> str:
    context = gathering.for_new(patient, kind, by(), shown)
    return frame.for_patient("patient/threads/new.html", patient, HERE[kind], **context)


def _open(patient: AdmittedPatient, kind: str) -> Any:
    try:
        new = http.loaded(_NEW, {name: request.form.get(name, "") for name in ("id", "topic", "text")})
        made = opening.open_thread(patient, kind, new, by())
    except REFUSED as refused:
        return _form(patient, kind, gathering.refused(request.form, refused)), refused.status
    return _to(patient, kind, made.id, "sent")


def _opened(patient: AdmittedPatient, kind: str, thread_id: UUID) -> str:
    context = gathering.for_thread(patient, kind, thread_id, by(), EMPTY)
    if "seen_as" not in g:  # looked at with somebody else's eyes, it was read by nobody
        thread_reading.see(patient, kind, thread_id, by(), context["shown"])
    return _shown(patient, kind, context)


def _again(patient: AdmittedPatient, kind: str, thread_id: UUID, shown: Shown) -> str:
    return _shown(patient, kind, gathering.for_thread(patient, kind, thread_id, by(), shown))


def _shown(patient: AdmittedPatient, kind: str, context: dict[str, Any]) -> str:
    return frame.for_patient("patient/threads/thread.html", patient, HERE[kind], **context)


def _write(patient: AdmittedPatient, kind: str, thread_id: UUID) -> Any:
    try:
        new = http.loaded(_MESSAGE, {name: request.form.get(name, "") for name in ("id", "text")})
        writing.write(patient, kind, thread_id, new, by())
    except REFUSED as refused:
        return _again(patient, kind, thread_id, gathering.refused(request.form, refused)), refused.status
    return _to(patient, kind, thread_id, "sent")


def _close(patient: AdmittedPatient, kind: str, thread_id: UUID) -> Any:
    try:
        body = http.loaded(_CLOSING, {"note": request.form.get("note", "").strip() or None})
        closing.close(patient, kind, thread_id, by(), body["note"])
    except REFUSED as refused:
        return _again(patient, kind, thread_id, Shown.refused({}, refused)), refused.status
    return _to(patient, kind, thread_id, "closed")


def _to(patient: AdmittedPatient, kind: str, thread_id: UUID, said: str) -> Any:
    where: dict[str, Any] = {"patient_id": patient.id, "thread_id": thread_id}
    return redirect(url_for(f"my_threads.{kind}_thread", **where, said=said), 303)
