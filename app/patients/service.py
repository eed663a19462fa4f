"""Use cases of patients: enrol, change, hand over to another coordinator, end care, the circle and its grants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, events, sealed
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.identity.models import Person
from app.patients import enrolment
from app.patients.admission import AdmittedPatient
from app.patients.events import CareEnded
from app.patients.models import CircleGrant, CircleMember, Patient
from app.teams import queries as teams
from app.teams.models import Team

REASONS = ("died", "moved", "discharged", "declined")


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What an enrolment says, besides who the person is."""

    coordinator_id: UUID
    zone: str = "Europe/London"
    nhs_number: str | None = None
    born_on: date | None = None
    is_pregnant: bool = False
    communication_needs: str | None = None
    allergies: str | None = None
    conditions: list[str] = field(default_factory=list)


def enrol(team: Team, person: Person, new: NewPatient) -> Patient:
    """Enrol a person with a team and its named coordinator; enrolling again reopens the record.

    Raises Invalid (NHS number, zone, coordinator) and Conflict (the number belongs to somebody enrolled).
    """
    _check(team, new.coordinator_id, new.zone, new.nhs_number)
    known = _known_record(team.organisation_id, person.id, new.nhs_number)
    if known is not None and known.ended_at is None:
        raise Conflict("This person, or this NHS number, is enrolled already.")
    patient = known or Patient(organisation_id=team.organisation_id, person_id=person.id)
    patient.team_id, patient.coordinator_id = team.id, new.coordinator_id
    patient.coordinator_role = Role.COORDINATOR
    patient.enrolled_at, patient.ended_at, patient.ended_reason = clock.now(), None, None
    patient.nhs_number = enrolment.nhs_number_digits(new.nhs_number) if new.nhs_number else patient.nhs_number
    patient.zone, patient.born_on, patient.is_pregnant = new.zone, new.born_on, new.is_pregnant
    patient.communication_needs, patient.allergies = new.communication_needs, new.allergies
    patient.conditions = new.conditions
    db.session.add(patient)
    db.session.flush()
    return patient


def change(patient: AdmittedPatient, version: int, changes: dict[str, Any]) -> Patient:
    """Change a record; raises PreconditionFailed where it was changed meanwhile."""
    record = db.session.get_one(Patient, patient.id)
    if record.version != version:
        raise PreconditionFailed("The record was changed since you read it. Read it again.")
    team = teams.team_in((record.organisation_id,), changes.get("team_id", record.team_id))
    coordinator = changes.get("coordinator_id", record.coordinator_id)
    _check(team, coordinator, changes.get("zone", record.zone), changes.get("nhs_number"))
    if changes.get("nhs_number"):
        changes["nhs_number"] = enrolment.nhs_number_digits(changes["nhs_number"])
        other = _known_record(record.organisation_id, None, changes["nhs_number"])
        if other is not None and other.id != record.id:
            raise Conflict("This NHS number belongs to another record.")
    for name, value in changes.items():
        setattr(record, name, value)
    db.session.flush()
    return record


def end_care(patient: AdmittedPatient, reason: str) -> Patient:
    """End an enrolment with its reason; from this commit on nothing reminds or asks, open alerts stay."""
    record = db.session.get_one(Patient, patient.id)
    if record.ended_at is not None:
        raise Conflict("Care was ended before.")
    record.ended_at, record.ended_reason = clock.now(), reason
    db.session.flush()
    events.publish(CareEnded(record.organisation_id, record.id, record.ended_at, reason))
    return record


def add_member(patient: AdmittedPatient, person: Person, role: Role, relationship: str, by: UUID) -> CircleMember:
    """Add a person, or a device, to the circle; they see nothing until a grant says so."""
    running = (CircleMember.person_id == person.id, CircleMember.ended_at.is_(None))
    if db.session.scalar(select(CircleMember.id).where(CircleMember.patient_id == patient.id, *running)):
        raise Conflict("This person is in the circle already.")
    member = CircleMember(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        person_id=person.id,
        role=str(role),
        relationship=relationship,
        added_by=by,
    )
    db.session.add(member)
    db.session.flush()
    return member


def end_membership(patient: AdmittedPatient, member_id: UUID) -> None:
    """Take somebody out of the circle; their grants end with it, from this commit on."""
    member = _member(patient, member_id)
    member.ended_at = clock.now()
    running = (CircleGrant.member_id == member.id, CircleGrant.ended_at.is_(None))
    db.session.execute(update(CircleGrant).where(*running).values(ended_at=member.ended_at))


def give_grant(
    patient: AdmittedPatient, member_id: UUID, category: Category, right: Right, ends_on: date, by: UUID
) -> CircleGrant:
    """Give a member a right over a category until a day; giving it again moves the day."""
    member = _member(patient, member_id)
    if ends_on < clock.today(patient.zone):
        raise Invalid("A grant must end in the future.", errors=[{"pointer": "/ends_on", "detail": "is in the past"}])
    running = db.session.scalar(
        select(CircleGrant).where(
            CircleGrant.member_id == member.id,
            CircleGrant.category == category,
            CircleGrant.right == right,
            CircleGrant.ended_at.is_(None),
        )
    )
    if running is not None:
        running.ended_at = clock.now()
        db.session.flush()
    grant = CircleGrant(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        member_id=member.id,
        category=str(category),
        right=str(right),
        ends_on=ends_on,
        given_by=by,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def end_grant(patient: AdmittedPatient, grant_id: UUID) -> None:
    """End a grant from this commit on."""
    grant = db.session.get(CircleGrant, grant_id)
    if grant is None or grant.patient_id != patient.id or grant.ended_at:
        raise NotFound
    grant.ended_at = clock.now()


def _member(patient: AdmittedPatient, member_id: UUID) -> CircleMember:
    member = db.session.get(CircleMember, member_id)
    if member is None or member.patient_id != patient.id or member.ended_at:
        raise NotFound
    return member


def _check(team: Team, coordinator_id: UUID, zone: str, nhs_number: str | None) -> None:
    faults = []
    if nhs_number and (fault := enrolment.nhs_number_fault(nhs_number)):
        faults.append({"pointer": "/nhs_number", "detail": fault})
    if fault := enrolment.zone_fault(zone):
        faults.append({"pointer": "/zone", "detail": fault})
    if not teams.holds(team.id, coordinator_id, Role.COORDINATOR):
        faults.append({"pointer": "/coordinator_id", "detail": "Is no coordinator of this team."})
    if faults:
        raise Invalid("Please mend what is named and send it again.", errors=faults)


def _known_record(organisation_id: UUID, person_id: UUID | None, nhs_number: str | None) -> Patient | None:
    mine = select(Patient).where(Patient.organisation_id == organisation_id)
    if nhs_number:
        index = sealed.index(enrolment.nhs_number_digits(nhs_number), Patient.nhs_number.place)
        if found := db.session.scalar(mine.where(Patient.nhs_number_index == index)):
            return found
    return db.session.scalar(mine.where(Patient.person_id == person_id)) if person_id else None
