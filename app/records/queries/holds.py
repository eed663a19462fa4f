"""What legal holds cover, as conditions for those who delete."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, Table, exists, false, or_, select, union

from app.notifications.models import InboundText
from app.patients.models import ActingFor, CircleMember, Patient
from app.records.models import LegalHold

TEXTS = InboundText.__tablename__


def over(table: Table) -> ColumnElement[bool]:
    """Does a running hold cover the row: one on its patient, or one on all of its organisation?"""
    if table.name == TEXTS:
        return _over_text(table)
    patient, organisation = table.c.get("patient_id"), table.c.get("organisation_id")
    return _covers(patient, organisation)


def over_patient(patient: FromClause) -> ColumnElement[bool]:
    """The same of a row of the table of patients, or of a name for it."""
    return _covers(patient.c.id, patient.c.organisation_id)


def people() -> Select[UUID]:
    """Those who have a record on hold."""
    return select(Patient.person_id).where(over_patient(Patient.__table__))


def _over_text(table: Table) -> ColumnElement[bool]:
    """A text that came in says of no record, so it is held with its sender: a patient, or somebody of a circle."""
    held = select(Patient.id).where(over_patient(Patient.__table__))
    concerned = union(
        people(),
        select(CircleMember.person_id).where(CircleMember.patient_id.in_(held)),
        select(ActingFor.person_id).where(ActingFor.patient_id.in_(held)),
    )
    # Nobody can say of whom a text without a sender is.
    any_whole = exists().where(LegalHold.lifted_at.is_(None), LegalHold.patient_id.is_(None))
    is_known = table.c.person_id.is_not(None)
    return (is_known & table.c.person_id.in_(concerned)) | (~is_known & any_whole)


def _covers(patient: ColumnElement[UUID] | None, organisation: ColumnElement[UUID] | None) -> ColumnElement[bool]:
    hold = LegalHold.__table__.alias()
    covers = []
    if patient is not None:
        covers.append(hold.c.patient_id == patient)
    if organisation is not None:
        covers.append(hold.c.patient_id.is_(None) & (hold.c.organisation_id == organisation))
    return exists().where(hold.c.lifted_at.is_(None), or_(*covers)) if covers else false()
