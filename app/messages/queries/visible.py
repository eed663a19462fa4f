"""Which posts and visits whoever was admitted may see, and who is told of one that is kept.

What a patient keeps is kept from family, friends and devices; professionals who visit see it as the team does.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from app.access.permissions import Category
from app.access.roles import Role
from app.core.db import db
from app.messages.models import Visit, VisitNote
from app.messages.models.feed import Post
from app.patients.admission import AdmittedPatient
from app.patients.models import CircleMember
from app.patients.queries import consent


def posts(patient: AdmittedPatient) -> list[ColumnElement[bool]]:
    """The posts and comments that whoever was admitted sees: what is below a post is kept with it."""
    kept = aliased(Post)
    is_kept = exists().where((kept.id == Post.id) | (kept.id == Post.parent_id), kept.hidden_at.is_not(None))
    return [~is_kept] if patient.is_for_family else []


def visits(patient: AdmittedPatient) -> list[ColumnElement[bool]]:
    """The visits that whoever was admitted sees."""
    return [Visit.hidden_at.is_(None)] if patient.is_for_family else []


def visit_notes(patient: AdmittedPatient) -> list[ColumnElement[bool]]:
    """The notes that they see: what was written of a visit is kept with it."""
    is_kept = exists().where(Visit.id == VisitNote.visit_id, Visit.hidden_at.is_not(None))
    return [~is_kept] if patient.is_for_family else []


def family(patient: AdmittedPatient, category: Category) -> set[UUID]:
    """From whom something of this kind is kept: not from who visits by work, nor from who acts for the patient."""
    where = (CircleMember.patient_id == patient.id, CircleMember.role != Role.VISITOR)
    return set(db.session.scalars(select(CircleMember.person_id).where(*where))) - consent.acting_within(
        patient, category
    )


def told(patient: AdmittedPatient, category: Category, people: Collection[UUID]) -> list[UUID]:
    """Those of these people who may be told of something that is kept from the circle."""
    kept_from = family(patient, category)
    return [one for one in people if one not in kept_from]
