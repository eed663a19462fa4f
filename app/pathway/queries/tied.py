"""Actions of the care plan as goals ask for them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.core import clock
from app.core.db import db
from app.goals.agreed import Action
from app.identity.models import Person
from app.pathway.models import PlanAction
from app.patients.admission import AdmittedPatient


def actions(patient: AdmittedPatient, ids: Collection[UUID]) -> dict[UUID, Action]:
    """Those of this patient among these ids, each with its owner, in one question."""
    return {one.id: one for one in _read(patient, PlanAction.id.in_(ids))}


def still_open(patient: AdmittedPatient) -> list[Action]:
    """What is still to be done, due first first."""
    return _read(patient, PlanAction.state == "open")


def _read(patient: AdmittedPatient, which: ColumnElement[bool]) -> list[Action]:
    owned = select(PlanAction, Person).join(Person, Person.id == PlanAction.owner_id)
    order = (PlanAction.due_on.asc().nulls_last(), PlanAction.created_at, PlanAction.id)
    rows = owned.where(PlanAction.patient_id == patient.id, which).order_by(*order)
    return [_action(patient, action, owner) for action, owner in db.session.execute(rows)]


def _action(patient: AdmittedPatient, row: PlanAction, owner: Person) -> Action:
    done_at = row.ended_at if row.state == "done" else None
    return Action(
        id=row.id,
        words=row.words or "",
        state=row.state,
        owner_id=owner.id,
        owner=owner.name,
        due_on=row.due_on,
        is_overdue=row.is_overdue(clock.today(patient.zone)),
        done_on=done_at.astimezone(patient.zone).date() if done_at else None,
    )
