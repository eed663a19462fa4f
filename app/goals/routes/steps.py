"""Steps over the API: added, changed, done, taken away; and who is asked to help, and does."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from app.core.http import Routes
from app.goals import queries
from app.goals.entering import NewStep
from app.goals.models import GoalStep
from app.goals.queries import helping as helpers_of
from app.goals.queries.showing import Shown
from app.goals.routes import calling
from app.goals.routes.calling import CHANGE, HELP, by, looking
from app.goals.schemas import goals as goal_schemas
from app.goals.schemas import steps as schemas
from app.goals.service import helping, stepping
from app.patients.admission import AdmittedPatient

routes = Routes(
    "goal_steps", __name__, url_prefix="/api/patients/<uuid:patient_id>/goals", description="Steps of goals"
)
STEPS: Final = "/<uuid:goal_id>/steps"
ONE: Final = "/steps/<uuid:step_id>"
ACT: Final[dict[str, Any]] = {"access": CHANGE, "keyed": False, "gives": {200: goal_schemas.Goal}}
HELPS: Final[dict[str, Any]] = {"access": HELP, "keyed": False, "gives": {200: schemas.GoalHelp}}


@routes.post(STEPS, access=CHANGE, keyed=False, takes=schemas.NewGoalStep(), gives={201: goal_schemas.Goal})
def add(patient: AdmittedPatient, goal_id: UUID, body: NewStep) -> Shown:
    """Put a step to a goal; sent again it is the same one."""
    return calling.shown(patient, stepping.add(patient, goal_id, body, by()))


@routes.get("/<uuid:goal_id>/helpers", access=CHANGE, gives={200: schemas.GoalHelpers})
def helpers(patient: AdmittedPatient, goal_id: UUID) -> dict[str, Any]:
    """Who can be asked to help with its steps."""
    goal = queries.goal(patient, looking(), goal_id)
    return {"items": helpers_of.helpers(patient, goal.audience)}


@routes.patch(ONE, access=CHANGE, takes=schemas.GoalStepChange(), gives={200: goal_schemas.Goal})
def change(patient: AdmittedPatient, step_id: UUID, body: dict[str, Any], version: int) -> Shown:
    """Say a step otherwise, or for another day; the version is that of its goal."""
    return calling.shown(patient, stepping.change(patient, step_id, version, body, by()))


@routes.post(f"{ONE}/done", **ACT)
def done(patient: AdmittedPatient, step_id: UUID) -> Shown:
    """It is done, says the patient."""
    return calling.shown(patient, stepping.done(patient, step_id, by()))


@routes.post(f"{ONE}/open-again", **ACT)
def open_again(patient: AdmittedPatient, step_id: UUID) -> Shown:
    """It is still to be done."""
    return calling.shown(patient, stepping.open_again(patient, step_id, by()))


@routes.post(f"{ONE}/remove", **ACT)
def remove(patient: AdmittedPatient, step_id: UUID) -> Shown:
    """Take it away."""
    return calling.shown(patient, stepping.remove(patient, step_id, by()))


@routes.post(f"{ONE}/ask", takes=schemas.HelperAsked(), **ACT)
def ask(patient: AdmittedPatient, step_id: UUID, body: dict[str, Any]) -> Shown:
    """Ask somebody to help with it."""
    return calling.shown(patient, helping.ask(patient, step_id, body["person_id"], by()))


@routes.post(f"{ONE}/accept", **HELPS)
def accept(patient: AdmittedPatient, step_id: UUID) -> GoalStep:
    """Help with it, having been asked."""
    return helping.accept(patient, step_id, by())


@routes.post(f"{ONE}/decline", **HELPS)
def decline(patient: AdmittedPatient, step_id: UUID) -> GoalStep:
    """Say that one cannot help with it."""
    return helping.decline(patient, step_id, by())


@routes.post(f"{ONE}/helped", **HELPS)
def helped(patient: AdmittedPatient, step_id: UUID) -> GoalStep:
    """It is done, says who helps with it, or the team."""
    return helping.did(patient, step_id, by())
