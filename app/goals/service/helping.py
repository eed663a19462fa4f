"""Ask somebody to help with a step; say that one does, or cannot, or that it is done. An act again changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from app.access.roles import CIRCLE
from app.core import clock, limits
from app.core.errors import Conflict
from app.goals import rhythm
from app.goals.models import Goal, GoalStep
from app.goals.queries import helping
from app.goals.service import acting, letting_go, stepping, telling
from app.patients.admission import AdmittedPatient
from app.patients.by import By

DONE: Final = "This step is done already."
NOT_ASKED: Final = "You were not asked to help with this step."
SAY_FIRST: Final = "Say first that you help with this step."
WHOM: Final = (
    "Choose somebody who sees the goal and may help with it: your coordinator, or, once it is shared with your circle, "
    "somebody there."
)


def ask(patient: AdmittedPatient, step_id: UUID, person_id: UUID | None, by: By) -> Goal:
    """Ask somebody to help, instead of whoever was asked before; None: nobody. Raises NotFound, Conflict, Invalid."""
    goal, step = acting.locked_step(patient, step_id, by)
    acting.active(patient, goal)
    if step.done_at is not None:
        raise Conflict(DONE)
    if _is_asked(step, person_id):
        return goal
    if person_id is not None and person_id not in {one.id for one in helping.helpers(patient, goal.audience)}:
        acting.refused([("/person_id", WHOM)])
    if person_id is not None:
        limits.spend(f"asks for help with goals {patient.id}", allowed=rhythm.ASKED_A_DAY, per=timedelta(days=1))
    if step.helper_id is not None:
        letting_go.free(goal, step, by)
    if person_id is not None:
        step.helper_id, step.helper_state, step.asked_at = person_id, "asked", clock.now()
        acting.note(goal, "helper_asked", by, step=step, helper=person_id)
    acting.touched(goal)
    telling.asked(patient, step)
    return goal


def accept(patient: AdmittedPatient, step_id: UUID, by: By) -> GoalStep:
    """Help with it, having been asked. Raises NotFound and Conflict."""
    goal, step = _mine(patient, step_id, by)
    acting.active(patient, goal)
    return _answered(patient, goal, step, by, helps=True)


def decline(patient: AdmittedPatient, step_id: UUID, by: By) -> GoalStep:
    """Say that one cannot, or not any more. Raises NotFound and Conflict."""
    goal, step = _mine(patient, step_id, by)
    return _answered(patient, goal, step, by, helps=False)


def did(patient: AdmittedPatient, step_id: UUID, by: By) -> GoalStep:
    """Say that a step is done: in the circle who helps with it, of the team anybody. Raises NotFound and Conflict."""
    goal, step = acting.locked_step(patient, step_id, by)
    if by.role in CIRCLE:
        _asked(step, by)
        if step.helper_state != "accepted":
            raise Conflict(SAY_FIRST)
    stepping.mark_done(patient, goal, step, by)
    return step


def _mine(patient: AdmittedPatient, step_id: UUID, by: By) -> tuple[Goal, GoalStep]:
    goal, step = acting.locked_step(patient, step_id, by)
    _asked(step, by)
    return goal, step


def _asked(step: GoalStep, by: By) -> None:
    if step.helper_id != by.person_id:
        raise Conflict(NOT_ASKED)


def _is_asked(step: GoalStep, person_id: UUID | None) -> bool:
    if person_id is None:
        return step.helper_id is None
    return step.helper_id == person_id and step.helper_state in helping.RUNNING


def _answered(patient: AdmittedPatient, goal: Goal, step: GoalStep, by: By, *, helps: bool) -> GoalStep:
    state = "accepted" if helps else "declined"
    if step.helper_state != state and step.done_at is None:
        step.helper_state = state
        acting.note(goal, f"helper_{state}", by, step=step, helper=by.person_id)
        acting.touched(goal)
        telling.answered(patient, step, by, helps=helps)
    return step
