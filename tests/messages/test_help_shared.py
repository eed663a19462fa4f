"""How help is shared, and the to-do where one has nearly all of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.messages import wanted
from app.messages.queries import fair
from app.messages.service import helping, lightening
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from app.todos.models import Todo
from app.web.patient import help_words
from tests.conftest import NOW
from tests.messages.circle import Circle, caller, circle_of
from tests.people import World


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


def helped(circle: Circle, by: By, times: int, *, is_done: bool = True) -> None:
    for _ in range(times):
        request = circle.ask()
        with unit_of_work():
            helping.take(circle.seen, request.id, by)
            if is_done:
                helping.done(circle.seen, request.id, by)


def counts(circle: Circle) -> list[tuple[str, int, int, int, int]]:
    return [
        (one.given_name, one.asked, one.took, one.did, one.of)
        for one in fair.share(circle.patient, circle.world.mary.id)
    ]


def todos() -> list[Todo]:
    rows = select(Todo).where(Todo.kind == lightening.KIND).order_by(Todo.created_at, Todo.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def look(at: datetime) -> int:
    with clock.at(at), unit_of_work():
        return lightening.ask_about_uneven_help()


def test_everybody_stands_in_it_in_the_order_of_the_circle(client: FlaskClient, circle: Circle) -> None:
    assert counts(circle) == [("Tom", 0, 0, 0, 0), ("Bola", 0, 0, 0, 0), ("Ada", 0, 0, 0, 0)]
    helped(circle, circle.ada_, 2)
    helped(circle, circle.tom, 1, is_done=False)
    assert counts(circle) == [("Tom", 3, 1, 0, 3), ("Bola", 3, 0, 0, 3), ("Ada", 3, 2, 2, 3)]
    told = caller(client, circle.world, circle.world.mary).get("/fair-view")
    assert (told["days"], [one["took"] for one in told["items"]]) == (90, [1, 0, 2])


def test_what_is_given_back_and_taken_by_another_counts_for_both_once(circle: Circle) -> None:
    request = circle.ask()
    for _ in range(2):
        with unit_of_work():
            helping.take(circle.seen, request.id, circle.tom)
            helping.give_back(circle.seen, request.id, circle.tom)
    with unit_of_work():
        helping.take(circle.seen, request.id, circle.ada_)
    assert [one[2:] for one in counts(circle)] == [(1, 0, 1), (0, 0, 1), (1, 0, 1)]


def test_only_the_last_days_count_and_who_left_stays_in_it(circle: Circle) -> None:
    helped(circle, circle.tom, 2)
    with clock.at(NOW + timedelta(days=60)):
        helped(circle, circle.ada_, 1)
    with unit_of_work():
        service.end_membership(circle.patient, circle.member_id(circle.world.tom), circle.world.mary.id)
    with clock.at(NOW + wanted.FAIR_VIEW):
        assert counts(circle) == [("Bola", 3, 0, 0, 3), ("Ada", 3, 1, 1, 3), ("Tom", 3, 2, 2, 3)]
    with clock.at(NOW + wanted.FAIR_VIEW + timedelta(seconds=1)):
        assert counts(circle) == [("Bola", 1, 0, 0, 1), ("Ada", 1, 1, 1, 1)]


def test_it_is_said_kindly_and_without_a_ranking(circle: Circle) -> None:
    helped(circle, circle.tom, 9)
    helped(circle, circle.ada_, 1, is_done=False)
    said = [help_words.share(one, circle.ada.id) for one in fair.share(circle.patient, circle.world.mary.id)]
    assert said == [
        "Tom Okafor has taken 9 of 10.",
        "Bola Adeyemi was asked 10 times, and could not yet.",
        "You have taken 1 of 10.",
    ]


def asked_in_private(circle: Circle) -> None:
    """Ada is asked twice without the others, and does it."""
    for _ in range(2):
        request = circle.ask(people=(circle.ada.id,))
        with unit_of_work():
            helping.take(circle.seen, request.id, circle.ada_)


def test_who_was_not_asked_has_missed_nothing(circle: Circle) -> None:
    asked_in_private(circle)
    helped(circle, circle.tom, 1)
    assert counts(circle) == [("Tom", 1, 1, 1, 1), ("Bola", 1, 0, 0, 1), ("Ada", 3, 2, 0, 3)]
    assert [one.of_all for one in fair.share(circle.patient, circle.world.mary.id)] == [3, 3, 3]


def test_what_one_was_asked_in_private_stays_with_them_and_whoever_asked(circle: Circle, client: FlaskClient) -> None:
    asked_in_private(circle)
    seen = {one: fair.share(circle.seen, one.id) for one in (circle.world.tom, circle.ada)}
    assert [(one.asked, one.took, one.of_all) for one in seen[circle.world.tom]] == [(0, 0, 0)] * 3
    assert [(one.asked, one.took, one.of_all) for one in seen[circle.ada]] == [(0, 0, 2), (0, 0, 2), (2, 2, 2)]
    items = caller(client, circle.world, circle.world.tom).get("/fair-view")["items"]
    assert [(one["asked"], one["took"]) for one in items] == [(0, 0)] * 3


LEAN = [
    (4, 0, False),  # too little of it to say anything
    (5, 0, True),
    (4, 1, True),  # 80 %
    (3, 2, False),
    (8, 2, True),
    (7, 2, False),  # 77 %
    (79, 21, False),
    (80, 20, True),
]


@pytest.mark.parametrize(("took", "others", "leans"), LEAN)
def test_when_one_has_nearly_all_of_it(took: int, others: int, leans: bool) -> None:
    assert wanted.leans(took, took + others) is leans


def test_the_coordinator_is_asked_to_look_once_a_month(circle: Circle) -> None:
    helped(circle, circle.tom, 4)
    assert look(NOW) == 0
    helped(circle, circle.tom, 1)
    assert look(NOW) == 1
    assert look(NOW + timedelta(days=1)) == 0
    (todo,) = todos()
    assert (todo.owner_id, todo.reason) == (
        circle.world.priya.id,
        "Tom Okafor has taken 5 of the 5 things that somebody of Mary’s circle took in the last 90 days. "
        "Ask Tom how they are, and Mary whether others could share in it.",
    )
    with unit_of_work():
        todo.done_at, todo.done_by = NOW, circle.world.priya.id
    assert look(NOW + timedelta(days=2)) == 0  # done this month
    assert look(NOW + timedelta(days=14)) == 1  # December
    assert len(todos()) == 2
    assert look(NOW + wanted.FAIR_VIEW + timedelta(days=1)) == 0


def test_nobody_is_asked_once_care_has_ended(circle: Circle) -> None:
    helped(circle, circle.tom, 5)
    with unit_of_work():
        service.end_care(patients.admitted_one(circle.world.mary_patient.id), "moved")
    assert look(NOW) == 0


def test_it_is_the_clock_that_looks(app: Flask, circle: Circle) -> None:
    helped(circle, circle.tom, 5)
    with unit_of_work():
        next(one for one in app.extensions["jobs"] if one.name == "ask about uneven help").work()
    assert len(todos()) == 1
