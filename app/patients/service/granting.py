"""Give and end grants: in which words, by whom, on whose behalf."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.patients import consents, enrolment, fitting, labelling
from app.patients.admission import AdmittedPatient
from app.patients.consents import Wording
from app.patients.events import AccessEnded
from app.patients.models import ActingFor, CircleGrant, CircleMember
from app.patients.queries import consent

OTHER_WORDS = "The words of this consent have changed since they were read. Please read them again and then give it."
CARE_ENDED = "Care has ended, so nobody can be given more. What was given can be ended."


def give_grant(
    patient: AdmittedPatient,
    member_id: UUID,
    category: Category,
    right: Right,
    ends_on: date,
    by: UUID,
    wording_version: int | None = None,
) -> CircleGrant:
    """Give a member a right over a category until a day, a year ahead at most; giving it again moves the day.

    The grant keeps the words it was given in; `wording_version` is the one that was read, that of today if left out.
    Raises Invalid (the day, a device), Conflict (other words by now), Forbidden (more than somebody who acts may give).
    """
    member, acting = examine_grant(patient, member_id, category, right, ends_on, by)
    words = read_words(f"{category}.{right}", patient.language, wording_version)
    same = (CircleGrant.member_id == member.id, CircleGrant.category == category, CircleGrant.right == right)
    running = db.session.scalar(select(CircleGrant).where(*same, CircleGrant.ended_at.is_(None)))
    if running is not None:
        end([running], "given_again", by, acting)
    grant = CircleGrant(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        member_id=member.id,
        category=str(category),
        right=str(right),
        ends_on=ends_on,
        given_by=by,
        acting_for_id=acting.id if acting else None,
        wording_id=words.id,
        wording_version=words.version,
        wording_language=words.language,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def examine_grant(
    patient: AdmittedPatient, member_id: UUID, category: Category, right: Right, ends_on: date, by: UUID
) -> tuple[CircleMember, ActingFor | None]:
    """Could this be given? Returns the member, locked, and on which ground `by` acts; raises as `give_grant`."""
    still_cared_for(patient)
    member, acting = locked_member(patient, member_id), consent.acting_now(patient, by)
    if acting is not None:
        _may_give(patient, acting, member, category)
    _check(patient, member, category, right, ends_on)
    return member, acting


def end_grant(patient: AdmittedPatient, member_id: UUID, grant_id: UUID, by: UUID, *, tell: bool = False) -> None:
    """End a grant from this commit on; the member hears of it only where that was chosen."""
    member = locked_member(patient, member_id)
    grant = db.session.get(CircleGrant, grant_id, populate_existing=True)
    if grant is None or grant.member_id != member.id or grant.ended_at:
        raise NotFound
    end([grant], "ended", by, consent.acting_now(patient, by))
    if tell:
        events.publish(AccessEnded(patient.organisation_id, patient.id, member.person_id))


def end(grants: Collection[CircleGrant], why: str, by: UUID | None, acting: ActingFor | None = None) -> datetime:
    """End these grants now, and say when that was; whoever calls holds the lock of their member."""
    now = clock.now()
    for grant in grants:
        grant.ended_at, grant.ended_why = now, why
        grant.ended_by, grant.ended_acting_for_id = by, acting.id if acting else None
    db.session.flush()
    return now


def locked_member(patient: AdmittedPatient, member_id: UUID) -> CircleMember:
    """A running member of this circle, locked: two acts on one member follow each other. Raises NotFound."""
    member = db.session.get(CircleMember, member_id, with_for_update=True, populate_existing=True)
    if member is None or member.patient_id != patient.id or member.ended_at:
        raise NotFound
    return member


def still_cared_for(patient: AdmittedPatient) -> None:
    """Raise Conflict where care has ended: nobody is given more then."""
    if patient.ended_at is not None:
        raise Conflict(CARE_ENDED)


def read_words(wording_id: str, language: str, version: int | None) -> Wording:
    """The words of today; raises Conflict where others were read."""
    words = consents.current(wording_id, language)
    if version is not None and version != words.version:
        raise Conflict(OTHER_WORDS)
    return words


def _may_give(patient: AdmittedPatient, acting: ActingFor, member: CircleMember, category: Category) -> None:
    """Nobody who acts for a patient gives themselves anything, or gives away what they do not decide about."""
    if member.person_id == acting.person_id:
        raise Forbidden(f"You cannot give yourself more. {patient.given_name} or the team can.")
    if category not in acting.scopes:
        raise Forbidden(f"What you decide for {patient.given_name} does not include {labelling.kind(category)}.")


def _check(patient: AdmittedPatient, member: CircleMember, category: Category, right: Right, ends_on: date) -> None:
    if fault := enrolment.grant_fault(ends_on, clock.today(patient.zone)):
        raise Invalid(fault, errors=[{"pointer": "/ends_on", "detail": fault}])
    if fault := fitting.fault(Role(member.role), category, right):
        raise Invalid(fault, errors=[{"pointer": "/right", "detail": fault}])
