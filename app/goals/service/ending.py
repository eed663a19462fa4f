"""A goal is reached, put aside, or taken up again."""

from __future__ import annotations

from uuid import UUID

from app.goals.models import Goal
from app.goals.service import acting, settling, telling, wording
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def reach(patient: AdmittedPatient, goal_id: UUID, by: By) -> Goal:
    """It is reached, and the circle hears of it where it is shared; reached before, it stays. Raises as below."""
    goal = acting.locked(patient, goal_id, by)
    acting.still_cared_for(patient)
    if _ended(goal, "reached", by, None):
        telling.reached(patient, goal, by)
    return goal


def put_aside(patient: AdmittedPatient, goal_id: UUID, why: str | None, by: By) -> Goal:
    """It is not worked on for now; put aside before, it stays so. Raises NotFound and Conflict."""
    goal = acting.locked(patient, goal_id, by)
    _ended(goal, "put_aside", by, why)
    return goal


def take_up(patient: AdmittedPatient, goal_id: UUID, by: By) -> Goal:
    """Work on it again, whatever it came to; worked on already, it stays so. Raises NotFound and Conflict."""
    goal = acting.locked(patient, goal_id, by)
    acting.still_cared_for(patient)
    before = goal.state
    if acting.move(goal, "taken_up"):
        wording.look_again(patient, goal)
        acting.note(goal, "taken_up", by, before={"state": before})
        acting.touched(goal)
    return goal


def _ended(goal: Goal, kind: str, by: By, why: str | None) -> bool:
    asked = settling.cause(goal)
    if not acting.move(goal, kind):
        return False
    settling.settle(goal, asked, by)
    acting.note(goal, kind, by, why=why)
    acting.touched(goal)
    telling.over(goal)
    return True
