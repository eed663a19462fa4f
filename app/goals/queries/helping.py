"""Reads of helpers: who can be asked to help with a step, what somebody was asked, and who may help still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.access.permissions import GRANT_NEEDED, Permission
from app.access.roles import Role
from app.core.db import db
from app.goals.models import Goal, GoalStep
from app.identity.models import Person
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleGrant, CircleMember, Patient

# Whoever helps reads what it is about, and says what came of it.
NEEDED: Final = (GRANT_NEEDED[Permission.SEE_GOALS], GRANT_NEEDED[Permission.HELP_WITH_GOALS])
RUNNING: Final = ("asked", "accepted")


@dataclass(frozen=True, slots=True)
class Asked:
    """A step with which somebody was asked to help, in whichever circle."""

    step: GoalStep
    goal: Goal
    patient_id: UUID
    given_name: str  # of the patient


def helpers(patient: AdmittedPatient, audience: str) -> list[Person]:
    """Who can be asked to help with a goal of this audience: the coordinator, then the circle, longest in it first."""
    if audience == "private":
        return []
    found = select(Person).where(Person.id == patient.coordinator_id, Person.is_active)
    return [*db.session.scalars(found), *(_members(patient) if audience == "circle" else ())]


def asked_of(person_id: UUID) -> list[Asked]:
    """What somebody was asked and has not answered, over all circles, first asked first."""
    rows = (
        select(GoalStep, Goal, Patient.id, Person.given_name)
        .join(Goal, Goal.id == GoalStep.goal_id)
        .join(Patient, Patient.id == Goal.patient_id)
        .join(Person, Person.id == Patient.person_id)
        .where(GoalStep.helper_id == person_id, GoalStep.helper_state == "asked", *running(), may_help())
    )
    return [Asked(*row) for row in db.session.execute(rows.order_by(GoalStep.asked_at, GoalStep.id))]


def running() -> tuple[ColumnElement[bool], ...]:
    """Steps that are still to be done, of goals that are worked on, joined to their goal."""
    return (GoalStep.removed_at.is_(None), GoalStep.done_at.is_(None), Goal.state == "active")


def may_help() -> ColumnElement[bool]:
    """Whether the helper of a step may help today, by its rows of goal and patient."""
    in_circle = [_granted(category, right).exists() for category, right in NEEDED]
    coordinates = (Goal.audience != "private") & (Patient.coordinator_id == GoalStep.helper_id)
    return Patient.ended_at.is_(None) & or_(coordinates, and_(Goal.audience == "circle", *in_circle))


def _granted(category: str, right: str) -> Select[UUID]:
    return (
        select(CircleMember.id)
        .join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        .where(CircleMember.patient_id == Patient.id, CircleMember.person_id == GoalStep.helper_id)
        .where(*_runs(category, right))
    )


def _runs(category: str, right: str) -> tuple[ColumnElement[bool], ...]:
    return (
        CircleMember.ended_at.is_(None),
        CircleMember.role != Role.SERVICE,
        CircleGrant.category == category,
        CircleGrant.right == right,
        CircleGrant.ended_at.is_(None),
        CircleGrant.ends_on >= patients.today_there(),
    )


def _members(patient: AdmittedPatient) -> list[Person]:
    return [
        place.person
        for place in patients.circle(patient)
        if place.member.role != Role.SERVICE and place.person.is_active
        if set(NEEDED) <= {(one.category, one.right) for one in place.grants}
    ]
