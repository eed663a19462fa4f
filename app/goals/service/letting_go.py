"""Helpers who may help no more: their grant or duty has ended, or the goal is not theirs to see any more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.core import backlog
from app.core.db import db
from app.goals.models import Goal, GoalStep
from app.goals.queries import helping
from app.goals.service import acting, telling
from app.patients.by import By
from app.patients.models import Patient


def of_goal(goal: Goal, by: By) -> int:
    """After the audience of a goal was changed, which holds it; nobody is told. Returns how many."""
    return _let_go(GoalStep.goal_id == goal.id, by)


def of_patient(patient_id: UUID) -> int:
    """After something of one patient's circle has ended; returns how many."""
    return _let_go(GoalStep.patient_id == patient_id, None)


def of_all() -> int:
    """What ends in silence; returns of how many goals. Any number may run at once."""
    lost = select(GoalStep.id).where(GoalStep.goal_id == Goal.id, *_lost())
    due = select(Goal).join(Patient, Patient.id == Goal.patient_id).where(lost.exists()).order_by(Goal.id)
    return backlog.one_by_one("let go of helpers", due, lambda goal: _let_go(GoalStep.goal_id == goal.id, None))


def free(goal: Goal, step: GoalStep, by: By | None) -> None:
    """Nobody helps with a step any more."""
    acting.note(goal, "helper_ended", by, step=step, helper=step.helper_id, before={"helper_state": step.helper_state})
    step.helper_id = step.helper_state = step.asked_at = None
    telling.ask_no_more([step.id])


def _let_go(which: ColumnElement[bool], by: By | None) -> int:
    rows = (
        select(Goal, GoalStep)
        .join(GoalStep, GoalStep.goal_id == Goal.id)
        .join(Patient, Patient.id == Goal.patient_id)
        .where(which, *_lost())
        .order_by(Goal.id, GoalStep.id)
        .with_for_update(of=Goal, skip_locked=True)
    )
    count = 0
    for goal, step in db.session.execute(rows.execution_options(populate_existing=True)).all():
        db.session.refresh(step)  # as it is since the goal is held
        if step.helper_state in helping.RUNNING:
            free(goal, step, by)
            acting.touched(goal)
            count += 1
    return count


def _lost() -> tuple[ColumnElement[bool], ...]:
    runs = (GoalStep.helper_state.in_(helping.RUNNING), GoalStep.done_at.is_(None), GoalStep.removed_at.is_(None))
    return *runs, ~helping.may_help()
