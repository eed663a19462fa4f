"""Actions of the care plan over the API: agreed, changed, done, open again, dropped; and their history."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Routes
from app.core.pages import Page
from app.pathway import schemas
from app.pathway.entering import NewAction
from app.pathway.models import STATES, PlanAction
from app.pathway.queries import owners as owners_of
from app.pathway.queries import showing
from app.pathway.queries.showing import Shown
from app.pathway.service import ending, setting
from app.patients.admission import AdmittedPatient
from app.patients.by import By

routes = Routes(
    "plan_actions",
    __name__,
    url_prefix="/api/patients/<uuid:patient_id>/plan-actions",
    description="Actions of the care plan",
)
SEE: Final = guards.on_patient(Permission.SEE_PLAN)
CHANGE: Final = guards.on_patient(Permission.CHANGE_PLAN)
DO: Final = guards.on_patient(Permission.DO_ACTIONS)
ONE: Final = "/<uuid:action_id>"
# An act that comes again changes nothing, so none of them needs a key.
MARK: Final[dict[str, Any]] = {"access": DO, "keyed": False, "gives": {200: schemas.PlanActionMark}}


@routes.get("", access=SEE, query=schemas.PlanActionsQuery(), gives={200: schemas.PlanActionPage})
def actions(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Shown]:
    """What was agreed to be done, newest first."""
    states = STATES if query["state"] is None else (query["state"],)
    return showing.listed(patient, states, query["limit"], query["cursor"])


@routes.post("", access=CHANGE, keyed=False, takes=schemas.NewPlanAction(), gives={201: schemas.PlanAction})
def set_action(patient: AdmittedPatient, body: NewAction) -> Shown:
    """Set an action; sent again it is the same one."""
    return _shown(patient, setting.set_action(patient, body, _by()))


@routes.get("/owners", access=CHANGE, gives={200: schemas.PlanOwners})
def owners(patient: AdmittedPatient) -> dict[str, Any]:
    """Who can see to an action."""
    return {"items": owners_of.owners(patient)}


@routes.get(ONE, access=SEE, gives={200: schemas.PlanAction})
def action(patient: AdmittedPatient, action_id: UUID) -> Shown:
    """One action."""
    return showing.one(patient, action_id)


@routes.patch(ONE, access=CHANGE, takes=schemas.PlanActionChange(), gives={200: schemas.PlanAction})
def change(patient: AdmittedPatient, action_id: UUID, body: dict[str, Any], version: int) -> Shown:
    """Say an open action otherwise, for another day, or give it to somebody else."""
    return _shown(patient, setting.change(patient, action_id, version, body, _by()))


@routes.get(f"{ONE}/history", access=SEE, gives={200: schemas.PlanActionHistory})
def history(patient: AdmittedPatient, action_id: UUID) -> dict[str, Any]:
    """What was done about an action."""
    return {"history": showing.history(patient, action_id)}


@routes.post(f"{ONE}/done", **MARK)
def done(patient: AdmittedPatient, action_id: UUID) -> PlanAction:
    """It is done, says whoever sees to it, or the team."""
    return ending.done(patient, action_id, _by())


@routes.post(f"{ONE}/open-again", **MARK)
def open_again(patient: AdmittedPatient, action_id: UUID) -> PlanAction:
    """It is still to be done."""
    return ending.open_again(patient, action_id, _by())


@routes.post(
    f"{ONE}/drop", access=CHANGE, keyed=False, takes=schemas.PlanActionDropped(), gives={200: schemas.PlanAction}
)
def drop(patient: AdmittedPatient, action_id: UUID, body: dict[str, Any]) -> Shown:
    """It is not to be done any more, for this reason."""
    return _shown(patient, ending.drop(patient, action_id, body["why"], _by()))


def _by() -> By:
    return By(guards.caller().person_id, g.role, "app")


def _shown(patient: AdmittedPatient, row: PlanAction) -> Shown:
    return showing.shown(patient, [row])[0]
