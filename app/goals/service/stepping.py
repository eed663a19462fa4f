"""Steps towards a goal: add one, change it, do it, open it again, take it away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, PreconditionFailed
from app.core.ids import new_id
from app.goals import entering, queries, rhythm
from app.goals.entering import NewStep
from app.goals.models import Goal, GoalEvent, GoalStep
from app.goals.service import acting, telling
from app.patients.admission import AdmittedPatient
from app.patients.by import By

MANY: Final = "There are many steps already. Take one away first, or set another goal."


def make(goal: Goal, new: NewStep, place: int, by: By) -> GoalStep:
    """Put a step to a goal that is held."""
    step = GoalStep(
        id=new_id(),
        organisation_id=goal.organisation_id,
        patient_id=goal.patient_id,
        goal_id=goal.id,
        client_id=new.id,
        place=place,
        words=new.words,
        due_on=new.due_on,
    )
    db.session.add(step)
    db.session.flush()
    acting.note(goal, "step_added", by, step=step, sent=entering.content(new))
    return step


def add(patient: AdmittedPatient, goal_id: UUID, new: NewStep, by: By) -> Goal:
    """Put a step to a goal; sent again it is the same one. Raises NotFound and Conflict."""
    goal = acting.locked(patient, goal_id, by)
    where = (GoalStep.goal_id == goal.id, GoalStep.client_id == new.id)
    known = db.session.scalar(select(GoalStep).where(*where))
    if known is not None:
        if _first_said(known) != entering.content(new):
            raise Conflict(acting.SENT_BEFORE)
        return goal
    acting.active(patient, goal)
    last = db.session.scalar(select(func.max(GoalStep.place)).where(GoalStep.goal_id == goal.id))
    if len(queries.steps([goal.id]).get(goal.id, ())) >= rhythm.MOST_STEPS:
        raise Conflict(MANY)
    make(goal, new, 0 if last is None else last + 1, by)
    acting.touched(goal)
    return goal


def change(patient: AdmittedPatient, step_id: UUID, version: int, changes: Mapping[str, Any], by: By) -> Goal:
    """Say a step otherwise, or for another day. Raises NotFound, Conflict; PreconditionFailed by its goal's version."""
    goal, step = acting.locked_step(patient, step_id, by)
    if goal.version != version:
        raise PreconditionFailed(acting.CHANGED)
    acting.active(patient, goal)
    before = {name: getattr(step, name) for name, value in changes.items() if getattr(step, name) != value}
    if before:
        for name in before:
            setattr(step, name, changes[name])
        acting.note(goal, "step_changed", by, step=step, before=before)
        acting.touched(goal)
    return goal


def done(patient: AdmittedPatient, step_id: UUID, by: By) -> Goal:
    """A step is done; done before, it stays so. Raises NotFound and Conflict."""
    goal, step = acting.locked_step(patient, step_id, by)
    return mark_done(patient, goal, step, by)


def mark_done(patient: AdmittedPatient, goal: Goal, step: GoalStep, by: By) -> Goal:
    """The same of a step that is held."""
    acting.active(patient, goal)
    if step.done_at is None:
        step.done_at, step.done_by = clock.now(), by.person_id
        acting.note(goal, "step_done", by, step=step)
        acting.touched(goal)
        telling.step_done(patient, goal, step, by)
    return goal


def open_again(patient: AdmittedPatient, step_id: UUID, by: By) -> Goal:
    """A step is still to be done after all. Raises NotFound and Conflict."""
    goal, step = acting.locked_step(patient, step_id, by)
    acting.active(patient, goal)
    if step.done_at is not None:
        before = {"done_at": step.done_at, "done_by": step.done_by}
        step.done_at = step.done_by = None
        acting.note(goal, "step_open_again", by, step=step, before=before)
        acting.touched(goal)
    return goal


def remove(patient: AdmittedPatient, step_id: UUID, by: By) -> Goal:
    """Take a step away; its words stay in the history. Raises NotFound and Conflict."""
    goal, step = acting.locked_step(patient, step_id, by)
    acting.active(patient, goal)
    step.removed_at = clock.now()
    acting.note(goal, "step_removed", by, step=step, before={"words": step.words, "due_on": step.due_on})
    acting.touched(goal)
    telling.ask_no_more([step.id])
    return goal


def _first_said(step: GoalStep) -> Any:
    """What a step said when it was sent, whatever it says by now."""
    first = (GoalEvent.step_id == step.id, GoalEvent.kind == "step_added")
    details = db.session.scalars(select(GoalEvent).where(*first)).one().details
    return orjson.loads(details or "{}").get("sent")
