"""An area that falls is a to-do of the coordinator, once for each rating, in whatever order ratings come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.ratings.entering import NewCorrection
from app.ratings.models import Rating
from app.ratings.queries import instruments
from app.ratings.service import falls, rating
from app.todos import service as todos
from app.todos.models import Todo
from tests.conftest import NOW
from tests.ratings.rater import Raters, changed, registered

DAY = timedelta(days=1)


def asked() -> list[str]:
    rows = select(Todo).where(Todo.kind == falls.KIND).order_by(Todo.created_at, Todo.id)
    return [one.reason or "" for one in db.session.scalars(rows)]


def on(raters: Raters, day: int, by: Any = None, voice: str = "patient", **scores: int | None) -> Rating:
    return raters.rate(scores, by, voice, rated_at=NOW - (100 - day) * DAY)


def correct(raters: Raters, one: Rating, **scores: int) -> Rating:
    with unit_of_work():
        return rating.correct(raters.patient, one.id, NewCorrection(new_id(), scores, "Wrong number."), raters.mary)


FALLS = {
    "by three": ([{"mood": 8}, {"mood": 5}], ["My mood 8 to 5"]),
    "by two": ([{"mood": 8}, {"mood": 6}], []),
    "by all": ([{"mood": 10}, {"mood": 0}], ["My mood 10 to 0"]),
    "raised": ([{"mood": 2}, {"mood": 9}], []),
    "two areas, in the order of the instrument": (
        [{"home": 9, "mood": 8, "care": 5}, {"care": 5, "home": 2, "mood": 1}],
        ["My mood 8 to 1; My home 9 to 2"],
    ),
    "little by little": ([{"mood": 9}, {"mood": 7}, {"mood": 5}, {"mood": 3}], []),
    "twice": ([{"mood": 9}, {"mood": 6}, {"mood": 3}], ["My mood 9 to 6", "My mood 6 to 3"]),
    "of an area left out before": ([{"home": 5}, {"home": 5, "mood": 0}], []),
    "of an area left out now": ([{"mood": 9, "home": 5}, {"home": 5}], []),
    "of one that was left out in between": ([{"mood": 9}, {"home": 5}, {"mood": 1}], []),
    "the first of all": ([{"mood": 0}], []),
}


@pytest.mark.parametrize("name", FALLS)
def test_a_fall_of_three_since_the_rating_before_is_told(raters: Raters, name: str) -> None:
    history, expected = FALLS[name]
    for day, scores in enumerate(history):
        on(raters, day, **scores)
    begins, ends = "Mary rates lower than the time before: ", " (My wheel, 0 to 10). Speak with them about it."
    assert asked() == [f"{begins}{words}{ends}" for words in expected]


def test_each_voice_is_set_against_itself(raters: Raters) -> None:
    on(raters, 0, mood=9)
    on(raters, 1, raters.priya, "team", mood=2)
    on(raters, 2, raters.priya, "together", mood=5)
    assert asked() == []
    on(raters, 3, raters.priya, "team", mood=8)
    on(raters, 4, raters.priya, "team", mood=4)
    on(raters, 5, raters.priya, "together", mood=2)
    assert [one.split(":")[0] for one in asked()] == [
        "The team rates lower than the time before for Mary",
        "Rated together with Mary, lower than the time before",
    ]


def test_in_whatever_order_they_come(raters: Raters) -> None:
    on(raters, 0, mood=6)
    on(raters, 20, mood=5)
    assert asked() == []
    on(raters, 10, mood=9)  # came late: what was rated after it is a fall
    assert ["My mood 9 to 5" in one for one in asked()] == [True]
    on(raters, 5, mood=9)
    assert len(asked()) == 1


def test_once_a_rating_done_or_corrected(raters: Raters) -> None:
    on(raters, 0, mood=9)
    low = on(raters, 1, mood=2)
    correct(raters, correct(raters, low, mood=3), mood=4)
    assert len(asked()) == 1
    (todo,) = db.session.scalars(select(Todo).where(Todo.kind == falls.KIND))
    assert (todo.owner_id, todo.cause) == (raters.world.priya.id, str(low.id))
    with unit_of_work():
        todos.do(todo.id, [raters.world.team.id], raters.world.priya.id)
    again = on(raters, 2, mood=1)
    correct(raters, again, mood=0)
    assert len(asked()) == 2


def test_a_correction_that_is_a_fall_is_told_as_well(raters: Raters) -> None:
    on(raters, 0, mood=9)
    one = on(raters, 1, mood=8)
    correct(raters, one, mood=3)
    assert ["My mood 9 to 3" in each for each in asked()] == [True]


def test_what_was_corrected_is_not_what_the_next_is_set_against(raters: Raters) -> None:
    first = on(raters, 0, mood=9)
    correct(raters, first, mood=4)
    on(raters, 1, mood=3)
    assert asked() == []


@pytest.mark.usefixtures("own_instruments")
def test_areas_are_the_same_over_versions_and_points_of_another_scale_are_not(app: Flask, raters: Raters) -> None:
    wheel = instruments.newest("wheel")
    on(raters, 0, mood=9, home=9)
    registered(app, changed(wheel, 3, areas=wheel.content["areas"][::-1]))
    on(raters, 1, mood=5, home=9)
    assert ["My mood 9 to 5 (" in one for one in asked()] == [True]
    registered(app, changed(wheel, 4, scale={"lowest": 1, "highest": 5}))
    on(raters, 2, mood=1, home=1)
    assert len(asked()) == 1


def test_two_at_the_same_moment(raters: Raters) -> None:
    with clock.at(NOW):
        raters.rate({"mood": 9})
        raters.rate({"mood": 2})
    assert len(asked()) == 1
