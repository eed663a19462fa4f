"""What the clock does about goals: remind the patient to look at one, ask the coordinator about one that nobody did."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, extract, func, literal, select, tuple_, update
from sqlalchemy.orm import aliased

from app.core import backlog, clock
from app.core.db import db
from app.goals import rhythm
from app.goals.models import Goal
from app.goals.service import settling, telling
from app.patients import queries as patients
from app.patients.models import Patient
from app.todos import service as todos
from app.todos.models import Todo

A_DAY: Final = timedelta(days=1)
REASON: Final = (
    "{patient} wanted to look at a goal on {day}, and nobody has said how it goes since. Ask how it goes, and whether "
    "it is still what {patient} wants."
)


def remind() -> int:
    """Remind patients, by day and once a review, to look at what is due; one message however many goals.

    Returns how many messages. Any number may run at once.
    """
    other = aliased(Goal)
    # By the first of a patient's goals: two workers would else tell them of one each.
    before = tuple_(other.review_on, other.id) < tuple_(Goal.review_on, Goal.id)
    is_first = ~select(other.id).where(other.patient_id == Goal.patient_id, *_to_prompt(other), before).exists()
    return backlog.one_by_one("remind of goals", _due(*_to_prompt(Goal), is_first, _is_day()), _remind)


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
    due = _due(*_comes(Goal), stale, Goal.audience != "private", ~asked.exists())
    return backlog.one_by_one("ask about goals that nobody looked at", due, _ask)


def _remind(goal: Goal) -> None:
    telling.time_to_look(patients.admitted_one(goal.patient_id), goal.id)
    theirs = (Goal.patient_id == goal.patient_id, Goal.patient_id == Patient.id, *_to_prompt(Goal))
    prompted = update(Goal).where(*theirs).values(prompted_on=Goal.review_on, version=Goal.version)  # it is no act
    db.session.execute(prompted.execution_options(synchronize_session=False))


def _ask(goal: Goal) -> None:
    patient = patients.admitted_one(goal.patient_id)
    day = f"{goal.review_on:%d %B}".lstrip("0")
    todos.add(patient, settling.KIND, settling.cause(goal), REASON.format(patient=patient.given_name, day=day))


def _due(*which: ColumnElement[bool]) -> Select[Goal]:
    """Goals of those in care, first due first."""
    joined = select(Goal).join(Patient, Patient.id == Goal.patient_id).where(Patient.ended_at.is_(None), *which)
    return joined.order_by(Goal.review_on, Goal.id)


def _comes(goal: type[Goal]) -> tuple[ColumnElement[bool], ...]:
    """The day has come on which it is to be looked at, where the patient lives."""
    by_index = goal.review_on <= clock.now().date() + A_DAY  # it is no later anywhere
    return goal.state == "active", by_index, goal.review_on <= patients.today_there()


def _to_prompt(goal: type[Goal]) -> tuple[ColumnElement[bool], ...]:
    return *_comes(goal), goal.prompted_on.is_distinct_from(goal.review_on)


def _is_day() -> ColumnElement[bool]:
    hour = extract("hour", func.timezone(Patient.zone, literal(clock.now())))
    since, until = rhythm.REMIND_HOURS
    return (hour >= since) & (hour < until)
