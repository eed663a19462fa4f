"""With what a patient rates and from when on: begun by staff, by a first rating, or by the service for everybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core import backlog, clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.models import Patient
from app.ratings.instrument import Instrument
from app.ratings.models import RatingCourse
from app.ratings.queries import dues as queries
from app.ratings.queries import instruments
from app.ratings.service import dues, holding, licensing

DEFAULT: Final = "wheel"  # what everybody in care rates with unless their team says otherwise
FARTHEST: Final = timedelta(days=366)


def start(patient: AdmittedPatient, code: str, started_on: date | None, by: By) -> RatingCourse:
    """Begin a course today, or on a day; one that began that day already is the same.

    Raises Conflict (care ended, no licence, another one runs) and Invalid (no such instrument, a day far off).
    """
    holding.one_at_a_time(patient)
    holding.still_cared_for(patient)
    one, today = holding.instrument(code), clock.today(patient.zone)
    licensing.may_begin(patient.organisation_id, one, today)
    if started_on is not None and abs(started_on - today) > FARTHEST:
        raise Invalid("Choose a day within a year.", errors=[{"pointer": "/started_on", "detail": "Is too far off."}])
    runs = queries.running(patient, code)
    if runs is None:
        return _begin(patient, one, started_on or today, by.person_id)
    if started_on not in (None, runs.started_on):
        raise Conflict(f"{one.name} is rated since another day already. End that first.")
    return runs


def end(patient: AdmittedPatient, course_id: UUID, by: By) -> RatingCourse:
    """End a course: nothing more is due in it, and it does not begin by itself again. Ended before, it stays so."""
    holding.one_at_a_time(patient)
    course = queries.course(patient, course_id)
    if course.ended_at is None:
        course.ended_at, course.ended_by = clock.now(), by.person_id
        dues.call_off([course])
    return course


def begin_at_first(patient: AdmittedPatient, one: Instrument, rated_on: date, by: By) -> None:
    """Whoever rates with an instrument for the first time goes on with it, unless somebody ended that."""
    known = (RatingCourse.patient_id == patient.id, RatingCourse.code == one.code)
    stays = RatingCourse.ended_at.is_(None) | RatingCourse.ended_by.is_not(None)
    if not db.session.scalar(select(exists().where(*known, stays))):
        _begin(patient, one, rated_on, by.person_id)


def begin_missing() -> int:
    """Begin one for everybody in care who has none and for whom nobody ended one; returns for how many.

    From the day they were enrolled; or from the day on which the service began its first, for those of before.
    """
    one = instruments.registry().get(DEFAULT)
    if one is None:
        return 0
    first = db.session.scalar(select(func.min(RatingCourse.created_at)).where(RatingCourse.started_by.is_(None)))
    earliest, instrument = first or clock.now(), one

    def begin(row: Patient) -> None:
        patient, since = patients.admitted_one(row.id), max(row.enrolled_at, earliest)
        _begin(patient, instrument, since.astimezone(patient.zone).date(), None)

    due = select(Patient).where(Patient.ended_at.is_(None), ~_has_course()).order_by(Patient.id)
    return backlog.one_by_one("begin courses of ratings", due, begin)


def end_with_care(patient: AdmittedPatient) -> None:
    """From the commit that ends care on nothing is due, and nobody rates."""
    holding.one_at_a_time(patient)
    running = (RatingCourse.patient_id == patient.id, RatingCourse.ended_at.is_(None))
    rows = db.session.scalars(select(RatingCourse).where(*running).execution_options(populate_existing=True)).all()
    for one in rows:
        one.ended_at = clock.now()
    db.session.flush()
    dues.call_off(rows)


def open_again(patient: AdmittedPatient) -> None:
    """Care goes on: what ended with it goes on where something of it still lies ahead, else it begins anew."""
    holding.one_at_a_time(patient)
    ended = (RatingCourse.patient_id == patient.id, RatingCourse.ended_at.is_not(None), RatingCourse.ended_by.is_(None))
    newest: dict[str, RatingCourse] = {}
    for course in db.session.scalars(select(RatingCourse).where(*ended).order_by(RatingCourse.ended_at)):
        newest[course.code] = course
    for code, course in newest.items():
        one = instruments.registry().get(code)
        if one is not None and queries.running(patient, code) is None:
            _go_on(patient, course, one)


def _go_on(patient: AdmittedPatient, course: RatingCourse, one: Instrument) -> None:
    if dues.take_up(patient, course):
        course.ended_at = None
        db.session.flush()
    else:
        _begin(patient, one, clock.today(patient.zone), None)


def _begin(patient: AdmittedPatient, one: Instrument, started_on: date, by: UUID | None) -> RatingCourse:
    """The course that runs from now on, with all that is due in it; somebody else may just have begun it."""
    values = {"id": new_id(), "created_at": clock.now(), "code": one.code, "started_on": started_on, "started_by": by}
    values |= {"organisation_id": patient.organisation_id, "patient_id": patient.id}
    new = (
        insert(RatingCourse)
        .values(values)
        .on_conflict_do_nothing(index_elements=("patient_id", "code"), index_where=RatingCourse.ended_at.is_(None))
    )
    is_new = db.session.scalar(new.returning(RatingCourse.id)) is not None
    course = queries.running(patient, one.code)
    assert course is not None  # it was there, or has just been made
    if is_new:
        dues.make(patient, course, one)
    return course


def _has_course() -> ColumnElement[bool]:
    """One that runs, or that somebody ended since the patient was enrolled: then they are to have none."""
    ended = and_(RatingCourse.ended_by.is_not(None), RatingCourse.ended_at >= Patient.enrolled_at)
    of_them = select(RatingCourse.id).where(RatingCourse.patient_id == Patient.id)
    return of_them.where(RatingCourse.ended_at.is_(None) | ended).exists()
