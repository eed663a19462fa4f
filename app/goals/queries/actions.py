"""The actions of the care plan that goals are tied to: a slice above keeps them, and assembly hands them in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from flask import current_app

from app.goals.agreed import Action
from app.goals.models import Goal
from app.patients.admission import AdmittedPatient

# What assembly hands in as `app.extensions["plan_actions"]`: those of a patient among these ids.
Actions = Callable[[AdmittedPatient, Collection[UUID]], Mapping[UUID, Action]]


def of(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[UUID, Action]:
    """The action of each of these goals that is tied to one, in one question however many."""
    ids = {one.id: UUID(one.tie) for one in goals if one.tied_to == "action" and one.tie}
    found = _actions(patient, set(ids.values()))
    return {goal_id: found[action_id] for goal_id, action_id in ids.items() if action_id in found}


def is_in_plan(patient: AdmittedPatient, tie: str) -> bool:
    """Is it the id of an action of this patient that was not dropped?"""
    action = _actions(patient, [UUID(tie)]).get(UUID(tie))
    return action is not None and action.state != "dropped"


def _actions(patient: AdmittedPatient, ids: Collection[UUID]) -> Mapping[UUID, Action]:
    if not ids:
        return {}
    actions: Actions = current_app.extensions["plan_actions"]
    return actions(patient, ids)
