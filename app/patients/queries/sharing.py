"""Reads of shared care: with which teams elsewhere a patient's record is shared, and who is shared with a team."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from app.core import clock
from app.core.db import db
from app.core.pages import Position
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient, SharedCare
from app.teams.models import Organisation, Team


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement with the names of the team, its organisation, and who wrote it down."""

    row: SharedCare
    team: str
    organisation: str
    agreed_by: str


def agreements(patient: AdmittedPatient) -> list[Agreement]:
    """With whom the patient's record is shared now, the last agreed first."""
    running = (SharedCare.patient_id == patient.id, SharedCare.ended_at.is_(None))
    return _agreements(*running, SharedCare.ends_on >= clock.today(patient.zone))


def agreement(row_id: UUID) -> Agreement:
    """One agreement."""
    return _agreements(SharedCare.id == row_id)[0]


def of_team(team_id: UUID) -> list[Agreement]:
    """The running agreements about a team's own patients, the last agreed first."""
    mine = select(Patient.id).where(Patient.team_id == team_id, Patient.ended_at.is_(None))
    return _agreements(SharedCare.patient_id.in_(mine), SharedCare.ended_at.is_(None), _not_over())


@dataclass(frozen=True, slots=True)
class SharedPatient:
    """A patient of another organisation whom a team sees by agreement, until a day."""

    agreement: SharedCare
    patient_id: UUID
    organisation_id: UUID
    given_name: str
    family_name: str
    team: str
    organisation: str


def shared_with(team_id: UUID, after: Position | None, limit: int) -> list[SharedPatient]:
    """The patients shared with a team, agreed last first; one more than `limit`, to know of a next page."""
    columns = (SharedCare, Patient.id, Patient.organisation_id, Person.given_name, Person.family_name)
    rows = (
        select(*columns, Team.name, Organisation.name)
        .join(Patient, Patient.id == SharedCare.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .join(Team, Team.id == Patient.team_id)
        .join(Organisation, Organisation.id == Patient.organisation_id)
        .where(SharedCare.team_id == team_id, SharedCare.ended_at.is_(None), _not_over())
    )
    if after is not None:
        rows = rows.where(tuple_(SharedCare.created_at, SharedCare.id) < tuple_(literal(after.at), literal(after.id)))
    order = (SharedCare.created_at.desc(), SharedCare.id.desc())
    return [SharedPatient(*row) for row in db.session.execute(rows.order_by(*order).limit(limit + 1))]


def _not_over() -> ColumnElement[bool]:
    # The last day is a day of the patient, as for the guard.
    whose = aliased(Patient)
    today = func.date(func.timezone(whose.zone, literal(clock.now())))
    return select(whose.id).where(whose.id == SharedCare.patient_id, SharedCare.ends_on >= today).exists()


def _agreements(*where: ColumnElement[bool]) -> list[Agreement]:
    named = (Team.name, Organisation.name, Person.given_name + " " + Person.family_name)
    rows = (
        select(SharedCare, *named)
        .join(Team, Team.id == SharedCare.team_id)
        .join(Organisation, Organisation.id == Team.organisation_id)
        .join(Person, Person.id == SharedCare.agreed_by)
        .where(*where)
        .order_by(SharedCare.created_at.desc(), SharedCare.id.desc())
    )
    return [Agreement(*row) for row in db.session.execute(rows)]
