"""Reads of patients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, literal, or_, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core import clock
from app.core.db import db
from app.core.pages import Position
from app.identity.models import Person
from app.patients import admission
from app.patients.admission import AdmittedPatient
from app.patients.models import ActingFor, CircleGrant, CircleMember, Patient
from app.patients.queries import directory
from app.teams import queries as teams
from app.teams.models import Membership as StaffMembership
from app.teams.models import Team

_BY_ID = text(f"select {admission.COLUMNS} from patient p {admission.JOINS} where p.id = any(:ids)")  # noqa: S608


def admitted_one(patient_id: UUID) -> AdmittedPatient:
    """The patient this request was admitted to, without asking again; read anew for work that no person asked for."""
    return directory.here(patient_id) or admitted([patient_id])[patient_id]


def admitted(patient_ids: Collection[UUID]) -> dict[UUID, AdmittedPatient]:
    """Patients for work that no person asked for (jobs, re-runs, imports); the caller answers for the access."""
    rows = db.session.execute(_BY_ID, {"ids": list(patient_ids)}).mappings()
    return {row["id"]: admission.admitted_patient(row) for row in rows}


def who_has(patient_id: UUID) -> tuple[UUID, UUID]:
    """The team and the named coordinator of a patient, who goes to nobody else before this transaction ends."""
    now = select(Patient.team_id, Patient.coordinator_id).where(Patient.id == patient_id)
    team_id, coordinator_id = db.session.execute(now.with_for_update(key_share=True)).one()
    return team_id, coordinator_id


def record(patient: AdmittedPatient) -> Patient:
    """The whole row of an admitted patient."""
    return db.session.get_one(Patient, patient.id)


def own_records(person_id: UUID) -> Sequence[Patient]:
    """The records in which this person is the patient, running ones first."""
    order = (Patient.ended_at.is_not(None), Patient.created_at)
    return db.session.scalars(select(Patient).where(Patient.person_id == person_id).order_by(*order)).all()


_COORDINATOR = aliased(Person)
_WHOLE = (
    select(Patient, Person, Team, _COORDINATOR)
    .select_from(Patient)
    .join(Person, Person.id == Patient.person_id)
    .join(Team, Team.id == Patient.team_id)
    .join(_COORDINATOR, _COORDINATOR.id == Patient.coordinator_id)
)


@dataclass(frozen=True, slots=True)
class WholeRecord:
    """A record with its person, team and named coordinator."""

    record: Patient
    person: Person
    team: Team
    coordinator: Person

    @property
    def version(self) -> int:
        return self.record.version


def whole_record(patient_id: UUID) -> WholeRecord:
    """All that is kept of a patient who was admitted, or has just been enrolled, in one query."""
    return WholeRecord(*db.session.execute(_WHOLE.where(Patient.id == patient_id)).one())


def in_team(team_id: UUID, after: Position | None, limit: int) -> list[WholeRecord]:
    """The running patients of a team, enrolled last first; one more than `limit`, to know of a next page."""
    where = [Patient.team_id == team_id, Patient.ended_at.is_(None)]
    if after is not None:
        where.append(tuple_(Patient.enrolled_at, Patient.id) < tuple_(literal(after.at), literal(after.id)))
    rows = _WHOLE.where(*where).order_by(Patient.enrolled_at.desc(), Patient.id.desc()).limit(limit + 1)
    return [WholeRecord(*row) for row in db.session.execute(rows)]


@dataclass(frozen=True, slots=True)
class CirclePlace:
    """Somebody's place in a circle, with what is granted to them now."""

    member: CircleMember
    person: Person
    grants: list[CircleGrant]


def circle(patient: AdmittedPatient) -> list[CirclePlace]:
    """The running members of a circle with their running grants, in two queries."""
    return _memberships(CircleMember.patient_id == patient.id, CircleMember.person_id)


def circles_of(person_id: UUID) -> list[CirclePlace]:
    """The circles somebody belongs to, each with its patient as `person`, in two queries."""
    return _memberships(CircleMember.person_id == person_id, Patient.person_id)


def _memberships(whose: ColumnElement[bool], shown: InstrumentedAttribute[UUID]) -> list[CirclePlace]:
    both = select(CircleMember, Person).select_from(CircleMember).join(Patient, Patient.id == CircleMember.patient_id)
    joined = both.join(Person, Person.id == shown).where(whose, CircleMember.ended_at.is_(None))
    rows = db.session.execute(joined.order_by(CircleMember.created_at, CircleMember.id)).all()
    given = (CircleGrant.member_id.in_([member.id for member, _ in rows]), CircleGrant.ended_at.is_(None))
    grants: dict[UUID, list[CircleGrant]] = {}
    running = select(CircleGrant).join(Patient, Patient.id == CircleGrant.patient_id)
    for grant in db.session.scalars(running.where(*given, CircleGrant.ends_on >= today_there())):
        grants.setdefault(grant.member_id, []).append(grant)
    return [CirclePlace(member, person, grants.get(member.id, [])) for member, person in rows]


def today_there() -> ColumnElement[date]:
    """The day it is where the patient of a row lives: what ends on a day ends on one of theirs, as for the guard."""
    return cast(func.timezone(Patient.zone, literal(clock.now())), Date)


@dataclass(frozen=True, slots=True)
class MyActing:
    """A patient for whom somebody acts, with the patient's person; `is_open` False: its review is due."""

    row: ActingFor
    person: Person
    is_open: bool


def acting_by(person_id: UUID) -> list[MyActing]:
    """For whom somebody acts, longest first."""
    rows = (
        select(ActingFor, Person, ActingFor.review_on >= today_there())
        .join(Patient, Patient.id == ActingFor.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(ActingFor.person_id == person_id, ActingFor.ended_at.is_(None))
    )
    return [MyActing(*row) for row in db.session.execute(rows.order_by(ActingFor.created_at, ActingFor.id))]


def stands_by_somebody(person_id: UUID) -> bool:
    """Is this person in somebody's circle, or do they act for somebody?"""
    member = select(CircleMember.id).where(CircleMember.person_id == person_id, CircleMember.ended_at.is_(None))
    acts = select(ActingFor.id).where(ActingFor.person_id == person_id, ActingFor.ended_at.is_(None))
    return bool(db.session.scalar(select(or_(member.exists(), acts.exists()))))


@dataclass(frozen=True, slots=True)
class MyRole:
    """A role somebody holds, with the names of its organisation and team."""

    organisation_id: UUID
    organisation: str
    team_id: UUID | None
    team: str | None
    role: str


@dataclass(frozen=True, slots=True)
class Me:
    """A person with everything that says whom they may call about."""

    person: Person
    roles: list[MyRole]
    records: Sequence[Patient]
    circles: list[CirclePlace]
    acting: list[MyActing]


def me(person_id: UUID) -> Me:
    """Who somebody is to Kith, in six queries however much it is."""
    roles = [
        MyRole(held.organisation_id, organisation, held.team_id, team, held.role)
        for held, organisation, team in teams.roles_of(person_id)
    ]
    person = db.session.get_one(Person, person_id)
    return Me(person, roles, own_records(person_id), circles_of(person_id), acting_by(person_id))


def is_known_elsewhere(record: Patient) -> bool:
    """Does the person of this record work for somebody, or have a record in another organisation?"""
    works = select(StaffMembership.id).where(
        StaffMembership.person_id == record.person_id, StaffMembership.ended_at.is_(None)
    )
    other = select(Patient.id).where(
        Patient.person_id == record.person_id, Patient.organisation_id != record.organisation_id
    )
    return bool(db.session.scalar(select(or_(works.exists(), other.exists()))))
