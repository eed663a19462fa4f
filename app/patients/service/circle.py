"""The circle of a patient: members and what they are granted."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, limits
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.identity import service as identity
from app.identity.introductions import Introduced
from app.identity.models import Person
from app.patients import enrolment
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleGrant, CircleMember

# Whoever adds people learns a little of who is known by a contact, so nobody adds many in a day.
INTRODUCED_A_DAY = 30


def introduce_member(
    patient: AdmittedPatient, who: Introduced, role: Role, relationship: str, by: UUID
) -> CircleMember:
    """Add somebody, or a device, who is found or made by their contacts."""
    limits.spend(f"introduce {by}", allowed=INTRODUCED_A_DAY, per=timedelta(days=1))
    return add_member(patient, identity.meet(who), role, relationship, by)


def add_member(patient: AdmittedPatient, person: Person, role: Role, relationship: str, by: UUID) -> CircleMember:
    """Add a person, or a device, to the circle; they see nothing until a grant says so."""
    _still_cared_for(patient)
    if person.id == patient.person_id:
        raise Conflict("A patient is not a member of their own circle.")
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
    """Give a member a right over a category until a day, a year ahead at most; giving it again moves the day."""
    _still_cared_for(patient)
    member = _member(patient, member_id)
    if fault := enrolment.grant_fault(ends_on, clock.today(patient.zone)):
        raise Invalid(fault, errors=[{"pointer": "/ends_on", "detail": fault}])
    same = (CircleGrant.member_id == member.id, CircleGrant.category == category, CircleGrant.right == right)
    running = db.session.scalar(select(CircleGrant).where(*same, CircleGrant.ended_at.is_(None)))
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


def end_grant(patient: AdmittedPatient, member_id: UUID, grant_id: UUID) -> None:
    """End a grant from this commit on."""
    member = _member(patient, member_id)
    grant = db.session.get(CircleGrant, grant_id)
    if grant is None or grant.member_id != member.id or grant.ended_at:
        raise NotFound
    grant.ended_at = clock.now()


def _member(patient: AdmittedPatient, member_id: UUID) -> CircleMember:
    # Locked, so that two givings of one grant, or a giving and an ending, follow each other.
    member = db.session.get(CircleMember, member_id, with_for_update=True, populate_existing=True)
    if member is None or member.patient_id != patient.id or member.ended_at:
        raise NotFound
    return member


def _still_cared_for(patient: AdmittedPatient) -> None:
    if patient.ended_at is not None:
        raise Conflict("Care has ended, so nobody can be given more. What was given can be ended.")
