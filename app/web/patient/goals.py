"""Goals: what somebody works towards, its steps and who helps, how it goes, and all that was done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed, TooMany
from app.core.http import Pages
from app.core.ids import new_id
from app.goals import queries
from app.goals.schemas import steps as step_schemas
from app.goals.service import deciding, ending, helping, reviewing, stepping
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame
from app.web.patient import goals_gathering as gathering
from app.web.patient import goals_typed as typed

pages = Pages("my_goals", __name__, url_prefix="/my/<uuid:patient_id>/goals")
SEE: Final = guards.on_patient(Permission.SEE_GOALS)
CHANGE: Final = guards.on_patient(Permission.CHANGE_GOALS)
HELP: Final = guards.on_patient(Permission.HELP_WITH_GOALS)
ONE, STEP = "/<uuid:goal_id>", "/steps/<uuid:step_id>"
REFUSED: Final = (Conflict, Invalid, PreconditionFailed, TooMany)
Act = Callable[[AdmittedPatient, UUID, By], Any]
# What the buttons do.
WITH_GOAL: Final[Mapping[str, Act]] = {
    "accept": lambda patient, goal_id, by: deciding.accept(patient, goal_id, {}, by),
    "decline": lambda patient, goal_id, by: deciding.decline(patient, goal_id, typed.why(request.form), by),
    "reached": ending.reach,
    "put-aside": lambda patient, goal_id, by: ending.put_aside(patient, goal_id, typed.why(request.form), by),
    "take-up": ending.take_up,
}
WITH_STEP: Final[Mapping[str, Act]] = {
    "done": stepping.done,
    "open-again": stepping.open_again,
    "remove": stepping.remove,
}
AS_HELPER: Final[Mapping[str, Act]] = {"accept": helping.accept, "decline": helping.decline, "helped": helping.did}


@pages.get("", access=SEE, endpoint="goals")
def listed(patient: AdmittedPatient) -> str:
    """What is worked on, and what was before."""
    context = gathering.for_list(patient, request.args.get("cursor"))
    return frame.for_patient("patient/goals/list.html", patient, "goals", **context)


@pages.get(ONE, access=SEE)
def one(patient: AdmittedPatient, goal_id: UUID) -> str:
    """One goal, and what can be done with it."""
    return _one(patient, goal_id, request.args.get("said", ""))


@pages.post(f"{ONE}/act", access=CHANGE)
def act(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Take it, leave it, reach it, put it aside, take it up again."""
    name = _named(WITH_GOAL)
    return _done(patient, goal_id, name, lambda by: WITH_GOAL[name](patient, goal_id, by))


@pages.post(f"{ONE}/steps", access=CHANGE)
def add_step(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Put a step to it."""
    return _done(patient, goal_id, "step", lambda by: stepping.add(patient, goal_id, typed.step(request.form), by))


@pages.get(f"{ONE}/review", access=CHANGE)
def look(patient: AdmittedPatient, goal_id: UUID) -> str:
    """How does it go?"""
    return _review(patient, goal_id, {"id": str(new_id())})


@pages.post(f"{ONE}/review", access=CHANGE)
def review(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Say how it goes."""
    try:
        reviewing.review(patient, goal_id, typed.review(request.form), gathering.by())
    except REFUSED as refused:
        return _review(patient, goal_id, request.form, typed.fault(refused)), refused.status
    return _there(patient, goal_id, "reviewed")


@pages.post(f"{ONE}/note", access=HELP)
def note(patient: AdmittedPatient, goal_id: UUID) -> Any:
    """Say something about it, as one who helps."""
    return _done(patient, goal_id, "noted", lambda by: reviewing.note(patient, goal_id, typed.note(request.form), by))


@pages.post(f"{STEP}/act", access=CHANGE)
def act_on_step(patient: AdmittedPatient, step_id: UUID) -> Any:
    """A step is done, open again, or taken away."""
    name, goal_id = _named(WITH_STEP), queries.goal_of_step(patient, gathering.reader(), step_id)
    return _done(patient, goal_id, name, lambda by: WITH_STEP[name](patient, step_id, by))


@pages.post(f"{STEP}/ask", access=CHANGE)
def ask(patient: AdmittedPatient, step_id: UUID) -> Any:
    """Ask somebody to help with a step."""
    goal_id = queries.goal_of_step(patient, gathering.reader(), step_id)

    def asked(by: By) -> Any:
        body = http.loaded(step_schemas.HelperAsked(), {"person_id": request.form.get("person_id") or None})
        return helping.ask(patient, step_id, body["person_id"], by)

    return _done(patient, goal_id, "asked", asked)


@pages.post(f"{STEP}/help", access=HELP)
def answer(patient: AdmittedPatient, step_id: UUID) -> Any:
    """Help with a step, or say that one cannot, or that it is done."""
    name, goal_id = _named(AS_HELPER), queries.goal_of_step(patient, gathering.reader(), step_id)
    return _done(patient, goal_id, name, lambda by: AS_HELPER[name](patient, step_id, by))


def _named(acts: Mapping[str, Act]) -> str:
    name = request.form.get("act", "")
    if name not in acts:
        raise NotFound
    return name


def _done(patient: AdmittedPatient, goal_id: UUID, said: str, does: Callable[[By], Any]) -> Any:
    try:
        does(gathering.by())
    except REFUSED as refused:
        if not guards.reads(Permission.SEE_GOALS):
            raise
        return _one(patient, goal_id, "", typed.fault(refused)), refused.status
    return _there(patient, goal_id, said)


def _there(patient: AdmittedPatient, goal_id: UUID, said: str) -> Any:
    if not guards.reads(Permission.SEE_GOALS):  # may help, and is not shown what with
        return redirect(url_for("circles.home"), 303)
    return redirect(url_for("my_goals.one", patient_id=patient.id, goal_id=goal_id, said=said), 303)


def _one(patient: AdmittedPatient, goal_id: UUID, said: str, fault: str = "") -> str:
    context = gathering.for_one(patient, goal_id, said, fault)
    return frame.for_patient("patient/goals/one.html", patient, "goals", **context)


def _review(patient: AdmittedPatient, goal_id: UUID, form: Mapping[str, str], fault: str = "") -> str:
    context = gathering.for_review(patient, goal_id, form, fault)
    return frame.for_patient("patient/goals/review.html", patient, "goals", **context)
