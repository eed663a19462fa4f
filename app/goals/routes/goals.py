"""Goals over the API: set, suggested and decided on, changed, reviewed, reached; and their history."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from app.core.http import Routes
from app.core.pages import Page
from app.goals.entering import NewGoal, NewReview
from app.goals.models import STATES, GoalReview
from app.goals.queries import showing
from app.goals.queries.showing import Shown, Whole
from app.goals.routes import calling
from app.goals.routes.calling import CHANGE, HELP, SEE, SUGGEST, by, looking
from app.goals.schemas import goals as schemas
from app.goals.schemas import steps as step_schemas
from app.goals.service import changing, deciding, ending, reviewing, setting
from app.patients.admission import AdmittedPatient

routes = Routes("goals", __name__, url_prefix="/api/patients/<uuid:patient_id>/goals", description="Goals")
ONE: Final = "/<uuid:goal_id>"
# An act that comes again changes nothing, so none of them needs a key.
ACT: Final[dict[str, Any]] = {"access": CHANGE, "keyed": False, "gives": {200: schemas.Goal}}


@routes.get("", access=SEE, query=schemas.GoalsQuery(), gives={200: schemas.GoalPage})
def goals(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Shown]:
    """The goals that are shared with whoever asks, newest first."""
    states = STATES if query["state"] is None else (query["state"],)
    return showing.listed(patient, looking(), states, query["limit"], query["cursor"])


@routes.post("", access=CHANGE, keyed=False, takes=schemas.NewGoalSchema(), gives={201: schemas.Goal})
def set_goal(patient: AdmittedPatient, body: NewGoal) -> Shown:
    """Set a goal; sent again it is the same one."""
    return calling.shown(patient, setting.set_goal(patient, body, by()))


@routes.post("/suggestions", access=SUGGEST, keyed=False, takes=schemas.SuggestedGoal(), gives={201: schemas.Goal})
def suggest(patient: AdmittedPatient, body: NewGoal) -> Shown:
    """Suggest a goal, which the patient takes, changes or leaves; sent again it is the same one."""
    return calling.shown(patient, setting.suggest(patient, body, by()))


@routes.get(ONE, access=SEE, gives={200: schemas.Goal})
def goal(patient: AdmittedPatient, goal_id: UUID) -> Shown:
    """One goal."""
    return showing.one(patient, looking(), goal_id)


@routes.patch(ONE, access=CHANGE, takes=schemas.GoalChange(), gives={200: schemas.Goal})
def change(patient: AdmittedPatient, goal_id: UUID, body: dict[str, Any], version: int) -> Shown:
    """Change what a goal says, or who sees it."""
    return calling.shown(patient, changing.change(patient, goal_id, version, body, by()))


@routes.get(f"{ONE}/history", access=SEE, gives={200: schemas.GoalHistory})
def history(patient: AdmittedPatient, goal_id: UUID) -> Whole:
    """What was said and done about a goal, as far as it was shared with whoever asks at the time."""
    return showing.whole(patient, looking(), goal_id)


@routes.post(f"{ONE}/accept", takes=schemas.GoalChange(), **ACT)
def accept(patient: AdmittedPatient, goal_id: UUID, body: dict[str, Any]) -> Shown:
    """Take what the team suggests, as it is or with changes."""
    return calling.shown(patient, deciding.accept(patient, goal_id, body, by()))


@routes.post(f"{ONE}/decline", takes=schemas.GoalWhy(), **ACT)
def decline(patient: AdmittedPatient, goal_id: UUID, body: dict[str, Any]) -> Shown:
    """Leave what the team suggests."""
    return calling.shown(patient, deciding.decline(patient, goal_id, body["why"], by()))


@routes.post(f"{ONE}/reached", **ACT)
def reach(patient: AdmittedPatient, goal_id: UUID) -> Shown:
    """It is reached."""
    return calling.shown(patient, ending.reach(patient, goal_id, by()))


@routes.post(f"{ONE}/put-aside", takes=schemas.GoalWhy(), **ACT)
def put_aside(patient: AdmittedPatient, goal_id: UUID, body: dict[str, Any]) -> Shown:
    """It is not worked on for now."""
    return calling.shown(patient, ending.put_aside(patient, goal_id, body["why"], by()))


@routes.post(f"{ONE}/take-up", **ACT)
def take_up(patient: AdmittedPatient, goal_id: UUID) -> Shown:
    """Work on it again."""
    return calling.shown(patient, ending.take_up(patient, goal_id, by()))


@routes.post(f"{ONE}/reviews", takes=schemas.NewGoalReview(), **ACT)
def review(patient: AdmittedPatient, goal_id: UUID, body: NewReview) -> Shown:
    """Say how it goes; sent again it is the same review."""
    return calling.shown(patient, reviewing.review(patient, goal_id, body, by()))


@routes.post(f"{ONE}/notes", access=HELP, keyed=False, takes=schemas.NewGoalNote(), gives={201: step_schemas.GoalNote})
def note(patient: AdmittedPatient, goal_id: UUID, body: NewReview) -> GoalReview:
    """Say something about a goal that one helps with; sent again it is the same note."""
    return reviewing.note(patient, goal_id, body, by())
