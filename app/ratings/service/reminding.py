"""Remind patients of a rating that is due: on its day, and again after one week and two; each time once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.access.permissions import Category
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.logs import describe, log
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.ratings import due_days
from app.ratings.models import RatingDue
from app.ratings.queries import dues, instruments
from app.ratings.service import licensing

AT_ONCE: Final = 200
ABOUT: Final = "rating"


def remind(limit: int = AT_ONCE) -> int:
    """Remind those whose time has come; returns how many dues were looked at. Any number may run at once."""
    due = select(RatingDue).where(RatingDue.remind_at <= clock.now()).order_by(RatingDue.remind_at).limit(limit)
    held = due.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    rows = db.session.scalars(held).all()
    known = patients.admitted({one.patient_id for one in rows})
    for row in rows:
        try:
            with db.session.begin_nested():
                _look(known[row.patient_id], row)
        except Exception as error:  # one who cannot be reminded holds up nobody else
            log.error("nobody could be reminded of a rating", due=str(row.id), **describe(error))
            db.session.refresh(row)
            row.remind_at = due_days.next_ten(clock.now(), known[row.patient_id].zone)
            db.session.flush()
    return len(rows)


def _look(patient: AdmittedPatient, row: RatingDue) -> None:
    now = clock.now()
    if patient.ended_at is not None or row.state != "due":
        row.remind_at = None
    elif not due_days.is_by_day(now, patient.zone) or not _may_be_asked(patient, row):
        row.remind_at = due_days.next_ten(now, patient.zone)
    else:
        news.tell(patient, News(Category.RATINGS, ABOUT, row.id, "rating_due"), [patient.person_id])
        row.reminded += 1
        row.remind_at = due_days.remind_at(row.due_on, patient.zone, clock.today(patient.zone) + due_days.DAY)
    db.session.flush()


def _may_be_asked(patient: AdmittedPatient, row: RatingDue) -> bool:
    """Not while they are left in peace, nor for what they could not begin: its file is gone, or its licence is over."""
    one = instruments.registry().get(row.code)
    if one is None or dues.is_paused(patient):
        return False
    try:
        licensing.may_begin(patient.organisation_id, one, clock.today(patient.zone))
    except Conflict:
        return False
    return True
