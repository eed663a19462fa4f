"""Change what a goal says, and who sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.errors import Conflict, PreconditionFailed
from app.goals.models import Goal
from app.goals.service import acting, letting_go, settling, telling, wording
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def change(patient: AdmittedPatient, goal_id: UUID, version: int, changes: Mapping[str, Any], by: By) -> Goal:
    """Change a goal; who sees it can be changed whatever became of it. Raises as below, and PreconditionFailed."""
    goal = acting.locked(patient, goal_id, by)
    if goal.version != version:
        raise PreconditionFailed(acting.CHANGED)
    return _changed(patient, goal, changes, by)


def share(patient: AdmittedPatient, goal_id: UUID, audience: str, by: By) -> Goal:
    """Say who sees a goal, whatever it says by now. Raises NotFound and Conflict."""
    return _changed(patient, acting.locked(patient, goal_id, by), {"audience": audience}, by)


def _changed(patient: AdmittedPatient, goal: Goal, changes: Mapping[str, Any], by: By) -> Goal:
    """Raises Conflict (suggested, ended) and Invalid."""
    if goal.state == "suggested":
        raise Conflict(acting.NOT_ACTIVE["suggested"])
    if wording.changed(goal, changes):
        acting.active(patient, goal)
        asked_for = settling.cause(goal)
        acting.note(goal, "changed", by, before=wording.write(patient, goal, changes))
        if settling.cause(goal) != asked_for:  # another day is awaited now
            settling.settle(goal, asked_for, by)
        acting.touched(goal)
    if changes.get("audience", goal.audience) != goal.audience:
        _share(goal, changes["audience"], by)
    return goal


def _share(goal: Goal, audience: str, by: By) -> None:
    """What was said before is written down before: who did not see it then reads it neither now."""
    before, goal.audience = goal.audience, audience
    acting.note(goal, "shared", by, before={"audience": before})
    acting.touched(goal)
    letting_go.of_goal(goal, by)
    if before == "circle":
        telling.shared_no_more(goal)
    if audience == "private":
        settling.settle(goal, settling.cause(goal), by)
