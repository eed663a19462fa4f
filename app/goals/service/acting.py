"""What every act on a goal begins and ends with: the row held, and what was done written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.goals import entering, queries, states
from app.goals.audiences import Looking
from app.goals.models import Goal, GoalEvent, GoalStep
from app.goals.ties import Fault
from app.patients.admission import AdmittedPatient
from app.patients.by import By

SENT_BEFORE: Final = "This was sent before, with something else in it. Nothing was changed now."
CHANGED: Final = "This goal was changed since you read it. Read it again."
NOT_ACTIVE: Final = {
    "suggested": "This goal is suggested only: take it, or leave it, first.",
    "reached": "This goal is reached. Take it up again first.",
    "put_aside": "This goal is put aside. Take it up again first.",
    "declined": "This goal was declined. Take it up again first.",
}


def looking(by: By) -> Looking:
    """Whoever does something sees what they see."""
    return Looking(by.person_id, by.role)


def locked(patient: AdmittedPatient, goal_id: UUID, by: By) -> Goal:
    """A goal that somebody sees, waited for: two acts on it follow each other. Raises NotFound."""
    where = (Goal.id == goal_id, *queries.visible(patient, looking(by)))
    held = select(Goal).where(*where).with_for_update()
    goal = db.session.scalar(held.execution_options(populate_existing=True))
    if goal is None:
        raise NotFound
    return goal


def locked_step(patient: AdmittedPatient, step_id: UUID, by: By) -> tuple[Goal, GoalStep]:
    """A step that was not taken away, with its goal held. Raises NotFound."""
    where = (GoalStep.id == step_id, GoalStep.patient_id == patient.id)
    goal_id = db.session.scalar(select(GoalStep.goal_id).where(*where))
    if goal_id is None:
        raise NotFound
    goal = locked(patient, goal_id, by)
    step = db.session.get_one(GoalStep, step_id, populate_existing=True)
    if step.removed_at is not None:
        raise NotFound
    return goal, step


def active(patient: AdmittedPatient, goal: Goal) -> None:
    """Raise Conflict unless the goal is worked on, of somebody who is cared for."""
    still_cared_for(patient)
    if goal.state != "active":
        raise Conflict(NOT_ACTIVE[goal.state])


def move(goal: Goal, kind: str) -> bool:
    """Put a goal into the state that an act leads to; False where it is there already. Raises Conflict."""
    state = states.after(kind, goal.state)
    if state is None:
        raise Conflict(NOT_ACTIVE.get(goal.state, "This goal was taken already."))
    if state == goal.state:
        return False
    goal.state, goal.ended_at = state, clock.now() if state in states.ENDED else None
    goal.review_on = None
    return True


def still_cared_for(patient: AdmittedPatient) -> None:
    """Raise Conflict once care has ended: nobody is reminded or asked any more."""
    if why := care_ended(patient):
        raise Conflict(why)


def care_ended(patient: AdmittedPatient) -> str | None:
    """Why no goal can be set or changed any more."""
    ended = f"Care with {patient.team_name} has ended, so goals are kept as they are."
    return ended if patient.ended_at is not None else None


def note(
    goal: Goal,
    kind: str,
    by: By | None,
    *,
    step: GoalStep | None = None,
    before: Mapping[str, Any] | None = None,
    **more: Any,
) -> None:
    """Write down what was done, what it was before and whose the goal is from then on; `by` None: by the clock."""
    said = {"audience": goal.audience, "before": entering.plain(before or {}), **entering.plain(more)}
    event = GoalEvent(
        organisation_id=goal.organisation_id,
        patient_id=goal.patient_id,
        goal_id=goal.id,
        step_id=step.id if step else None,
        kind=kind,
        by=by.person_id if by else None,
        role=str(by.role) if by else None,
        channel=by.channel if by else "kith",
        created_at=clock.now(),
    )
    event.details = orjson.dumps({name: value for name, value in said.items() if value not in (None, {})}).decode()
    db.session.add(event)


def touched(goal: Goal) -> None:
    """Save that somebody did something about it: it is another version, whatever was changed."""
    goal.touched_at = clock.now()
    flag_modified(goal, "touched_at")
    db.session.flush()


def refused(faults: list[Fault]) -> None:
    """Raise Invalid where something cannot be."""
    if faults:
        raise Invalid(faults[0][1], errors=[{"pointer": pointer, "detail": detail} for pointer, detail in faults])
