"""What the clock does about goals: remind the patient to look at one, ask the coordinator about one that nobody did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, Select, extract, func, literal, select, update

from app.core import clock
from app.core.db import db
from app.goals import rhythm
from app.goals.models import Goal
from app.goals.service import settling, telling
from app.patients import queries as patients
from app.patients.models import Patient
from app.todos import service as todos
from app.todos.models import Todo

AT_ONCE: Final = 200
A_DAY: Final = timedelta(days=1)
REASON: Final = (
    "{patient} wanted to look at a goal on {day}, and nobody has said how it goes since. Ask how it goes, and whether "
    "it is still what {patient} wants."
)


def remind() -> int:
    """Remind patients, by day and once a review, to look at what is due; one message however many goals.

    Returns how many messages. Any number may run at once.
    """
    due = list(db.session.scalars(_due(_not_prompted(), _is_day())))
    told = 0
    for patient_id, some in groupby(due, lambda goal: goal.patient_id):
        telling.time_to_look(patients.admitted_one(patient_id), next(some).id)
        told += 1
    prompted = update(Goal).where(Goal.id.in_([one.id for one in due])).values(prompted_on=Goal.review_on)
    db.session.execute(prompted.execution_options(synchronize_session=False))  # no act: its version stays
    return told


def ask_about_stale() -> int:
    """A to-do for the coordinator of each goal that was not looked at for long; once for each day it was due.

    Never of a private goal: that there is one is the patient's too. Returns how many.
    """
    asked = select(Todo.id).where(
        Todo.patient_id == Goal.patient_id,
        Todo.kind == settling.KIND,
        Todo.cause == func.concat(Goal.id, " ", Goal.review_on),
    )
    stale = Goal.review_on < patients.today_there() - literal(rhythm.STALE_AFTER.days)
    rows: Sequence[Goal] = db.session.scalars(_due(stale, Goal.audience != "private", ~asked.exists())).all()
    whose = patients.admitted({one.patient_id for one in rows})
    for one in rows:
        patient = whose[one.patient_id]
        day = f"{one.review_on:%d %B}".lstrip("0")
        todos.add(patient, settling.KIND, settling.cause(one), REASON.format(patient=patient.given_name, day=day))
    return len(rows)


def _due(*more: ColumnElement[bool]) -> Select[Goal]:
    """Goals whose day has come where the patient lives, by patient, first due first."""
    by_index = Goal.review_on <= clock.now().date() + A_DAY  # it is no later anywhere
    here = (Goal.state == "active", by_index, Goal.review_on <= patients.today_there(), Patient.ended_at.is_(None))
    joined = select(Goal).join(Patient, Patient.id == Goal.patient_id).where(*here, *more)
    held = joined.order_by(Goal.patient_id, Goal.review_on, Goal.id).limit(AT_ONCE)
    return held.with_for_update(of=Goal, skip_locked=True).execution_options(populate_existing=True)


def _not_prompted() -> ColumnElement[bool]:
    return Goal.prompted_on.is_distinct_from(Goal.review_on)


def _is_day() -> ColumnElement[bool]:
    hour = extract("hour", func.timezone(Patient.zone, literal(clock.now())))
    since, until = rhythm.REMIND_HOURS
    return (hour >= since) & (hour < until)
