"""Warnings before an end: once each, by day, 14 and 3 days before, and a line to read until then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, scheduler
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications.models import Delivery
from app.patients import jobs, queries, service
from app.patients.admission import AdmittedPatient
from app.patients.models import EndingNotice
from app.patients.queries import consent, ending
from app.todos.models import Todo
from tests.conftest import NOW
from tests.patients.circles import circle_of
from tests.people import World

TODAY = NOW.date()


def mary_of(world: World) -> AdmittedPatient:
    return queries.admitted([world.mary_patient.id])[world.mary_patient.id]


def give(world: World, ends_on: date, right: Right = Right.SEE, category: Category = Category.PLAN) -> UUID:
    """Tom is given something more until a day."""
    with unit_of_work():
        patient = mary_of(world)
        tom = next(one for one in consent.circle(patient) if one.person.id == world.tom.id)
        return service.give_grant(patient, tom.member.id, category, right, ends_on, world.mary.id).id


def look(at: datetime) -> list[tuple[date, int]]:
    """Have the clock's job done at an instant; every warning there is by then."""
    with clock.at(at), unit_of_work():
        jobs.warn_of_endings()
    db.session.expire_all()
    order = (EndingNotice.ends_on, EndingNotice.created_at)
    return [(one.ends_on, one.days_before) for one in db.session.scalars(select(EndingNotice).order_by(*order))]


def texts() -> list[str]:
    return [one.body or "" for one in db.session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.id))]


def days(number: int, hours: int = 0) -> datetime:
    return NOW + timedelta(days=number, hours=hours)


def test_a_patient_is_warned_twice_and_no_more(world: World) -> None:
    end = TODAY + timedelta(days=30)
    give(world, end)
    give(world, end, Right.BE_TOLD)
    assert look(days(15)) == []
    assert look(days(16)) == [(end, 14)]
    assert look(days(16, 1)) == look(days(20)) == look(days(26)) == [(end, 14)]
    assert look(days(27)) == look(days(29)) == look(days(30)) == [(end, 14), (end, 3)]
    assert look(days(31)) == [(end, 14), (end, 3)]
    said = "Kith: Mary, after 18 December Tom no longer has what you share. To keep it or let it end: http://localhost/"
    assert texts() == [f"{said} Not for emergencies: 999 or 111."] * 2
    assert {one.recipient_id for one in db.session.scalars(select(Delivery))} == {world.mary.id}


def test_a_day_that_was_missed_is_made_up_for(world: World) -> None:
    end = TODAY + timedelta(days=30)
    give(world, end)
    assert look(days(22)) == [(end, 14)]
    assert look(days(29)) == [(end, 14), (end, 3)]


SHORT = {"two days": (2, []), "three days": (3, [3]), "13 days": (13, [3]), "14 days": (14, [14, 3])}


@pytest.mark.parametrize("case", SHORT)
def test_nobody_is_warned_of_what_they_have_just_given(world: World, case: str) -> None:
    length, expected = SHORT[case]
    give(world, TODAY + timedelta(days=length))
    for day in range(length + 2):
        look(days(day))
    assert [before for _, before in look(days(length))] == expected


def test_nobody_is_woken_at_night(world: World) -> None:
    give(world, TODAY + timedelta(days=30))
    night = datetime(2026, 12, 4, 3, tzinfo=UTC)
    assert look(night) == look(night.replace(hour=22)) == []
    assert len(look(night.replace(hour=9))) == 1


def test_what_ended_or_moved_is_not_warned_of(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    grant = give(world, TODAY + timedelta(days=20))
    give(world, TODAY + timedelta(days=21), category=Category.VISITS)
    give(world, TODAY + timedelta(days=200), category=Category.VISITS)
    assert mary.delete(f"/circle/{mary.member('Tom')}/grants/{grant}").status_code == 204
    assert look(days(19)) == []


def test_after_the_end_of_care_nobody_is_warned(world: World) -> None:
    give(world, TODAY + timedelta(days=20))
    with unit_of_work():
        service.end_care(mary_of(world), "died")
    assert look(days(10)) == []


def test_a_review_is_warned_of_and_once_more_after_it_moved(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    acting = mary.act("Tom", "consent", "circle", review_on="2026-12-18").get_json()["id"]
    assert look(days(17)) == [(date(2026, 12, 18), 14)]
    assert texts() == [
        "Kith: Mary, Tom acts for you. Somebody should look at it again by 18 December, else it stops: "
        "http://localhost/ Not for emergencies: 999 or 111."
    ]
    with clock.at(days(20)):
        review = {"review_on": "2027-01-18", "note": "We talked about it."}
        assert circle_of(client, world, world.mary).post(f"/acting/{acting}/review", review).status_code == 201
    assert look(days(28)) == [(date(2026, 12, 18), 14)]
    assert look(days(50))[1:] == [(date(2027, 1, 18), 14)]


SEEN = "Seen on 16 November 2026: registered LPA for health and welfare, number 7000-1234-5678."


@pytest.mark.parametrize("basis", ["lasting_power_of_attorney", "best_interest"])
def test_a_review_that_is_the_teams_is_asked_of_the_team(client: FlaskClient, world: World, basis: str) -> None:
    """The patient may not be able to see to it, so the coordinator has a to-do and Tom a text."""
    priya = circle_of(client, world, world.priya)
    made = priya.act("Tom", basis, "circle", evidence=SEEN, review_on="2026-12-18")
    assert made.status_code == 201
    assert look(days(17)) == [(date(2026, 12, 18), 14)]
    assert look(days(28)) == [(date(2026, 12, 18), 14), (date(2026, 12, 18), 3)]
    (todo,) = db.session.scalars(select(Todo))
    assert (todo.kind, todo.owner_id, todo.due_at) == (
        "acting_review",
        world.priya.id,
        datetime(2026, 12, 18, 17, tzinfo=UTC),
    )
    assert todo.reason == (
        "Review who acts for Mary Okafor by 18 December: Tom Okafor does, on what the team has seen. "
        "After that day it opens nothing until somebody has looked at it again."
    )
    to_tom = [one.body or "" for one in db.session.scalars(select(Delivery)) if one.recipient_id == world.tom.id]
    assert (
        to_tom
        == [
            "Kith: Tom, you act for Mary O. and the team should look at it again by 18 December, else it stops. "
            "Please speak with them: http://localhost/ Not for emergencies: 999 or 111."
        ]
        * 2
    )
    assert sum(one.recipient_id == world.mary.id for one in db.session.scalars(select(Delivery))) == 2


def test_what_rests_on_consent_asks_nothing_of_the_team(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    mary.act("Tom", "consent", "circle", review_on="2026-12-18")
    look(days(17))
    assert db.session.scalars(select(Todo)).all() == []
    assert {one.recipient_id for one in db.session.scalars(select(Delivery))} == {world.mary.id}


def test_however_many_look_at_once_it_is_said_once(app: Flask, world: World) -> None:
    give(world, TODAY + timedelta(days=30))
    with clock.at(days(16)):
        (job,) = jobs.JOBS
        assert [scheduler.run(app, job), scheduler.run(app, job)] == [True, False]
        with unit_of_work():
            assert service.warn_of_endings() == 0
    assert len(texts()) == 1


def test_a_patient_elsewhere_is_warned_by_their_own_day(world: World) -> None:
    with unit_of_work():
        record = queries.record(mary_of(world))
        record.zone = "Pacific/Auckland"
    give(world, date(2026, 12, 18))
    assert look(datetime(2026, 12, 3, 21, 30, tzinfo=UTC)) == [(date(2026, 12, 18), 14)]  # the 4th, 10:30 there


def test_what_is_near_is_listed_by_person_and_day(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    for right in (Right.SEE, Right.BE_TOLD):
        give(world, TODAY + timedelta(days=10), right)
    give(world, TODAY + timedelta(days=15), category=Category.VISITS)
    mary.act("Tom", "consent", "circle", review_on="2026-11-25")
    review, grants = ending.near(mary_of(world))
    assert (review.person.given_name, review.ends_on, review.granted) == ("Tom", date(2026, 11, 25), [])
    assert grants.granted == [(Category.PLAN, Right.SEE), (Category.PLAN, Right.BE_TOLD)]
    assert (grants.ends_on, grants.person.id) == (date(2026, 11, 28), world.tom.id)


def test_a_visitor_is_warned_of_as_well(world: World) -> None:
    with unit_of_work():
        member = service.add_member(mary_of(world), world.stranger, Role.VISITOR, "carer", world.mary.id)
        service.give_grant(mary_of(world), member.id, Category.VISITS, Right.ACT, TODAY + timedelta(20), world.mary.id)
    assert look(days(7)) == [(TODAY + timedelta(days=20), 14)]
