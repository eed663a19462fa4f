"""The clock of goals: the patient is reminded once and by day, the coordinator asked once, never of a private goal."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals import rhythm
from app.goals.entering import NewReview
from app.goals.models import Goal
from app.goals.service import changing, ending, reviewing, watching
from app.patients import service
from app.patients.models import Patient
from app.todos.models import Todo
from tests.conftest import NOW
from tests.goals.at_goals import WHY, WORDS, AtGoals, told

EACH = 14
DUE = datetime(2026, 12, 2, 10, tzinfo=ZoneInfo("Europe/London"))
STALE = DUE + rhythm.STALE_AFTER + timedelta(days=1)


def reminded(at: datetime) -> int:
    with clock.at(at), unit_of_work():
        return watching.remind()


def asked(at: datetime) -> int:
    with clock.at(at), unit_of_work():
        return watching.ask_about_stale()


def todos() -> list[Todo]:
    rows = select(Todo).where(Todo.kind == "goal_stale").order_by(Todo.created_at)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


@pytest.mark.parametrize("audience", ["private", "team", "circle"])
def test_the_patient_is_reminded_once_on_the_day(around: AtGoals, audience: str) -> None:
    goal = around.goal(audience, review_each_days=EACH)
    assert reminded(NOW) == reminded(DUE - timedelta(days=1)) == 0
    assert reminded(DUE) == 1
    assert reminded(DUE) == reminded(DUE + timedelta(days=20)) == 0
    (text,) = told(around.world.mary.id)
    assert "it is the day on which you wanted to look at a goal" in text
    assert WORDS not in text
    assert WHY not in text
    row = db.session.get_one(Goal, goal.id, populate_existing=True)
    assert (row.prompted_on, row.version) == (DUE.date(), 1)


HOURS = {8: 0, 9: 1, 18: 1, 19: 0, 3: 0}


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/New_York"])
def test_by_day_where_the_patient_lives(around: AtGoals, hour: int, zone: str) -> None:
    with unit_of_work():
        db.session.execute(update(Patient).where(Patient.id == around.world.mary_patient.id).values(zone=zone))
    goal = around.goal(review_each_days=EACH)
    assert goal.review_on is not None
    there = datetime(goal.review_on.year, goal.review_on.month, goal.review_on.day, hour, 30, tzinfo=ZoneInfo(zone))
    assert reminded(there) == HOURS[hour]
    assert reminded(there - timedelta(days=1)) == 0


def test_one_message_though_two_workers_look(app: Flask, around: AtGoals) -> None:
    """One worker holds the first of a patient's goals: the other does not tell them of the second."""
    first, _ = (around.goal(review_each_days=EACH) for _ in range(2))
    with unit_of_work():
        held = select(Goal).where(Goal.id == first.id).with_for_update()
        assert db.session.scalars(held).one()
        with app.app_context():
            assert reminded(DUE) == 0
            db.session.remove()
    assert (reminded(DUE), reminded(DUE)) == (1, 0)
    assert len(told(around.world.mary.id)) == 1


def test_one_message_however_many_goals(around: AtGoals) -> None:
    for _ in range(3):
        around.goal(review_each_days=EACH)
    assert (reminded(DUE), len(told(around.world.mary.id)), reminded(DUE)) == (1, 1, 0)


def test_a_review_moves_the_day_and_takes_the_reminder_back(around: AtGoals) -> None:
    goal = around.goal(review_each_days=EACH)
    night = DUE.replace(hour=18, minute=59)
    assert reminded(night) == 1
    with clock.at(DUE), unit_of_work():
        reviewing.review(around.patient, goal.id, NewReview(new_id(), confidence=4), around.mary)
    assert told(around.world.mary.id) == []
    assert reminded(DUE + timedelta(days=1)) == 0
    assert reminded(DUE + timedelta(days=EACH)) == 1


@pytest.mark.parametrize("how", ["reached", "put aside", "care ended", "no rhythm"])
def test_nobody_is_reminded_of_what_is_over(around: AtGoals, how: str) -> None:
    goal = around.goal(review_each_days=None if how == "no rhythm" else EACH)
    with unit_of_work():
        if how == "reached":
            ending.reach(around.patient, goal.id, around.mary)
        elif how == "put aside":
            ending.put_aside(around.patient, goal.id, None, around.mary)
        elif how == "care ended":
            service.end_care(around.patient, "moved")
    assert (reminded(DUE), asked(STALE), told(around.world.mary.id)) == (0, 0, [])


@pytest.mark.parametrize(("audience", "count"), [("private", 0), ("team", 1), ("circle", 1)])
def test_the_coordinator_is_asked_once_of_what_is_shared(around: AtGoals, audience: str, count: int) -> None:
    around.goal(audience, review_each_days=EACH)
    assert asked(DUE + rhythm.STALE_AFTER) == 0
    assert asked(STALE) == count
    assert asked(STALE) == asked(STALE + timedelta(days=30)) == 0
    assert [(one.owner_id, one.reason) for one in todos()] == [
        (
            around.world.priya.id,
            "Mary wanted to look at a goal on 2 December, and nobody has said how it goes since. Ask how it goes, and "
            "whether it is still what Mary wants.",
        )
    ] * count


ENDS = ("reviewed", "private", "reached", "put aside")


@pytest.mark.parametrize("how", ENDS)
def test_the_to_do_is_gone_when_there_is_nothing_to_ask(around: AtGoals, how: str) -> None:
    goal = around.goal("team", review_each_days=EACH)
    assert asked(STALE) == 1
    with clock.at(STALE), unit_of_work():
        if how == "reviewed":
            reviewing.review(around.patient, goal.id, NewReview(new_id(), confidence=4), around.mary)
        elif how == "private":
            changing.change(around.patient, goal.id, goal.version, {"audience": "private"}, around.mary)
        elif how == "reached":
            ending.reach(around.patient, goal.id, around.mary)
        else:
            ending.put_aside(around.patient, goal.id, "It rains", around.mary)
    assert [one.done_at is not None for one in todos()] == [True]
    assert asked(STALE + timedelta(days=1)) == 0


def test_another_rhythm_leaves_no_to_do_behind(around: AtGoals) -> None:
    goal = around.goal("team", review_each_days=EACH)
    assert asked(STALE) == 1
    with clock.at(STALE), unit_of_work():
        changing.change(around.patient, goal.id, goal.version, {"review_each_days": 2 * EACH}, around.mary)
    with clock.at(STALE), unit_of_work():
        changing.share(around.patient, goal.id, "private", around.mary)
    assert [one.done_at is not None for one in todos()] == [True]


def test_done_without_a_review_it_is_not_asked_again_for_the_same_day(around: AtGoals) -> None:
    goal = around.goal("team", review_each_days=EACH)
    assert asked(STALE) == 1
    with clock.at(STALE), unit_of_work():
        for one in todos():
            one.done_at, one.done_by = clock.now(), around.world.priya.id
    assert asked(STALE + timedelta(days=1)) == 0
    with clock.at(STALE), unit_of_work():
        reviewing.review(around.patient, goal.id, NewReview(new_id(), confidence=4), around.mary)
    again = STALE + timedelta(days=EACH) + rhythm.STALE_AFTER
    assert (asked(again), asked(again + timedelta(days=1))) == (0, 1)
    assert len(todos()) == 2
