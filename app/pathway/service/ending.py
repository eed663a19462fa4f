"""An action is done, open again, or dropped. An act again changes nothing."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.access.roles import STAFF, Role
from app.core import clock
from app.core.errors import Conflict
from app.pathway.models import PlanAction
from app.pathway.service import acting, settling
from app.patients.admission import AdmittedPatient
from app.patients.by import By

NOT_THEIRS: Final = "Somebody else sees to this action. They say when it is done, or the team does."


def done(patient: AdmittedPatient, action_id: UUID, by: By) -> PlanAction:
    """It is done, says whoever sees to it, or the team. Raises NotFound and Conflict."""
    action = _held(patient, action_id, by)
    if action.state == "dropped":
        raise Conflict(acting.NOT_OPEN["dropped"])
    if action.state == "open":
        _end(action, "done", by)
        acting.note(action, "done", by)
    return action


def open_again(patient: AdmittedPatient, action_id: UUID, by: By) -> PlanAction:
    """It is still to be done after all. Raises NotFound and Conflict."""
    action = _held(patient, action_id, by)
    if action.state == "dropped":
        raise Conflict(acting.NOT_OPEN["dropped"])
    if action.state == "done":
        before = {"ended_at": action.ended_at, "ended_by": action.ended_by}
        action.state, action.ended_at, action.ended_by = "open", None, None
        acting.note(action, "open_again", by, before=before)
    return action


def drop(patient: AdmittedPatient, action_id: UUID, why: str, by: By) -> PlanAction:
    """It is not to be done any more, for a reason that whoever sees the plan reads. Raises NotFound and Conflict."""
    action = acting.locked(patient, action_id)
    acting.still_cared_for(patient)
    if action.state == "done":
        raise Conflict(acting.NOT_OPEN["done"])
    if action.state == "open":
        _end(action, "dropped", by)
        action.dropped_why = why
        acting.note(action, "dropped", by, why=why)
    return action


def _held(patient: AdmittedPatient, action_id: UUID, by: By) -> PlanAction:
    action = acting.locked(patient, action_id)
    acting.still_cared_for(patient)
    if not is_theirs(patient, action, by):
        raise Conflict(NOT_THEIRS)
    return action


def is_theirs(patient: AdmittedPatient, action: PlanAction, by: By) -> bool:
    """Do they say when it is done? Of the team anybody; who acts for the patient also of what the patient sees to."""
    if by.role in STAFF or by.person_id == action.owner_id:
        return True
    return by.role is Role.ACTING and action.owner_id == patient.person_id


def _end(action: PlanAction, state: str, by: By) -> None:
    settling.settle(action, ("due_on", "owner_id"), by)
    action.state, action.ended_at, action.ended_by = state, clock.now(), by.person_id
