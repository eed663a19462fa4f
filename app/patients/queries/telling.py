"""Who of a circle is told of something."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from app.access.permissions import Category
from app.core import clock
from app.core.db import db
from app.patients.admission import AdmittedPatient

_TOLD = text("""
    select c.person_id
    from circle_member c join circle_grant g on g.member_id = c.id join person p on p.id = c.person_id
    where c.patient_id = :patient_id and c.ended_at is null and p.kind <> 'device'
        and g.category = :category and g."right" = 'be_told' and g.ended_at is null and g.ends_on >= :today
    order by c.created_at, c.id
""")


def those_told(patient: AdmittedPatient, category: Category, *, and_patient: bool = False) -> list[UUID]:
    """The members who may be told of a category today, longest in the circle first; nobody once care has ended."""
    if patient.ended_at is not None:
        return []
    values = {"patient_id": patient.id, "category": str(category), "today": clock.today(patient.zone)}
    members = list(db.session.scalars(_TOLD, values))
    return [patient.person_id, *members] if and_patient else members
