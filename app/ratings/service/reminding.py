"""Remind patients of a rating that is due: on its day, and again after one week and two; each time once."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.access.permissions import Category
from app.core import backlog, clock
from app.core.db import db
from app.core.errors import Conflict
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.ratings import due_days
from app.ratings.models import RatingDue
from app.ratings.queries import dues, instruments
from app.ratings.service import licensing

ABOUT: Final = "rating"


def remind() -> int:
    """Remind those whose time has come; returns how many dues were looked at. Any number may run at once."""
    due = select(RatingDue).where(RatingDue.remind_at <= clock.now()).order_by(RatingDue.remind_at)
    return backlog.one_by_one("remind of ratings", due, _look, when=RatingDue.remind_at)


def _look(row: RatingDue) -> None:
    patient, now = patients.admitted_one(row.patient_id), clock.now()
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
