"""The to-do that a goal was not looked at: asked for once, and gone when there is nothing to ask any more."""

from __future__ import annotations

from typing import Final

from app.goals.models import Goal
from app.patients.by import By
from app.todos import service as todos

KIND: Final = "goal_stale"


def cause(goal: Goal) -> str:
    """What asks for it: the goal, and the day on which it was to be looked at."""
    return f"{goal.id} {goal.review_on}"


def settle(goal: Goal, cause: str, by: By) -> None:
    """It was looked at, or ended, or is the patient's alone."""
    todos.settle(goal.patient_id, KIND, cause, by.person_id)
