"""What is due: made when a course begins, answered by a rating, called off and taken up again with care."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.notifications.service import news
from app.patients.admission import AdmittedPatient
from app.ratings import due_days, voicing
from app.ratings.instrument import Instrument
from app.ratings.models import Rating, RatingCourse, RatingDue


def make(patient: AdmittedPatient, course: RatingCourse, one: Instrument) -> None:
    """Everything that is due in a course that begins; of what is past by now nobody is reminded."""
    today = clock.today(patient.zone)
    for due in due_days.of_course(course.started_on, one.occasions):
        row = RatingDue(course_id=course.id, code=course.code, occasion=due.occasion, due_on=due.due_on)
        row.organisation_id, row.patient_id = patient.organisation_id, patient.id
        row.remind_at = due_days.remind_at(due.due_on, patient.zone, today)
        db.session.add(row)
    db.session.flush()


def answered_by(patient: AdmittedPatient, code: str, voice: str, rated_on: date) -> list[RatingDue]:
    """Everything that a rating of this day answers, held, by its day; the rating is for the last of them.

    All that is open by then, for nobody goes back in time to rate; and the one it is for where only a later rating
    stood in for that, as when the paper is typed in last. The team's own view answers none.
    """
    if voice not in voicing.ANSWERS:
        return []
    here = (RatingDue.patient_id == patient.id, RatingDue.code == code, RatingDue.state != "called_off")
    joined = select(RatingDue, Rating.occasion).join(RatingCourse, RatingCourse.id == RatingDue.course_id)
    running = joined.outerjoin(Rating, Rating.id == RatingDue.rating_id).where(*here, RatingCourse.ended_at.is_(None))
    come = running.where(RatingDue.due_on <= due_days.last_due_on(rated_on)).order_by(RatingDue.due_on, RatingDue.id)
    held = come.with_for_update(of=RatingDue).execution_options(populate_existing=True)
    found = [(due, occasion) for due, occasion in db.session.execute(held)]
    stood_in_for = [due for due, occasion in found[-1:] if occasion not in (None, due.occasion)]
    return [due for due, _ in found if due.state == "due"] + stood_in_for


def done(answered: Sequence[RatingDue], rating: Rating) -> None:
    """They were rated: nobody is reminded of them any more."""
    for due in answered:
        due.state, due.rating_id, due.remind_at = "done", rating.id, None
    db.session.flush()
    news.withdraw([due.id for due in answered])


def follow(corrected: UUID, correction: UUID) -> None:
    """What a rating answered is answered by its correction."""
    db.session.execute(update(RatingDue).where(RatingDue.rating_id == corrected).values(rating_id=correction))


def call_off(courses: Iterable[RatingCourse]) -> None:
    """What is open in these courses is not wanted any more."""
    ids = [one.id for one in courses]
    rows = _held(RatingDue.course_id.in_(ids), RatingDue.state == "due")
    for row in rows:
        row.state, row.remind_at = "called_off", None
    db.session.flush()
    news.withdraw([row.id for row in rows])


def take_up(patient: AdmittedPatient, course: RatingCourse) -> bool:
    """What was called off in a course and still lies ahead, or not long back, is due again; is there any?"""
    today = clock.today(patient.zone)
    in_time = RatingDue.due_on >= today - due_days.BEFORE
    rows = _held(RatingDue.course_id == course.id, RatingDue.state == "called_off", in_time)
    for row in rows:
        row.state, row.remind_at = "due", due_days.remind_at(row.due_on, patient.zone, today)
    db.session.flush()
    return bool(rows)


def _held(*where: object) -> Sequence[RatingDue]:
    held = select(RatingDue).where(*where).order_by(RatingDue.id).with_for_update()  # type: ignore[arg-type]
    return db.session.scalars(held.execution_options(populate_existing=True)).all()
