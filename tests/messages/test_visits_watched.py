"""Late, missed, short: told once each, in other words to a relative and to the coordinator; true after an outage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models import Visit
from app.messages.service import visits_watched
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from app.todos.models import Todo
from tests.conftest import NOW
from tests.messages.door import Door, door, may_visit
from tests.people import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Door:
    may_visit(world)
    return door(client, world, world.mary)


@pytest.fixture
def nurse(client: FlaskClient, world: World, mary: Door) -> Door:
    return door(client, world, world.adeyemi)


@pytest.fixture
def visit(mary: Door, world: World) -> Any:
    """Due at 10:30 for 40 minutes: late at 11:00, missed at 12:00."""
    return mary.plans_one(visitor_id=str(world.adeyemi.id))


def watched(minutes: int) -> None:
    """The clock looks, so long after ten."""
    with clock.at(NOW + minutes * MINUTE), unit_of_work():
        visits_watched.watch()


def told(person: Any) -> list[str]:
    """What was sent to somebody about visits, without what was called back; first first."""
    theirs = select(Delivery).where(Delivery.recipient_id == person.id, Delivery.about == "news visits")
    rows = db.session.scalars(theirs.where(Delivery.state != "stale").order_by(Delivery.created_at)).all()
    return [str(one.body) for one in rows]


def todos() -> list[tuple[str, bool]]:
    return [(one.kind, one.done_at is not None) for one in db.session.scalars(select(Todo).order_by(Todo.created_at))]


def test_late_then_missed_each_told_once(world: World, visit: Any) -> None:
    for minutes in (10, 59, 60, 61, 90, 119):
        watched(minutes)
    assert [one[:58] for one in told(world.tom)] == ["Kith: Tom, nobody has recorded arriving yet for the visit "]
    assert "It may only be late" in told(world.tom)[0]
    assert ["is late: no arrival is recorded" in one for one in told(world.priya)] == [True]
    assert todos() == [("visit_late", False)]
    for minutes in (120, 121, 500):
        watched(minutes)
    assert len(told(world.tom)) == len(told(world.priya)) == 1  # the first words were called back: they waited still
    assert "nobody has recorded coming to Mary O." in told(world.tom)[0]
    assert "counts as missed" in told(world.priya)[0]
    assert todos() == [("visit_late", False), ("visit_missed", False)]
    assert db.session.scalars(select(Visit.state)).one() == "missed"
    assert told(world.adeyemi) == told(world.mary) == []


def test_a_missed_visit_waits_for_no_morning_and_a_late_one_does(mary: Door, world: World) -> None:
    mary.plans_one(at="21:30", visitor_id=str(world.adeyemi.id))
    watched(12 * 60)
    assert told(world.tom) == told(world.priya) == []
    watched(13 * 60)
    assert ["nobody has recorded coming to Mary O." in one for one in told(world.tom)] == [True]
    assert ["counts as missed" in one for one in told(world.priya)] == [True]


def test_the_coordinator_reads_what_to_find_out(world: World, visit: Any) -> None:
    watched(60)
    reason = db.session.scalars(select(Todo)).one().reason
    assert reason is not None
    assert "“Wound care”, due on 18 November at 10:30 and expected from Bola Adeyemi" in reason
    assert "Kith was not working" not in reason


def test_noticed_late_it_is_said_and_late_is_not_told_before_missed(world: World, visit: Any) -> None:
    watched(60 * 6)
    assert [("for Kith was not working" in one, "10:30" in one) for one in told(world.tom)] == [(True, True)]
    assert ["noticed late" in one for one in told(world.priya)] == [True]
    assert todos() == [("visit_missed", False)]
    assert "noticed this only at 16:00" in str(db.session.scalars(select(Todo)).one().reason)


def test_a_day_later_no_relative_is_told_any_more(world: World, visit: Any) -> None:
    watched(60 * 24)
    assert told(world.tom) == []
    assert len(told(world.priya)) == 1
    assert todos() == [("visit_missed", False)]


def test_who_comes_in_time_is_told_of_to_nobody(world: World, nurse: Door, visit: Any) -> None:
    with clock.at(NOW + 45 * MINUTE):
        nurse.arrives(visit)
    with clock.at(NOW + 85 * MINUTE):
        nurse.leaves(visit)
    for minutes in (60, 120, 300):
        watched(minutes)
    assert told(world.tom) == told(world.priya) == []
    assert todos() == []


def test_a_short_visit(world: World, nurse: Door, visit: Any) -> None:
    with clock.at(NOW + 30 * MINUTE):
        nurse.arrives(visit)
    with clock.at(NOW + 40 * MINUTE):
        nurse.leaves(visit)
    for minutes in (41, 42, 200):
        watched(minutes)
    assert ["was shorter than planned" in one for one in told(world.tom)] == [True]
    assert ["less than half its time" in one for one in told(world.priya)] == [True]
    assert todos() == [("visit_short", False)]
    assert "over after 10 of 40 planned minutes" in str(db.session.scalars(select(Todo)).one().reason)


@pytest.mark.parametrize("when", [70, 130])
def test_who_was_there_after_all_puts_it_right(world: World, nurse: Door, visit: Any, when: int) -> None:
    """Her phone had no signal: she was there at half past ten."""
    watched(60)
    watched(when)
    with clock.at(NOW + (when + 1) * MINUTE):
        for _ in range(2):
            nurse.arrives(visit, happened_at=(NOW + 30 * MINUTE).isoformat())
        assert nurse.leaves(visit)["state"] == "done"
    watched(when + 2)
    assert ["somebody was with Mary O. after all" in one for one in told(world.tom)] == [True]
    assert ["somebody was with Mary O. after all" in one for one in told(world.priya)] == [True]
    assert all(is_done for _, is_done in todos())


def test_nobody_is_told_when_care_has_ended(mary: Door, world: World, visit: Any) -> None:
    with unit_of_work():
        service.end_care(patients.admitted([world.mary_patient.id])[world.mary_patient.id], "died")
    watched(300)
    assert told(world.tom) == told(world.priya) == []
    assert todos() == []


def test_a_grant_that_ended_is_told_nothing(client: FlaskClient, world: World, visit: Any) -> None:
    """Ada sees visits and does not hear of them."""
    watched(60)
    to = db.session.scalars(select(Delivery.recipient_id).where(Delivery.about == "news visits")).all()
    assert set(to) == {world.tom.id, world.priya.id}


def test_one_that_cannot_be_told_holds_up_no_other(mary: Door, world: World, visit: Any) -> None:
    other = mary.plans_one(at="10:15", id=str(new_id()))
    db.session.execute(update(Visit).where(Visit.id == other["id"]).values(what_sealed=b"broken"))
    db.session.commit()
    watched(60)
    assert todos() == [("visit_late", False)]
    assert db.session.scalars(select(Todo.cause)).one() == visit["id"]
    again = db.session.scalars(select(Visit.look_at).where(Visit.id == other["id"])).one()
    assert again == NOW + 70 * MINUTE


def test_two_workers_tell_it_once(app: Flask, world: World, visit: Any) -> None:
    with clock.at(NOW + 60 * MINUTE):
        with unit_of_work():
            visits_watched.watch()
            with app.app_context(), unit_of_work():
                assert visits_watched.watch() == 0  # the first one holds it
        with unit_of_work():
            assert visits_watched.watch() == 0
    assert len(told(world.tom)) == 1


def test_a_late_visit_is_marked_in_the_list(mary: Door, visit: Any) -> None:
    for minutes, is_late in ((59, False), (60, True)):
        with clock.at(NOW + minutes * MINUTE):
            assert mary.visits()[0]["is_late"] is is_late
