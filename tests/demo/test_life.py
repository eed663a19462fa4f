"""The demo's wheel and goal: rated twice, seen differently once, and a goal that draws its progress from an area."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.demo import life
from app.demo.timeline import Timeline
from app.goals.models import Goal
from app.goals.queries import values
from app.patients import queries as patients
from app.ratings.queries import shown
from tests.people import World

LONDON = ZoneInfo("Europe/London")


def test_two_ratings_two_voices_and_a_goal(world: World) -> None:
    timeline = Timeline(datetime(2026, 11, 1, tzinfo=LONDON))
    life.plan(timeline, world, date(2026, 11, 17), LONDON)
    with clock.at(timeline.clock):
        timeline.run(datetime(2026, 11, 18, 10, tzinfo=LONDON))
    mary = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
    far = shown.travelled(mary, Role.PATIENT, "wheel", "patient").distance
    assert (far.raised, far.kept, far.fell) == (5, 3, 0)
    assert shown.side_by_side(mary, Role.COORDINATOR, "wheel").apart["daily_living"] == (6, 4)
    [goal] = db.session.query(Goal).all()
    course = values.courses(mary, [goal])[goal.id]
    assert (course.start, course.now and course.now.number) == (Decimal(2), Decimal(4))
