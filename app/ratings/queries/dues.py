"""Reads of what is due: courses, their ratings, and the reviews that a team has not had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.db import db
from app.core.errors import NotFound
from app.identity.models import Person
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.ratings.models import RatingCourse, RatingDue


@dataclass(frozen=True, slots=True)
class Overdue:
    """A rating whose day has come, with the patient and their coordinator."""

    due: RatingDue
    patient_id: UUID
    person: Person
    coordinator_id: UUID


def courses(patient: AdmittedPatient) -> Sequence[RatingCourse]:
    """What a patient rates with and since when; the newest first, those that ended too."""
    where = RatingCourse.patient_id == patient.id
    order = (RatingCourse.started_on.desc(), RatingCourse.created_at.desc(), RatingCourse.id)
    return db.session.scalars(select(RatingCourse).where(where).order_by(*order)).all()


def course(patient: AdmittedPatient, course_id: UUID) -> RatingCourse:
    """One course of a patient. Raises NotFound."""
    found = db.session.get(RatingCourse, course_id)
    if found is None or found.patient_id != patient.id:
        raise NotFound
    return found


def running(patient: AdmittedPatient, code: str) -> RatingCourse | None:
    """The course that runs with an instrument."""
    where = (RatingCourse.patient_id == patient.id, RatingCourse.code == code, RatingCourse.ended_at.is_(None))
    return db.session.scalar(select(RatingCourse).where(*where).execution_options(populate_existing=True))


def dues(patient: AdmittedPatient) -> Sequence[RatingDue]:
    """Everything that was or will be due, by its day."""
    where = RatingDue.patient_id == patient.id
    return db.session.scalars(select(RatingDue).where(where).order_by(RatingDue.due_on, RatingDue.id)).all()


def next_due(patient: AdmittedPatient, code: str) -> RatingDue | None:
    """The earliest that is due or to come with an instrument."""
    where = (RatingDue.patient_id == patient.id, RatingDue.code == code, RatingDue.state == "due")
    return db.session.scalar(select(RatingDue).where(*where).order_by(RatingDue.due_on, RatingDue.id).limit(1))


def overdue(team_ids: Collection[UUID], limit: int = 200) -> list[Overdue]:
    """Ratings of patients of these teams whose day has come where they live, longest due first; in one query.

    The earliest of each course: one rating answers all that are open.
    """
    here = (Patient.team_id.in_(team_ids), Patient.ended_at.is_(None))
    come = (RatingDue.state == "due", RatingDue.due_on <= patients.today_there())
    by_course = select(RatingDue.id).join(Patient, Patient.id == RatingDue.patient_id).where(*here, *come)
    earliest = by_course.ext(distinct_on(RatingDue.course_id)).order_by(RatingDue.course_id, RatingDue.due_on)
    joined = select(RatingDue, Patient.id, Person, Patient.coordinator_id).select_from(RatingDue)
    rows = joined.join(Patient, Patient.id == RatingDue.patient_id).join(Person, Person.id == Patient.person_id)
    found = rows.where(RatingDue.id.in_(earliest)).order_by(RatingDue.due_on, RatingDue.id).limit(limit)
    return [Overdue(*row) for row in db.session.execute(found)]


def is_paused(patient: AdmittedPatient) -> bool:
    """Has somebody said that this patient is not to be asked for anything now?"""
    paused: Callable[[AdmittedPatient], bool] = current_app.extensions["is_paused"]
    return paused(patient)
