"""Who can see to an action: the patient, whoever of their circle sees the plan, and the staff of their team."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.access.permissions import GRANT_NEEDED, Permission
from app.access.roles import STAFF, Role
from app.core.db import db
from app.identity.models import Person
from app.messages.queries import people_here
from app.messages.queries.people_here import Somebody
from app.pathway.models import PlanAction
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleGrant, CircleMember, Patient
from app.teams.models import Membership

NEEDED: Final = GRANT_NEEDED[Permission.SEE_PLAN]


def owners(patient: AdmittedPatient) -> list[Somebody]:
    """All of them: the patient, their coordinator, the circle, the rest of the team."""
    staff = _staff(patient)
    of_team = sorted(staff, key=lambda one: one != patient.coordinator_id)
    ids = list(dict.fromkeys([patient.person_id, *of_team[:1], *_circle(patient), *of_team]))
    names = people_here.named(patient, ids)
    return [names[one] for one in ids if one in names]


def may_see_to(patient: AdmittedPatient, person_id: UUID) -> bool:
    """Is it one of them?"""
    return person_id == patient.person_id or person_id in {*_staff(patient), *_circle(patient)}


def still_may() -> ColumnElement[bool]:
    """Whether the owner of an action may see to it today, by its rows of action and patient."""
    category, right = NEEDED
    grant = (
        select(CircleGrant.id)
        .join(CircleMember, CircleMember.id == CircleGrant.member_id)
        .where(CircleMember.patient_id == Patient.id, CircleMember.person_id == PlanAction.owner_id)
        .where(CircleMember.ended_at.is_(None), CircleMember.role != Role.SERVICE)
        .where(CircleGrant.category == category, CircleGrant.right == right)
        .where(CircleGrant.ended_at.is_(None), CircleGrant.ends_on >= patients.today_there())
    )
    works = select(Membership.id).where(
        Membership.team_id == Patient.team_id, Membership.person_id == PlanAction.owner_id, *_is_staff()
    )
    return or_(PlanAction.owner_id == Patient.person_id, grant.exists(), works.exists())


def _staff(patient: AdmittedPatient) -> list[UUID]:
    held = select(Person.id).join(Membership, Membership.person_id == Person.id)
    of_team = held.where(Membership.team_id == patient.team_id, *_is_staff(), Person.is_active)
    by_name = of_team.group_by(Person.id).order_by(Person.given_name, Person.family_name, Person.id)
    return list(db.session.scalars(by_name))


def _is_staff() -> tuple[ColumnElement[bool], ...]:
    return Membership.ended_at.is_(None), Membership.role.in_(sorted(STAFF))


def _circle(patient: AdmittedPatient) -> list[UUID]:
    return [
        place.person.id
        for place in patients.circle(patient)
        if place.member.role != Role.SERVICE and place.person.is_active
        if NEEDED in {(one.category, one.right) for one in place.grants}
    ]
