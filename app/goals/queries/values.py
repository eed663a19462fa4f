"""The numbers that goals are tied to: of measures from the readings, of areas from what assembly hands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.access.roles import Role
from app.core.db import db
from app.goals import ties
from app.goals.models import Goal
from app.goals.ties import Measured
from app.patients.admission import AdmittedPatient
from app.readings import queries as readings
from app.readings.models import Reading, ReadingState
from app.readings.queries import visible

PLACES: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Value:
    """A number, and when it was measured or said."""

    number: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """Where a goal began, and where it is now, as far as that is known."""

    start: Decimal | None
    now: Value | None


# What goals ask of ratings, a peer, and assembly hands in as `app.extensions["rated"]`: what the patient said of an
# area of an instrument, earliest first.
Rated = Callable[[AdmittedPatient, Role, str, str], Sequence[tuple[datetime, int]]]


def is_rated(tie: str) -> bool:
    """Is there an area of this name?"""
    code, _, area = tie.partition(":")
    instrument = current_app.extensions["instruments"].get(code)
    return instrument is not None and instrument.area(area) is not None


def fits(tied_to: str, tie: str, number: Decimal) -> bool:
    """Can what a goal is tied to be this number at all?"""
    if tied_to == "measure":
        found = ties.measured(tie)
        return found is not None and not found.scale.reject.hold(float(number))
    instrument = current_app.extensions["instruments"].get(tie.partition(":")[0])
    return instrument is not None and instrument.lowest <= number <= instrument.highest


def courses(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[UUID, Course]:
    """Where each goal that is tied to a number began and is now.

    Where no number was known as it began, it is the first that was measured or said since.
    """
    said, measured = _said(patient, goals), _measured(patient, goals)
    firsts = _first_measured(patient, goals) | _first_said(goals, said)
    starts = {one.id: firsts.get(one.id) if one.start_value is None else one.start_value for one in goals}
    return {one.id: Course(starts[one.id], _now(one, said, measured)) for one in goals}


def newest(patient: AdmittedPatient, goal: Goal) -> Value | None:
    """The newest number of what a goal is tied to, if there is one."""
    return _now(goal, _said(patient, [goal]), _measured(patient, [goal]))


def exact(number: float) -> Decimal:
    """A stored reading as a goal keeps it."""
    return Decimal(repr(number)).quantize(PLACES)


def _now(goal: Goal, said: Mapping[str, Sequence[Value]], measured: Mapping[str, Value]) -> Value | None:
    if goal.tied_to == "area":
        scores = said.get(goal.tie or "")
        return scores[-1] if scores else None
    return measured.get(goal.tie or "") if goal.tied_to == "measure" else None


def _said(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[str, list[Value]]:
    """What the patient said of each area that these goals are tied to; whoever sees ratings sees that."""
    areas = sorted({one.tie for one in goals if one.tied_to == "area" and one.tie})
    if not areas:
        return {}
    scores: Rated = current_app.extensions["rated"]
    said = {tie: scores(patient, Role.PATIENT, *tie.split(":", 1)) for tie in areas}
    return {tie: [Value(Decimal(score), at) for at, score in each] for tie, each in said.items()}


def _first_said(goals: Sequence[Goal], said: Mapping[str, Sequence[Value]]) -> dict[UUID, Decimal]:
    tied = [one for one in goals if one.tied_to == "area"]
    since = {one.id: [each.number for each in said.get(one.tie or "", ()) if each.at >= one.created_at] for one in tied}
    return {goal_id: numbers[0] for goal_id, numbers in since.items() if numbers}


def _first_measured(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[UUID, Decimal]:
    open_ones = {one.id: found for one in goals if one.start_value is None and (found := _measure_of(one))}
    if not open_ones:
        return {}
    since = (
        Reading.patient_id == Goal.patient_id,
        Reading.measure == func.split_part(Goal.tie, ":", 1),
        Reading.measured_at >= Goal.created_at,
    )
    where = (*visible.counted(patient), *visible.shown(patient), Goal.id.in_(open_ones), Reading.comparator.is_(None))
    rows = select(Goal.id, Reading.value, Reading.value_2).join(Reading, and_(*since))
    first = rows.where(*where).order_by(Goal.id, Reading.measured_at, Reading.id).ext(distinct_on(Goal.id))
    numbers = {goal_id: both[open_ones[goal_id].number] for goal_id, *both in db.session.execute(first)}
    return {goal_id: exact(number) for goal_id, number in numbers.items() if number is not None}


def _measure_of(goal: Goal) -> Measured | None:
    return ties.measured(goal.tie) if goal.tied_to == "measure" and goal.tie else None


def _measured(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[str, Value]:
    wanted = {one.tie: found for one in goals if (found := _measure_of(one)) and one.tie}
    states = readings.newest(patient) if wanted else {}
    values = {tie: _number(measured, states.get(measured.measure)) for tie, measured in wanted.items()}
    return {tie: value for tie, value in values.items() if value}


def _number(measured: Measured, state: ReadingState | None) -> Value | None:
    number = (state.value, state.value_2)[measured.number] if state else None
    return Value(exact(number), state.measured_at) if state and number is not None else None
