"""Reads of who may read what is written within a circle, and of what its people are to the patient."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.patients.models import ActingFor, CircleGrant, CircleMember


def others(patient: AdmittedPatient, besides: UUID) -> list[Person]:
    """Who of the circle may read its messages today, the patient first; without one of them, who writes."""
    today = clock.today(patient.zone)
    granted = (
        select(CircleMember.person_id)
        .join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        .where(CircleMember.patient_id == patient.id, CircleMember.ended_at.is_(None), CircleGrant.ended_at.is_(None))
        .where(CircleGrant.category == Category.MESSAGES, CircleGrant.right == Right.SEE, CircleGrant.ends_on >= today)
    )
    acting = select(ActingFor.person_id).where(
        ActingFor.patient_id == patient.id,
        ActingFor.ended_at.is_(None),
        ActingFor.review_on >= today,
        ActingFor.scopes.contains([str(Category.MESSAGES)]),
    )
    read = or_(Person.id == patient.person_id, Person.id.in_(granted), Person.id.in_(acting))
    able = (Person.is_active, Person.kind != "device", Person.id != besides)
    order = (Person.id != patient.person_id, Person.family_name, Person.given_name)
    return list(db.session.scalars(select(Person).where(read, *able).order_by(*order)))


def relationships(patient_ids: Collection[UUID], person_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    """What these people are, or were last, to these patients: (patient, person)."""
    where = (CircleMember.patient_id.in_(patient_ids), CircleMember.person_id.in_(person_ids))
    rows = db.session.scalars(select(CircleMember).where(*where).order_by(CircleMember.created_at, CircleMember.id))
    return {(row.patient_id, row.person_id): row.relationship or "" for row in rows}
