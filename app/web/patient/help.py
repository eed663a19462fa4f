"""Help: what the circle is asked for, who takes it, and how it is shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.http import Pages
from app.messages.models.help import HelpRequest
from app.messages.service import asking, helping
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame
from app.web.patient import help_gathering as gathering

pages = Pages("my_help", __name__, url_prefix="/my/<uuid:patient_id>/help")
SEE: Final = guards.on_patient(Permission.SEE_FEED)
ASK: Final = guards.on_patient(Permission.WRITE_POSTS)
TAKE: Final = guards.on_patient(Permission.TAKE_HELP)
ONE: Final = "/<uuid:request_id>"
REFUSED: Final = (Conflict, Forbidden)
Act = Callable[[AdmittedPatient, UUID, By], HelpRequest]
# What a button does: of who helps, and of who asked or speaks for the patient.
ANSWERS: Final[Mapping[str, Act]] = {
    "take": helping.take,
    "pass": helping.pass_by,
    "give-back": helping.give_back,
    "arrived": helping.arrive,
    "done": helping.done,
}
SETTLES: Final[Mapping[str, Act]] = {"was-done": helping.was_done, "call-off": asking.call_off}


@pages.get("", access=SEE, endpoint="help")
def listed(patient: AdmittedPatient) -> str:
    """What is asked for now, and what was before."""
    context = gathering.for_list(patient, request.args.get("cursor"))
    return frame.for_patient("patient/help/list.html", patient, "help", **context)


@pages.get("/fair", access=SEE)
def fair_view(patient: AdmittedPatient) -> str:
    """How the help is shared."""
    context = gathering.for_fair_view(patient)
    return frame.for_patient("patient/help/fair.html", patient, "help", **context)


@pages.get(ONE, access=SEE)
def one(patient: AdmittedPatient, request_id: UUID) -> str:
    """One request, and what can be done with it."""
    return _one(patient, request_id, request.args.get("said", ""))


@pages.post(f"{ONE}/answer", access=TAKE)
def answer(patient: AdmittedPatient, request_id: UUID) -> Any:
    """Take it, be there, do it, give it back, or pass; who comes second is told who was first."""
    return _done(ANSWERS, patient, request_id)


@pages.post(f"{ONE}/settle", access=ASK)
def settle(patient: AdmittedPatient, request_id: UUID) -> Any:
    """Say that it was done, or is not wanted any more."""
    return _done(SETTLES, patient, request_id)


def _done(acts: Mapping[str, Act], patient: AdmittedPatient, request_id: UUID) -> Any:
    name = request.form.get("act", "")
    if name not in acts:
        raise NotFound
    try:
        acts[name](patient, request_id, gathering.by())
    except REFUSED as refused:
        return _one(patient, request_id, "", refused.detail), refused.status
    return redirect(url_for("my_help.one", patient_id=patient.id, request_id=request_id, said=name), 303)


def _one(patient: AdmittedPatient, request_id: UUID, said: str, fault: str = "") -> str:
    context = gathering.for_one(patient, request_id, said, fault)
    return frame.for_patient("patient/help/one.html", patient, "help", **context)
