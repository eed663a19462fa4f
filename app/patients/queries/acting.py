"""Reads of who acts for a patient."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.identity.models import Person
from app.patients import labelling
from app.patients.admission import AdmittedPatient
from app.patients.models import ActingFor
from app.patients.queries import consent
from app.patients.queries.consent import Words


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who acts for the patient; `is_open` False: its review is due, so it opens nothing."""

    row: ActingFor
    person: Person
    words: str
    given_by: str
    agreed: Words
    is_open: bool


def acting(patient: AdmittedPatient) -> list[Acting]:
    """Who acts for the patient, those too whose review is due."""
    return _acting(patient, ActingFor.patient_id == patient.id)


def one_acting(patient: AdmittedPatient, acting_id: UUID) -> Acting:
    """One of them. Raises NotFound."""
    found = _acting(patient, ActingFor.patient_id == patient.id, ActingFor.id == acting_id)
    if not found:
        raise NotFound
    return found[0]


def _acting(patient: AdmittedPatient, *where: ColumnElement[bool]) -> list[Acting]:
    both = select(ActingFor, Person).join(Person, Person.id == ActingFor.person_id)
    found = db.session.execute(
        both.where(*where, ActingFor.ended_at.is_(None)).order_by(ActingFor.created_at, ActingFor.id)
    )
    rows = [(row, person) for row, person in found]
    names = consent.who(patient, [(row.given_by, None) for row, _ in rows]) if rows else {}
    today = clock.today(patient.zone)
    return [
        Acting(
            row,
            person,
            labelling.acting(person.name, patient.name, row.basis),
            names[row.given_by, None],
            consent.agreed_words(patient, row, person),
            row.review_on >= today,
        )
        for row, person in rows
    ]
