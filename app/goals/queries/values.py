"""The numbers that goals are tied to: of measures from the readings, of areas from what assembly hands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

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


class Rated(Protocol):
    """What goals ask of ratings, a peer: assembly hands it in as `app.extensions["rated"]`."""

    def knows(self, tie: str) -> bool: ...
    def newest(self, patient: AdmittedPatient, ties: Collection[str]) -> Mapping[str, Value]: ...


def rated() -> Rated | None:
    """Areas of life, where anything is rated."""
    found: Rated | None = current_app.extensions.get("rated")
    return found


def newest(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[tuple[str, str], Value]:
    """The newest number of everything that these goals are tied to, by the kind of the tie and what it names."""
    measures = {one.tie for one in goals if one.tied_to == "measure" and one.tie}
    areas = {one.tie for one in goals if one.tied_to == "area" and one.tie}
    found = {("measure", tie): value for tie, value in _measured(patient, measures).items()}
    known = rated() if areas else None
    return found | ({("area", tie): value for tie, value in known.newest(patient, areas).items()} if known else {})


def starts(patient: AdmittedPatient, goals: Sequence[Goal]) -> dict[UUID, Decimal]:
    """The numbers at which these goals began; where none was known then, the first that was measured since."""
    known = {one.id: one.start_value for one in goals if one.start_value is not None}
    open_ones = {one.id: measured for one in goals if one.id not in known and (measured := _measure_of(one))}
    if not open_ones:
        return known
    since = (
        Reading.patient_id == Goal.patient_id,
        Reading.measure == func.split_part(Goal.tie, ":", 1),
        Reading.measured_at >= Goal.created_at,
    )
    where = (*visible.counted(patient), *visible.shown(patient), Goal.id.in_(open_ones), Reading.comparator.is_(None))
    rows = select(Goal.id, Reading.value, Reading.value_2).join(Reading, and_(*since))
    first = rows.where(*where).order_by(Goal.id, Reading.measured_at, Reading.id).ext(distinct_on(Goal.id))
    for goal_id, *numbers in db.session.execute(first):
        number = numbers[open_ones[goal_id].number]
        known |= {goal_id: exact(number)} if number is not None else {}
    return known


def exact(number: float) -> Decimal:
    """A stored reading as a goal keeps it."""
    return Decimal(repr(number)).quantize(PLACES)


def _measure_of(goal: Goal) -> Measured | None:
    return ties.measured(goal.tie) if goal.tied_to == "measure" and goal.tie else None


def _measured(patient: AdmittedPatient, wanted: Collection[str]) -> dict[str, Value]:
    states = readings.newest(patient) if wanted else {}
    values = {tie: _number(ties.measured(tie), states) for tie in wanted}
    return {tie: value for tie, value in values.items() if value}


def _number(measured: Measured | None, states: Mapping[str, ReadingState]) -> Value | None:
    state = states.get(measured.measure) if measured else None
    if state is None or measured is None:
        return None
    number = (state.value, state.value_2)[measured.number]
    return Value(exact(number), state.measured_at) if number is not None else None
