"""The to-dos that an action asks for, and that they are gone when there is nothing to ask any more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.pathway.models import PlanAction
from app.patients.by import By
from app.todos import service as todos

OVERDUE: Final = "action_overdue"
OWNERLESS: Final = "action_without_owner"


def overdue(action: PlanAction) -> str:
    """What asks for the first: the action, and the day by which it was to be done."""
    return f"{action.id} {action.due_on}"


def ownerless(action: PlanAction) -> str:
    """What asks for the second: the action, and whoever sees to it no more."""
    return f"{action.id} {action.owner_id}"


def settle(action: PlanAction, changed: Collection[str], by: By) -> None:
    """Before it gets another day, or another owner: what was asked of the old one is settled."""
    if "due_on" in changed:
        todos.settle(action.patient_id, OVERDUE, overdue(action), by.person_id)
    if "owner_id" in changed:
        todos.settle(action.patient_id, OWNERLESS, ownerless(action), by.person_id)
