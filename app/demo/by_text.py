"""Edith Rowe, who has nothing but texts: her year, and at its end a week in which texts ask for her blood pressure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from app.access.roles import Role
from app.core import clock
from app.core.unit_of_work import unit_of_work
from app.demo import people, working, year
from app.demo.timeline import Timeline
from app.demo.year import Cast
from app.identity import queries as identity
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service
from app.programmes.service import starting
from app.protocols import service as protocols
from app.teams import queries as teams
from app.teams.models import Team

LONDON: Final = ZoneInfo("Europe/London")
NAME: Final = "Edith Rowe"
EDITH, COORDINATOR = "edith.rowe@kith.example", "priya.shah@kith.example"
PROTOCOL: Final = "hypertension_at_home"
TIMES: Final = (time(8), time(18))
ANSWERS_AFTER, ASKED_AGAIN_AFTER = timedelta(minutes=12), timedelta(hours=2)
DAY: Final = timedelta(days=1)
# What she texts of a morning and of an evening, from the first whole day on, the last being today; one evening nothing.
PRESSURES: Final = (
    ("134/82", "131/80"),
    ("bp 136 over 84", "129/79"),
    ("133/81", None),
    ("132/80", "128/78"),
    ("Bp 130/79", "131/80"),
    ("129/78", "127/77"),
    ("130/78", "126/76"),
)


def has_begun() -> bool:
    """Is Edith here?"""
    return identity.person_by_contact(EDITH) is not None


def is_whole() -> bool:
    """Has her year come to its end? Cut off, it has not."""
    edith = identity.person_by_contact(EDITH)
    mine = patients.own_records(edith.id) if edith else ()
    return any(year.is_over(patients.admitted_one(one.id)) for one in mine)


def has_a_coordinator() -> bool:
    """Is the coordinator here with whom it is played?"""
    return identity.person_by_contact(COORDINATOR) is not None


def play(until: datetime) -> None:
    """Play it up to an instant, on the day before which her year ends."""
    last_day = until.astimezone(LONDON).date() - DAY
    first_day = year.begins(last_day)
    timeline = Timeline(datetime.combine(first_day, time(9), LONDON))
    with clock.at(timeline.clock):
        cast = _arrive()
        year.plan(timeline, cast, first_day, LONDON, working.text_in)
        _plan_week(timeline, cast, last_day)
        timeline.run(until)


def _arrive() -> Cast:
    """Edith is enrolled, and her son is in her circle; both have phones that only text."""
    coordinator = identity.person_by_contact(COORDINATOR)
    assert coordinator is not None  # asked before
    with unit_of_work():
        edith, mark = people.person("Edith", "Rowe", "07700900341"), people.person("Mark", "Rowe", "07700900342")
        new = service.NewPatient(
            coordinator_id=coordinator.id,
            nhs_number="999 000 0255",
            born_on=date(1951, 6, 14),
            conditions=["Hypertension", "Osteoarthritis of both knees"],
            communication_needs="An old phone for calls and texts; no internet at home.",
        )
        patient_id = service.enrol(_team_of(coordinator), edith, new).id
        patient = patients.admitted_one(patient_id)
        protocols.start_plan(patient, PROTOCOL, by=coordinator.id)
        service.add_member(patient, mark, Role.MEMBER, "son", edith.id)
    return Cast(patient_id, edith, mark, coordinator)


def _team_of(coordinator: Person) -> Team:
    held = (row[0] for row in teams.roles_of(coordinator.id))
    return next(
        teams.team_in([one.organisation_id], one.team_id)
        for one in held
        if one.role == Role.COORDINATOR and one.team_id is not None
    )


def _plan_week(timeline: Timeline, cast: Cast, last_day: date) -> None:
    """She is asked whether texts may ask her, says yes herself, and then is asked each morning and evening."""

    def on(day: date, at: time, act: Callable[[], None], after: timedelta = timedelta()) -> None:
        timeline.plan(datetime.combine(day, at, LONDON) + after, act)

    day = last_day + DAY - len(PRESSURES) * DAY
    on(day, time(18, 30), partial(_propose, cast))
    on(day, time(18, 50), partial(working.text_in, cast.own, "JOIN"))
    for said in PRESSURES:
        day += DAY
        for at, body in zip(TIMES, said, strict=True):
            on(day, at, working.tick)
            if body:
                on(day, at, partial(working.text_in, cast.own, body), ANSWERS_AFTER)
            else:
                on(day, at, working.tick, ASKED_AGAIN_AFTER)


def _propose(cast: Cast) -> None:
    with unit_of_work():
        starting.start(cast.patient, TIMES, cast.by_coordinator)
    working.tick()
