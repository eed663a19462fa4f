"""The members of a circle: join, change, leave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.access.roles import Role
from app.core import events, limits, rows
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.identity import service as identity
from app.identity.introductions import Introduced
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.patients.events import AccessEnded, MemberLeft
from app.patients.models import CircleMember
from app.patients.queries import consent
from app.patients.service import acting as acts
from app.patients.service import granting

# Whoever adds people learns a little of who is known by a contact, so nobody adds many in a day.
INTRODUCED_A_DAY = 30
ACTS_FOR = "This person acts for the patient. End that first."


def introduce_member(
    patient: AdmittedPatient, who: Introduced, role: Role, relationship: str, by: UUID
) -> CircleMember:
    """Add somebody, or a device, who is found or made by their contacts."""
    limits.spend(f"introduce {by}", allowed=INTRODUCED_A_DAY, per=timedelta(days=1))
    return add_member(patient, identity.meet(who), role, relationship, by)


def add_member(patient: AdmittedPatient, person: Person, role: Role, relationship: str, by: UUID) -> CircleMember:
    """Add a person, or a device, to the circle; they see nothing until a grant says so."""
    granting.still_cared_for(patient)
    if person.id == patient.person_id:
        raise Conflict("A patient is not a member of their own circle.")
    running = (CircleMember.person_id == person.id, CircleMember.ended_at.is_(None))
    if db.session.scalar(select(CircleMember.id).where(CircleMember.patient_id == patient.id, *running)):
        raise Conflict("This person is in the circle already.")
    acting = consent.acting_now(patient, by)
    member = CircleMember(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        person_id=person.id,
        role=str(role),
        relationship=relationship,
        added_by=by,
        acting_for_id=acting.id if acting else None,
    )
    db.session.add(member)
    db.session.flush()
    return member


def change_member(
    patient: AdmittedPatient,
    member_id: UUID,
    version: int,
    *,
    relationship: str,
    role: Role,
    keep: Collection[UUID],
    by: UUID,
) -> CircleMember:
    """Change what somebody is to the patient. What they may see was agreed for what they were, so only `keep` stays.

    Raises PreconditionFailed (changed meanwhile), Invalid (a grant to keep that is none of theirs, a device that is to
    be a person), Conflict (a visitor who acts for the patient).
    """
    member = granting.locked_member(patient, member_id)
    if member.version != version:
        raise PreconditionFailed("This person's place was changed since you read it. Read it again.")
    if (member.relationship, member.role) == (relationship, role):
        return member
    _may_become(patient, member, role)
    grants = consent.running_grants(patient, [member.id])
    if not set(keep) <= {grant.id for grant in grants}:
        detail = "One of these is no running grant of this member."
        raise Invalid(detail, errors=[{"pointer": "/keep", "detail": detail}])
    no_more = [grant for grant in grants if grant.id not in keep]
    granting.end(no_more, "changed", by, consent.acting_now(patient, by))
    member.relationship, member.role = relationship, str(role)
    db.session.flush()
    return member


def end_membership(patient: AdmittedPatient, member_id: UUID, by: UUID, *, tell: bool = False) -> None:
    """Take somebody out of the circle; their grants end with it, from this commit on.

    Raises Conflict while they act for the patient: ending that is not everybody's to do.
    """
    member = granting.locked_member(patient, member_id)
    if consent.acting_of(patient, member.person_id) is not None:
        raise Conflict(ACTS_FOR)
    _end(patient, member, "ended", by)
    if tell:
        events.publish(AccessEnded(patient.organisation_id, patient.id, member.person_id))


def leave(person_id: UUID, member_id: UUID) -> None:
    """Leave a circle by oneself, with every grant, and with acting for the patient. Publishes MemberLeft.

    Raises NotFound.
    """
    patient = consent.patient_of_member(person_id, member_id)
    if patient is None:
        raise NotFound
    member = granting.locked_member(patient, member_id)
    if (acting := consent.acting_of(patient, person_id)) is not None:
        acts.end(acting, person_id)
    acts.note_own(patient.organisation_id, patient.id, member.role, "leave_circle", person_id)
    _end(patient, member, "left", person_id)
    assert member.ended_at is not None  # it was set above
    rows.reach_also(patient.organisation_id, [patient.id])  # who has left reaches nothing; what is told of it must
    events.publish(MemberLeft(patient.organisation_id, patient.id, member.id, member.ended_at))


def _end(patient: AdmittedPatient, member: CircleMember, why: str, by: UUID) -> None:
    acting = consent.acting_now(patient, by)
    grants = consent.running_grants(patient, [member.id])
    # One instant for all of it: what somebody lost by leaving is found by it.
    ended_at = granting.end(grants, "left" if why == "left" else "ended", by, acting)
    member.ended_at, member.ended_why, member.ended_by = ended_at, why, by
    member.ended_acting_for_id = acting.id if acting else None
    db.session.flush()


def _may_become(patient: AdmittedPatient, member: CircleMember, role: Role) -> None:
    if Role.SERVICE in (role, member.role) and role != member.role:
        detail = "A device stays a device, and a person a person."
        raise Invalid(detail, errors=[{"pointer": "/role", "detail": detail}])
    if role is Role.VISITOR and consent.acting_of(patient, member.person_id) is not None:
        raise Conflict(ACTS_FOR)
