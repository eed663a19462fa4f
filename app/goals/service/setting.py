"""Set a goal; or suggest one, which the patient decides on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import orjson
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.goals import attainment, audiences, entering, rhythm
from app.goals.entering import NewGoal
from app.goals.models import Goal, GoalEvent
from app.goals.service import acting, stepping, telling, wording
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import consent

MANY: Final = "There are {count} goals already. Put one aside first: few goals are reached more often than many."
# Their words stay out of what the team and the circle see until the patient has taken it and says who sees it.
SUGGESTED_TO: Final = "team"


def set_goal(patient: AdmittedPatient, new: NewGoal, by: By) -> Goal:
    """Set a goal; sent again it is the same one. Raises Conflict and Invalid."""
    return _kept(patient, new, by, "active")[0]


def suggest(patient: AdmittedPatient, new: NewGoal, by: By) -> Goal:
    """Suggest a goal to the patient, who is told of it; sent again it is the same one. Raises Conflict and Invalid."""
    goal, is_new = _kept(patient, new, by, "suggested")
    if is_new:
        telling.suggested(patient, goal)
    return goal


def _kept(patient: AdmittedPatient, new: NewGoal, by: By, state: str) -> tuple[Goal, bool]:
    if (before := _sent_before(patient, new, by)) is not None:
        return before, False
    _check(patient, new, by)
    goal = _made(patient, new, by, state)
    wording.remember_start(patient, goal)
    if state == "active":
        wording.look_again(patient, goal)
    try:
        with db.session.begin_nested():
            db.session.add(goal)
    except IntegrityError:
        if (before := _sent_before(patient, new, by)) is None:
            raise
        return before, False
    acting.note(goal, "set" if state == "active" else "suggested", by, sent=entering.content(new))
    for place, step in enumerate(new.steps):
        stepping.make(goal, step, place, by)
    db.session.flush()
    return goal, True


def _check(patient: AdmittedPatient, new: NewGoal, by: By) -> None:
    acting.still_cared_for(patient)
    wording.check(patient, asdict(new))
    if len({one.id for one in new.steps}) < len(new.steps):
        acting.refused([("/steps", "Each step has an id of its own.")])
    seen = Goal.audience.in_(audiences.seen_by(by.role))  # a refusal tells nobody of what they do not see
    running = (Goal.patient_id == patient.id, Goal.state.in_(("suggested", "active")), seen)
    count = db.session.scalar(select(func.count()).select_from(Goal).where(*running)) or 0
    if count >= rhythm.MOST_GOALS:
        raise Conflict(MANY.format(count=count))


def _made(patient: AdmittedPatient, new: NewGoal, by: By, state: str) -> Goal:
    acts = consent.acting_now(patient, by.person_id) if by.role is Role.ACTING else None
    return Goal(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        client_id=new.id,
        words=new.words,
        why=new.why,
        audience=new.audience if state == "active" else SUGGESTED_TO,
        state=state,
        confidence=new.confidence,
        tied_to=new.tied_to,
        tie=new.tie,
        start_value=new.start_value,
        aim_value=new.aim_value,
        levels=attainment.kept(new.levels),
        review_each_days=new.review_each_days,
        set_by=by.person_id,
        set_role=str(by.role),
        acting_for_id=acts.id if acts else None,
        touched_at=clock.now(),
    )


def _sent_before(patient: AdmittedPatient, new: NewGoal, by: By) -> Goal | None:
    """The goal that this id made, whatever became of it since. Raises Conflict where something else was sent."""
    where = (Goal.patient_id == patient.id, Goal.client_id == new.id)
    goal = db.session.scalar(select(Goal).where(*where))
    if goal is None:
        return None
    first = (GoalEvent.goal_id == goal.id, GoalEvent.kind.in_(("set", "suggested")))
    details = db.session.scalars(select(GoalEvent).where(*first)).one().details
    sent = orjson.loads(details or "{}").get("sent")
    if (goal.set_by, sent) != (by.person_id, entering.content(new)):
        raise Conflict(acting.SENT_BEFORE)
    return goal
