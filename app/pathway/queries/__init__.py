"""Reads of the care plan; the first argument is the admitted patient."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import literal, select, tuple_

from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.pathway.models import PlanAction, PlanActionEvent
from app.patients.admission import AdmittedPatient


def actions(patient: AdmittedPatient, states: Collection[str], after: Position | None, limit: int) -> list[PlanAction]:
    """The actions in these states, newest first; one more than `limit`, to know of a next page."""
    where = [PlanAction.patient_id == patient.id, PlanAction.state.in_(sorted(states))]
    if after is not None:
        where.append(tuple_(PlanAction.created_at, PlanAction.id) < tuple_(literal(after.at), literal(after.id)))
    order = (PlanAction.created_at.desc(), PlanAction.id.desc())
    return list(db.session.scalars(select(PlanAction).where(*where).order_by(*order).limit(limit + 1)))


def in_order(patient: AdmittedPatient, limit: int) -> list[PlanAction]:
    """What is open, due first first and without a day last; then what ended, newest first."""
    ended = PlanAction.ended_at.desc().nulls_first()
    order = (ended, PlanAction.due_on.asc().nulls_last(), PlanAction.created_at, PlanAction.id)
    of_patient = select(PlanAction).where(PlanAction.patient_id == patient.id)
    return list(db.session.scalars(of_patient.order_by(*order).limit(limit)))


def action(patient: AdmittedPatient, action_id: UUID) -> PlanAction:
    """One action. Raises NotFound."""
    where = (PlanAction.id == action_id, PlanAction.patient_id == patient.id)
    found = db.session.scalar(select(PlanAction).where(*where).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def events(action: PlanAction) -> list[PlanActionEvent]:
    """What was done about an action, in order."""
    order = (PlanActionEvent.created_at, PlanActionEvent.id)
    of_action = select(PlanActionEvent).where(PlanActionEvent.action_id == action.id)
    return list(db.session.scalars(of_action.order_by(*order)))
