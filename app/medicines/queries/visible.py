"""Which medicines whoever was admitted may see: not what the patient keeps from their circle, nor anything of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.permissions import Category
from app.core.db import db
from app.medicines.models import Medicine
from app.patients.admission import AdmittedPatient
from app.patients.queries import consent


def shown(patient: AdmittedPatient) -> list[ColumnElement[bool]]:
    """The patient's medicines, as far as whoever was admitted sees them."""
    mine = [Medicine.patient_id == patient.id]
    return [*mine, Medicine.hidden_at.is_(None)] if patient.is_for_circle else mine


def of_shown(patient: AdmittedPatient, medicine_id: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
    """What is about one of those medicines, or about none."""
    if not patient.is_for_circle:
        return []
    return [or_(medicine_id.is_(None), medicine_id.not_in(_hidden(patient)))]


def may_see(patient: AdmittedPatient, medicine: Medicine) -> bool:
    """May whoever was admitted see this medicine?"""
    return medicine.hidden_at is None or not patient.is_for_circle


def unseen(patient: AdmittedPatient) -> set[UUID]:
    """The medicines that are kept from whoever was admitted."""
    return set(db.session.scalars(_hidden(patient))) if patient.is_for_circle else set()


def as_told(patient: AdmittedPatient, person_id: UUID) -> AdmittedPatient:
    """The patient as somebody sees them who is told of doses: all of it only the patient, and who acts for them."""
    if person_id == patient.person_id or person_id in consent.acting_within(patient, Category.MEDICINES):
        return patient
    return patient.for_circle()


def _hidden(patient: AdmittedPatient) -> Any:
    return select(Medicine.id).where(Medicine.patient_id == patient.id, Medicine.hidden_at.is_not(None))
