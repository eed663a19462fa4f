"""Reads of goals; the first argument is the admitted patient, the second who looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, literal, select, tuple_

from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.goals import history
from app.goals.audiences import NUMBERED, Looking
from app.goals.history import Happened
from app.goals.models import Goal, GoalEvent, GoalReview, GoalStep
from app.patients.admission import AdmittedPatient


def visible(patient: AdmittedPatient, looking: Looking) -> tuple[ColumnElement[bool], ...]:
    """The goals of this patient that somebody sees; for anybody else the others are not there."""
    mine = (Goal.patient_id == patient.id,)
    return mine if looking.owns else (*mine, Goal.audience.in_(sorted(looking.audiences)))


def goals(
    patient: AdmittedPatient, looking: Looking, states: Collection[str], after: Position | None, limit: int
) -> list[Goal]:
    """The goals in these states, newest first; one more than `limit`, to know of a next page."""
    where = [*visible(patient, looking), Goal.state.in_(sorted(states))]
    if after is not None:
        where.append(tuple_(Goal.created_at, Goal.id) < tuple_(literal(after.at), literal(after.id)))
    order = (Goal.created_at.desc(), Goal.id.desc())
    return list(db.session.scalars(select(Goal).where(*where).order_by(*order).limit(limit + 1)))


def goal(patient: AdmittedPatient, looking: Looking, goal_id: UUID) -> Goal:
    """One goal. Raises NotFound."""
    where = (Goal.id == goal_id, *visible(patient, looking))
    found = db.session.scalar(select(Goal).where(*where).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def goal_of_step(patient: AdmittedPatient, looking: Looking, step_id: UUID) -> UUID:
    """The goal that a step belongs to. Raises NotFound."""
    whose = select(Goal.id).join(GoalStep, GoalStep.goal_id == Goal.id)
    found = db.session.scalar(whose.where(GoalStep.id == step_id, *visible(patient, looking)))
    if found is None:
        raise NotFound
    return found


def steps(goal_ids: Collection[UUID]) -> Mapping[UUID, list[GoalStep]]:
    """The steps of these goals in their order, without those that were taken away."""
    where = (GoalStep.goal_id.in_(goal_ids), GoalStep.removed_at.is_(None))
    found: dict[UUID, list[GoalStep]] = defaultdict(list)
    for one in db.session.scalars(select(GoalStep).where(*where).order_by(GoalStep.place, GoalStep.id)):
        found[one.goal_id].append(one)
    return found


def happened(looking: Looking, goal: Goal) -> list[Happened]:
    """What was done about a goal, in order, as far as whoever looks may read it."""
    order = (GoalEvent.created_at, GoalEvent.id)
    rows = db.session.scalars(select(GoalEvent).where(GoalEvent.goal_id == goal.id).order_by(*order))
    seen = history.seen(map(_happened, rows), looking.audiences)
    return list(seen if looking.values >= NUMBERED else map(history.without_numbers, seen))


def reviews(events: Sequence[Happened]) -> list[GoalReview]:
    """The reviews and notes that a history as it is read names, newest first."""
    ids = [one.review_id for one in events if one.review_id]
    order = (GoalReview.created_at.desc(), GoalReview.id.desc())
    return list(db.session.scalars(select(GoalReview).where(GoalReview.id.in_(ids)).order_by(*order))) if ids else []


def _happened(row: GoalEvent) -> Happened:
    details: dict[str, Any] = orjson.loads(row.details or "{}")
    return Happened(
        row.id,
        row.kind,
        row.created_at,
        row.by,
        row.role,
        row.channel,
        row.step_id,
        details["audience"],
        details.get("before", {}),
        details.get("why"),
        _id(details.get("review")),
        _id(details.get("helper")),
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
