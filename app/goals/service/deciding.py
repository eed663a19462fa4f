"""The patient decides on what the team suggests: take it as it is, change it and take it, or leave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from app.core.errors import Conflict
from app.goals.models import Goal
from app.goals.service import acting, wording
from app.patients.admission import AdmittedPatient
from app.patients.by import By

TAKEN_OTHERWISE: Final = "This goal was taken already, and says something else. Change it instead."


def accept(patient: AdmittedPatient, goal_id: UUID, changes: Mapping[str, Any], by: By) -> Goal:
    """Take a suggested goal, with changes or without; taken before, it stays. Raises NotFound, Conflict, Invalid."""
    goal = acting.locked(patient, goal_id, by)
    acting.still_cared_for(patient)
    if not acting.move(goal, "accepted"):
        if wording.changed(goal, changes) or changes.get("audience", goal.audience) != goal.audience:
            raise Conflict(TAKEN_OTHERWISE)
        return goal
    before = wording.write(patient, goal, changes)
    audience, goal.audience = goal.audience, changes.get("audience", goal.audience)
    if audience != goal.audience:
        before["audience"] = audience
    wording.look_again(patient, goal)
    acting.note(goal, "accepted", by, before=before)
    acting.touched(goal)
    return goal


def decline(patient: AdmittedPatient, goal_id: UUID, why: str | None, by: By) -> Goal:
    """Leave a suggested goal; left before, it stays so. Raises NotFound and Conflict."""
    goal = acting.locked(patient, goal_id, by)
    if acting.move(goal, "declined"):
        acting.note(goal, "declined", by, why=why)
        acting.touched(goal)
    return goal
