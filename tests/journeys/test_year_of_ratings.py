"""A patient's year: rated alone by text, the coordinator's view beside it, a goal with a helper, reviews, distance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, rows
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals import jobs as goal_jobs
from app.goals.audiences import Looking
from app.goals.entering import NewGoal, NewStep
from app.goals.models import Goal, GoalStep
from app.goals.queries import showing
from app.goals.queries import steps as steps_of
from app.goals.service import helping, setting
from app.notifications.service import agreeing, digests, sending
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import jobs as rating_jobs
from app.ratings import loader
from app.ratings.entering import NewRating
from app.ratings.models import RatingDue
from app.ratings.queries import rated
from app.ratings.queries import shown as ratings
from app.ratings.service import falls, rating
from app.readings import service as readings
from app.readings.intake import Entry
from app.todos.models import Todo
from tests.notifications.conftest import provider, served
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone
from tests.texting.texted import MARY, TOM, join

__all__ = ["provider", "served"]  # fixtures
BEGINS = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AREAS = [one.code for one in loader.load_all()["wheel"].areas]
BASELINE, THIRD, SIXTH, TWELFTH = "63787625", "64787646", "65387657", "76687668"  # a digit a part of life
TEAM = "63787655"


class Year:
    """What happens, on whatever day it is."""

    def __init__(self, world: World, provider: TwilioStandIn) -> None:
        self.world = world
        self.mary, self.tom = Phone(provider, MARY), Phone(provider, TOM)
        self.by_mary = By(world.mary.id, Role.PATIENT)
        self.by_priya = By(world.priya.id, Role.COORDINATOR, "page")

    @property
    def patient(self) -> AdmittedPatient:
        return patients.admitted([self.world.mary_patient.id])[self.world.mary_patient.id]

    @contextmanager
    def on(self, day: int, hour: int = 0) -> Iterator[datetime]:
        """That day, from ten o'clock; the jobs have run."""
        moment = BEGINS + day * DAY + timedelta(hours=hour)
        with clock.at(moment):
            for job in (*rating_jobs.JOBS, *goal_jobs.JOBS):
                with rows.within(rows.SERVICE), unit_of_work():
                    job.work()
            digests.send_due()
            sending.send_all_due()
            yield moment

    def rates(self, digits: str, moment: datetime) -> list[str]:
        """Every part of life by text, one after the other."""
        said = self.mary.sends("RATE", moment)
        for digit in digits:
            said = self.mary.sends(digit, moment)
        return said

    def weighs(self, day: int, kilograms: float) -> None:
        with self.on(day) as moment, unit_of_work():
            readings.record(self.patient, [Entry(new_id(), "weight", moment, kilograms, "kg")], by=self.world.mary.id)


@pytest.fixture
def year(provider: TwilioStandIn, world: World) -> Year:
    for right in (Right.SEE, Right.ACT):
        join(world.tom, world.mary_patient, right, category=Category.GOALS)
    with unit_of_work():
        agreeing.agree(world.tom.id)
    return Year(world, provider)


def test_a_year(year: Year) -> None:
    given_a_baseline_by_text(year)
    when_the_coordinator_rates_beside_it(year)
    step = when_a_goal_comes_of_the_lowest_part_of_life(year)
    when_the_helper_accepts_by_text(year, step)
    when_readings_draw_the_progress(year)
    when_it_is_better_at_three_months(year)
    when_a_fall_at_six_months_becomes_a_to_do(year)
    then_at_twelve_the_distance_is_known(year)


def given_a_baseline_by_text(year: Year) -> None:
    with year.on(0) as moment:
        assert "it is sent" in year.rates(BASELINE, moment)[0]
    assert dues(year) == ["done", "due", "due", "due"]


def when_the_coordinator_rates_beside_it(year: Year) -> None:
    with year.on(1), unit_of_work():
        scores = dict(zip(AREAS, map(int, TEAM), strict=True))
        rating.give(year.patient, NewRating(new_id(), "wheel", "team", scores), year.by_priya)
    side = ratings.side_by_side(year.patient, Role.COORDINATOR, "wheel")
    assert side.apart == {"joys": (2, 5)}
    assert set(side.voices) == {"patient", "team"}


def when_a_goal_comes_of_the_lowest_part_of_life(year: Year) -> GoalStep:
    newest = rated.latest(year.patient, Role.PATIENT, "wheel")["patient"]
    lowest = min(zip(newest.scores, AREAS, strict=True))[1]
    assert lowest == "joys"
    with year.on(1, 1), unit_of_work():
        dancing = NewGoal(
            new_id(), "Dance at the tea dance", audience="circle", tied_to="area", tie=f"wheel:{lowest}",
            aim_value=Decimal(6), review_each_days=60, steps=(NewStep(new_id(), "Get a lift there"),),
        )  # fmt: skip
        lighter = NewGoal(
            new_id(), "Be lighter", audience="team", tied_to="measure", tie="weight", aim_value=Decimal(62)
        )
        goal = setting.set_goal(year.patient, dancing, year.by_mary)
        setting.set_goal(year.patient, lighter, year.by_mary)
        (step,) = steps_of([goal.id])[goal.id]
        helping.ask(year.patient, step.id, year.world.tom.id, year.by_mary)
    return step


def when_the_helper_accepts_by_text(year: Year, step: GoalStep) -> None:
    with year.on(1, 2) as moment:
        (asked,) = year.tom.got()
        assert "Reply OK if you will" in asked
        assert "you will help" in year.tom.sends("OK", moment)[0]
    assert db.session.get_one(GoalStep, step.id, populate_existing=True).helper_state == "accepted"


def when_readings_draw_the_progress(year: Year) -> None:
    for day, kilograms in ((2, 66.0), (30, 65.0), (60, 64.0)):
        year.weighs(day, kilograms)
    assert ways(year)["Be lighter"] == (Decimal("0.50"), "towards")


def when_it_is_better_at_three_months(year: Year) -> None:
    with year.on(92) as moment:
        assert any("time to look again" in one for one in year.mary.got())
        year.rates(THIRD, moment)
    assert dues(year) == ["done", "done", "due", "due"]
    assert ways(year)["Dance at the tea dance"] == (Decimal("0.50"), "towards")
    assert fallen(year) == []


def when_a_fall_at_six_months_becomes_a_to_do(year: Year) -> None:
    with year.on(182) as moment:
        year.rates(SIXTH, moment)
    (todo,) = fallen(year)
    assert "My mood" in (todo.reason or "")
    assert todo.owner_id == year.world.priya.id


def then_at_twelve_the_distance_is_known(year: Year) -> None:
    with year.on(366) as moment:
        year.rates(TWELFTH, moment)
    assert dues(year) == ["done"] * 4
    far = ratings.travelled(year.patient, Role.PATIENT, "wheel", "patient").distance
    assert {one.area: one.change for one in far.areas} == {
        area: int(last) - int(first) for area, first, last in zip(AREAS, BASELINE, TWELFTH, strict=True)
    }
    assert (far.raised, far.kept, far.fell) == (4, 3, 1)


def dues(year: Year) -> list[str]:
    mine = select(RatingDue.state).where(RatingDue.patient_id == year.patient.id).order_by(RatingDue.due_on)
    return list(db.session.scalars(mine))


def fallen(year: Year) -> list[Todo]:
    return list(db.session.scalars(select(Todo).where(Todo.kind == falls.KIND)))


def ways(year: Year) -> dict[str, tuple[Decimal | None, str | None]]:
    """How far each goal has come, in its own words."""
    goals = list(db.session.scalars(select(Goal).execution_options(populate_existing=True)))
    looking = Looking(year.world.mary.id, Role.PATIENT, frozenset({"measure", "area"}))
    return {
        one.row.words or "": (one.way.share, one.way.trend)
        for one in showing.shown(year.patient, looking, goals)
        if one.way is not None
    }
