"""Look at how a goal goes: the patient's review, and a note of whoever helps."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict
from app.goals import entering
from app.goals.entering import NewReview
from app.goals.models import Goal, GoalReview
from app.goals.service import acting, settling, telling, wording
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def review(patient: AdmittedPatient, goal_id: UUID, new: NewReview, by: By) -> Goal:
    """The patient says how it goes, and the days to the next time begin anew; sent again it is the same one.

    Raises NotFound, Conflict (ended, sent with something else in it) and Invalid (a level of a goal without levels).
    """
    goal = acting.locked(patient, goal_id, by)
    if _sent_before(goal, new, by):
        return goal
    acting.active(patient, goal)
    if new.level is not None and goal.levels is None:
        acting.refused([("/level", "No words were written for any level of this goal.")])
    is_other = new.confidence is not None and new.confidence != goal.confidence
    before = {"confidence": goal.confidence} if is_other else {}
    goal.confidence = goal.confidence if new.confidence is None else new.confidence
    settling.settle(goal, settling.cause(goal), by)
    telling.looked_at(goal)
    wording.look_again(patient, goal)
    _keep(goal, new, by, before)
    return goal


def note(patient: AdmittedPatient, goal_id: UUID, new: NewReview, by: By) -> GoalReview:
    """Somebody who helps says something about it; when it is looked at next is the patient's. Raises as `review`."""
    goal = acting.locked(patient, goal_id, by)
    if (before := _sent_before(goal, new, by)) is not None:
        return before
    acting.active(patient, goal)
    return _keep(goal, new, by, {})


def _keep(goal: Goal, new: NewReview, by: By, before: dict[str, int | None]) -> GoalReview:
    row = GoalReview(
        organisation_id=goal.organisation_id,
        patient_id=goal.patient_id,
        goal_id=goal.id,
        client_id=new.id,
        by=by.person_id,
        role=str(by.role),
        channel=by.channel,
        confidence=new.confidence,
        level=new.level,
        note=new.note,
    )
    db.session.add(row)
    db.session.flush()
    acting.note(goal, "reviewed", by, before=before, review=row.id)
    acting.touched(goal)
    return row


def _sent_before(goal: Goal, new: NewReview, by: By) -> GoalReview | None:
    row = db.session.scalar(select(GoalReview).where(GoalReview.goal_id == goal.id, GoalReview.client_id == new.id))
    if row is None:
        return None
    if (row.by, entering.content(NewReview(row.client_id, row.confidence, row.level, row.note))) != (
        by.person_id,
        entering.content(new),
    ):
        raise Conflict(acting.SENT_BEFORE)
    return row
