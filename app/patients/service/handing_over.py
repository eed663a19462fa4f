"""Hand over all patients of one coordinator to another of the same team, in one act."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import audit, events
from app.core.db import db
from app.core.errors import Invalid
from app.patients.events import HandedOver
from app.patients.models import Patient
from app.teams import queries as teams
from app.teams.models import Team


def hand_over_all(team: Team, from_id: UUID, to_id: UUID, by: Caller) -> list[UUID]:
    """Name another coordinator for every patient of one; returns whom it concerned. Publishes HandedOver.

    Also for those whose care has ended: their open alerts and to-dos must stay with somebody who works here.
    Done again it finds nobody left. Raises Invalid where the other is the same, or no coordinator of this team.
    """
    if from_id == to_id:
        raise _not_fit("Choose two different coordinators.")
    if not teams.holds(team.id, to_id, Role.COORDINATOR, for_now=True):
        raise _not_fit("Holds no role coordinator in this team.")
    theirs = select(Patient).where(Patient.team_id == team.id, Patient.coordinator_id == from_id).order_by(Patient.id)
    # Readings that come meanwhile do not wait: they only need the record to stay.
    records = db.session.scalars(theirs.with_for_update(key_share=True)).all()
    for record in records:
        record.coordinator_id = to_id
    db.session.flush()
    for record in records:
        _note(record, to_id, by)
        events.publish(HandedOver(record.organisation_id, record.id))
    return [record.id for record in records]


def _note(record: Patient, to_id: UUID, by: Caller) -> None:
    entry = audit.Entry(
        role=Role.LEAD,
        action=str(Permission.HAND_OVER),
        organisation_id=record.organisation_id,
        patient_id=record.id,
        actor_id=by.person_id,
        subject_id=to_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def _not_fit(detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": "/to_id", "detail": detail}])
