"""The team inbox in the console: what waits, who has it, one thread with its answer; and writing to a patient first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.messages.queries.threads import TEAM
from app.messages.schemas import threads as schemas
from app.messages.service import claiming, closing, opening, thread_reading, writing
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.coordinator import gathering as console
from app.web.coordinator import inbox_gathering as gathering
from app.web.patient.doses import by
from app.web.patient.sharing import EMPTY, Shown
from app.web.patient.thread_gathering import refused as beside

pages = Pages("team_inbox", __name__, url_prefix="/console")
INBOX: Final = guards.on_caseload(Permission.ANSWER_MESSAGES)
ANSWER: Final = guards.on_patient(Permission.ANSWER_MESSAGES)
ALL: Final = "/patients/<uuid:patient_id>/messages"
ONE: Final = f"{ALL}/<uuid:thread_id>"
REFUSED: Final = (Conflict, Invalid)
_NEW, _MESSAGE = schemas.NewThreadSchema(), schemas.NewMessageSchema()
_CLOSING, _PASSING_ON, _LETTING_GO = schemas.ThreadClosing(), schemas.ThreadPassingOn(), schemas.ThreadLettingGo()


@pages.get("/inbox", access=INBOX)
def listed(caller: Caller) -> str:
    """What waits for the caller's teams, longest first."""
    team = console.team_of(caller)
    context = gathering.for_inbox(caller, team, request.args.get("cursor"))
    return frame.for_staff("coordinator/inbox.html", team, "inbox", **context)


@pages.get(ALL, access=ANSWER)
def of_patient(patient: AdmittedPatient) -> str:
    """Everything that was written with one patient and their circle, last written to first."""
    context = gathering.for_patient(patient, by(), request.args.get("cursor"))
    return frame.for_staff("coordinator/messages.html", patient, "inbox", **context)


@pages.get(f"{ALL}/new", access=ANSWER)
def new(patient: AdmittedPatient) -> str:
    """The form to write to a patient about something new."""
    return _form(patient)


@pages.post(f"{ALL}/new", access=ANSWER)
def open_thread(patient: AdmittedPatient) -> Any:
    """Send it."""
    try:
        body = http.loaded(_NEW, {name: request.form.get(name, "") for name in ("id", "topic", "text")})
        made = opening.open_thread(patient, TEAM, body, by())
    except REFUSED as refused:
        return _form(patient, beside(request.form, refused)), refused.status
    return _to(patient, made.id, "sent")


@pages.get(ONE, access=ANSWER)
def thread(patient: AdmittedPatient, thread_id: UUID) -> str:
    """One thread; whoever opens it has read it."""
    context = gathering.for_thread(patient, thread_id, by(), EMPTY, request.args)
    thread_reading.see(patient, TEAM, thread_id, by(), context["shown"])
    return _shown(patient, context)


@pages.post(f"{ONE}/claim", access=ANSWER)
def claim(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Take it; whoever had it first keeps it."""
    return _done(patient, thread_id, "claimed", lambda: claiming.claim(patient, thread_id, by()))


@pages.post(f"{ONE}/pass-on", access=ANSWER)
def pass_on(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Give it to a colleague with a note."""

    def act() -> None:
        body = http.loaded(_PASSING_ON, {"to_id": request.form.get("to_id", ""), "note": request.form.get("note", "")})
        claiming.pass_on(patient, thread_id, body["to_id"], body["note"], by())

    return _done(patient, thread_id, "passed_on", act, {"note": "pass_note"})


@pages.post(f"{ONE}/let-go", access=ANSWER)
def let_go(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Put it back."""

    def act() -> None:
        body = http.loaded(_LETTING_GO, {"note": request.form.get("note", "").strip() or None})
        claiming.let_go(patient, thread_id, by(), body["note"])

    return _done(patient, thread_id, "let_go", act)


@pages.post(f"{ONE}/answer", access=ANSWER)
def answer(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Write to whoever wrote; nobody waits any more."""

    def act() -> None:
        body = http.loaded(_MESSAGE, {name: request.form.get(name, "") for name in ("id", "text")} | _read())
        writing.write(patient, TEAM, thread_id, body, by())

    return _done(patient, thread_id, "sent", act)


@pages.post(f"{ONE}/close", access=ANSWER)
def close(patient: AdmittedPatient, thread_id: UUID) -> Any:
    """Close it; where somebody waits, with what they are told instead of an answer."""

    def act() -> None:
        body = http.loaded(_CLOSING, {"note": request.form.get("note", "").strip() or None} | _read())
        closing.close(patient, TEAM, thread_id, by(), body["note"], body["shown"])

    return _done(patient, thread_id, "closed", act, {"note": "close_note"})


def _read() -> dict[str, str | None]:
    """Until when the page showed what was written: who wrote since still waits."""
    return {"shown": request.form.get("shown") or None}


def _done(
    patient: AdmittedPatient,
    thread_id: UUID,
    said: str,
    act: Callable[[], Any],
    fields: dict[str, str] | None = None,
) -> Any:
    """Do it and show the thread again, or say beside the field what is missing; `fields`: as the page names them."""
    try:
        act()
    except REFUSED as refused:
        typed = gathering.refused(request.form, refused, fields or {})
        return _shown(patient, gathering.for_thread(patient, thread_id, by(), typed, request.args)), refused.status
    return _to(patient, thread_id, said)


def _form(patient: AdmittedPatient, shown: Shown = EMPTY) -> str:
    context = gathering.for_new(patient, shown)
    return frame.for_staff("coordinator/message_new.html", patient, "inbox", **context)


def _shown(patient: AdmittedPatient, context: dict[str, Any]) -> str:
    return frame.for_staff("coordinator/thread.html", patient, "inbox", **context)


def _to(patient: AdmittedPatient, thread_id: UUID, said: str) -> Any:
    return redirect(url_for("team_inbox.thread", patient_id=patient.id, thread_id=thread_id, said=said), 303)
