"""How life goes for Mary in the demo: her wheel twice, her coordinator's beside it, a goal, and what was agreed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from app.access.roles import Role
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo.people import World
from app.demo.timeline import Timeline
from app.goals.entering import NewGoal, NewStep
from app.goals.service import setting
from app.pathway.entering import NewAction
from app.pathway.service import setting as actions
from app.patients import queries as patients
from app.patients.by import By
from app.ratings.entering import NewRating
from app.ratings.service import rating

BASELINE: Final = 13  # days before the last whole day
_AREAS: Final = ("daily_living", "body", "mood", "people", "home", "means", "joys", "care")
_FIRST: Final = (4, 3, 5, 8, 7, 6, 2, 5)
_NOW: Final = (6, 4, 7, 8, 7, 6, 4, 8)
_PRIYA: Final = (4, 3, 5, 8, 6, 6, 4, 7)
_NOTES: Final = {"joys": "I miss the allotment."}


def plan(timeline: Timeline, world: World, last_day: date, zone: ZoneInfo) -> None:
    """A baseline, a review with both voices, and the goal that came of the lowest part of life."""

    def on(back: int, at: time) -> datetime:
        return datetime.combine(last_day - timedelta(days=back), at, zone)

    timeline.plan(on(BASELINE, time(15)), partial(_mary_rates, world, _FIRST, _NOTES))
    timeline.plan(on(BASELINE, time(15, 20)), partial(_goal, world, last_day + timedelta(days=60)))
    timeline.plan(on(0, time(15)), partial(_mary_rates, world, _NOW, {}))
    timeline.plan(on(0, time(16, 10)), partial(_priya_rates, world))
    timeline.plan(on(0, time(16, 20)), partial(_agree, world, last_day + timedelta(days=5)))


def _mary_rates(world: World, scores: tuple[int, ...], notes: dict[str, str]) -> None:
    _rate(world, "patient", scores, By(world.mary.id, Role.PATIENT), notes)


def _priya_rates(world: World) -> None:
    _rate(world, "team", _PRIYA, By(world.priya.id, Role.COORDINATOR, "page"), {})


def _rate(world: World, voice: str, scores: tuple[int, ...], by: By, notes: dict[str, str]) -> None:
    with unit_of_work():
        said = dict(zip(_AREAS, scores, strict=True))
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        rating.give(patient, NewRating(new_id(), "wheel", voice, said, notes), by)


def _goal(world: World, day: date) -> None:
    steps = (
        NewStep(new_id(), "Walk to the gate and back each day"),
        NewStep(new_id(), "Ask Tom to bring the folding chair", day),
        NewStep(new_id(), "Sow beans with Joan", day),
    )
    new = NewGoal(
        new_id(),
        "Be on the allotment for an afternoon",
        why="It is where I feel like myself.",
        audience="circle",
        confidence=6,
        tied_to="area",
        tie="wheel:joys",
        aim_value=Decimal(6),
        review_each_days=28,
        steps=steps,
    )
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        setting.set_goal(patient, new, By(world.mary.id, Role.PATIENT))


def _agree(world: World, day: date) -> None:
    """What Mary and Priya agreed on when they had looked at both wheels."""
    priya = By(world.priya.id, Role.COORDINATOR, "page")
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        for words, owner in (
            ("Ring the surgery about the flu vaccine", world.mary),
            ("Ask the physiotherapist for breathing exercises", world.priya),
        ):
            actions.set_action(patient, NewAction(new_id(), words, owner.id, day), priya)
