"""The demo's story of a year, of Mary, over the provider's webhook: what has come of it at each turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.demo import year as story
from app.demo.timeline import Timeline
from app.demo.year import Cast
from app.goals.audiences import Looking
from app.goals.models import Goal, GoalStep
from app.goals.queries import showing
from app.identity.models import Person
from app.ratings import loader
from app.ratings.models import RatingDue
from app.ratings.queries import rated
from app.ratings.queries import shown as ratings
from app.ratings.service import falls
from app.todos.models import Todo
from tests.notifications.conftest import provider, served
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone
from tests.texting.texted import MARY, TOM

__all__ = ["provider", "served"]  # fixtures
FIRST_DAY = date(2026, 11, 18)
LONDON = ZoneInfo("Europe/London")


class Year:
    """The story on a clock that goes from one turn to the next, with two phones at the provider."""

    def __init__(self, world: World, provider: TwilioStandIn) -> None:
        self.cast = Cast(world.mary_patient.id, world.mary, world.tom, world.priya)
        self.phones = {world.mary.id: Phone(provider, MARY), world.tom.id: Phone(provider, TOM)}
        self.got: dict[str, list[str]] = {MARY: [], TOM: []}
        self.timeline = Timeline(datetime.combine(FIRST_DAY, time(), LONDON))
        story.plan(self.timeline, self.cast, FIRST_DAY, LONDON, self.text_in)

    def text_in(self, sender: Person, body: str) -> None:
        phone = self.phones[sender.id]
        self.got[phone.number] += phone.got()
        self.got[phone.number] += phone.sends(body, self.timeline.clock)

    def until(self, day: date, at: time = time(23)) -> None:
        """Live on to this moment."""
        self.timeline.run(datetime.combine(day, at, LONDON))

    def said_to(self, number: str) -> list[str]:
        """What a phone has got since this was asked last."""
        found, self.got[number] = self.got[number], []
        return found


@pytest.fixture
def year(provider: TwilioStandIn, world: World) -> Iterator[Year]:
    lived = Year(world, provider)
    with clock.at(lived.timeline.clock):
        yield lived


def test_a_year(year: Year) -> None:
    given_a_baseline_by_text(year)
    when_the_coordinator_rates_beside_it(year)
    when_a_goal_comes_of_the_lowest_part_of_life_and_a_helper_accepts_by_text(year)
    when_readings_draw_the_progress(year)
    when_it_is_better_at_three_months(year)
    when_a_fall_at_six_months_becomes_a_to_do(year)
    then_at_twelve_the_distance_is_known(year)


def given_a_baseline_by_text(year: Year) -> None:
    assert [one.code for one in loader.load_all()[story.INSTRUMENT].areas] == list(story.AREAS)
    year.until(FIRST_DAY)
    first, *_, last = year.said_to(MARY)
    assert "time to look again" in first
    assert "it is sent" in last
    assert dues(year) == ["done", "due", "due", "due"]


def when_the_coordinator_rates_beside_it(year: Year) -> None:
    year.until(FIRST_DAY + story.DAY, time(12))
    side = ratings.side_by_side(year.cast.patient, Role.COORDINATOR, story.INSTRUMENT)
    assert side.apart == {story.LOWEST: (2, 5)}
    assert set(side.voices) == {"patient", "team"}


def when_a_goal_comes_of_the_lowest_part_of_life_and_a_helper_accepts_by_text(year: Year) -> None:
    newest = rated.latest(year.cast.patient, Role.PATIENT, story.INSTRUMENT)["patient"]
    assert min(zip(newest.scores, story.AREAS, strict=True))[1] == story.LOWEST
    year.until(FIRST_DAY + story.DAY)
    asked, thanks = year.said_to(TOM)
    assert "Reply OK if you will" in asked
    assert "you will help" in thanks
    assert helpers(year) == ["accepted", None]


def when_readings_draw_the_progress(year: Year) -> None:
    year.until(FIRST_DAY + timedelta(days=60))
    assert ways(year)[story.LIGHTER] == (Decimal("0.50"), "towards")


def when_it_is_better_at_three_months(year: Year) -> None:
    year.said_to(MARY)
    year.until(date(2027, 2, 18))
    assert any("time to look again" in one for one in year.said_to(MARY))
    assert dues(year) == ["done", "done", "due", "due"]
    assert ways(year)[story.DANCE] == (Decimal("0.50"), "towards")
    assert fallen() == []


def when_a_fall_at_six_months_becomes_a_to_do(year: Year) -> None:
    year.until(date(2027, 5, 18))
    (todo,) = fallen()
    assert "My mood 7 to 3" in (todo.reason or "")
    assert (todo.owner_id, todo.done_at) == (year.cast.coordinator.id, None)
    year.until(date(2027, 5, 19))
    (todo,) = fallen()
    assert todo.done_at == datetime(2027, 5, 19, 8, 10, tzinfo=UTC)


def then_at_twelve_the_distance_is_known(year: Year) -> None:
    year.until(date(2027, 11, 18))
    assert dues(year) == ["done"] * 4
    assert story.is_over(year.cast.patient)
    far = ratings.travelled(year.cast.patient, Role.PATIENT, story.INSTRUMENT, "patient").distance
    assert {one.area: one.change for one in far.areas} == {
        area: last - first for area, first, last in zip(story.AREAS, story.BASELINE, story.TWELFTH, strict=True)
    }
    assert (far.raised, far.kept, far.fell) == (4, 2, 2)


def dues(year: Year) -> list[str]:
    mine = select(RatingDue.state).where(RatingDue.patient_id == year.cast.patient_id).order_by(RatingDue.due_on)
    return list(db.session.scalars(mine))


def helpers(year: Year) -> list[str | None]:
    """How each step of the goal stands with whoever was asked to help."""
    steps = select(GoalStep.helper_state).where(GoalStep.patient_id == year.cast.patient_id)
    return list(db.session.scalars(steps.order_by(GoalStep.place)))


def fallen() -> list[Todo]:
    told = select(Todo).where(Todo.kind == falls.KIND).order_by(Todo.created_at)
    return list(db.session.scalars(told.execution_options(populate_existing=True)))


def ways(year: Year) -> dict[str, tuple[Decimal | None, str | None]]:
    """How far each goal has come, in its own words."""
    goals = list(db.session.scalars(select(Goal).execution_options(populate_existing=True)))
    looking = Looking(year.cast.own.id, Role.PATIENT, frozenset({"measure", "area"}))
    return {
        one.row.words or "": (one.way.share, one.way.trend)
        for one in showing.shown(year.cast.patient, looking, goals)
        if one.way is not None
    }
