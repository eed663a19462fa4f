"""Ratings on a patient’s page of the console: both voices, what they see differently, the instrument used last."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals.entering import NewGoal
from app.goals.service import setting
from app.ratings.instrument import Instrument
from tests.conftest import NOW
from tests.people import World
from tests.queries_counted import counted
from tests.ratings.conftest import harbour, own_instruments, raters
from tests.ratings.rater import Raters
from tests.web.browsing import Browser, words

__all__ = ["harbour", "own_instruments", "raters"]  # fixtures
DAY = timedelta(days=1)


@pytest.fixture
def page(world: World) -> str:
    return f"/console/patients/{world.mary_patient.id}"


def rated(raters: Raters, days_ago: int, mood: int, voice: str = "patient") -> None:
    with clock.at(NOW - days_ago * DAY):
        raters.rate({"mood": mood, "home": 8}, raters.priya if voice == "team" else None, voice)


def test_nobody_has_rated(priya: Browser, page: str) -> None:
    said = words(priya.get(page))
    assert "Ratings All ratings Nobody has rated yet." in said


def test_both_voices_and_what_they_see_differently(priya: Browser, raters: Raters, page: str) -> None:
    for days_ago, mood, voice in ((30, 4, "patient"), (20, 5, "team"), (3, 7, "patient"), (2, 2, "team")):
        rated(raters, days_ago, mood, voice)
    answer = priya.get(page)
    said = words(answer)
    assert "Seen differently. My mood: Mary says 7, the team says 2." in said
    assert "3 My mood 7 2 up 3, from 4" in said  # the newest of each, and how far Mary has come
    assert "5 My home 8 8 the same" in said
    assert "The next rating is due 19 January 2027." in said
    assert f'href="{page}/wheel?code=wheel"' in answer.get_data(as_text=True)


def test_the_instrument_that_was_rated_with_last_with_its_attribution(
    priya: Browser, raters: Raters, harbour: Instrument, page: str
) -> None:
    rated(raters, 3, 7)
    raters.license(NOW.date())
    raters.rate({harbour.areas[0].code: harbour.highest}, raters.priya, "together", code=harbour.code)
    said = words(priya.get(page))
    assert harbour.areas[0].name in said
    assert harbour.attribution
    assert harbour.attribution in said


def test_as_many_statements_however_many_ratings_and_goals(
    priya: Browser, raters: Raters, page: str, world: World
) -> None:
    def looked_at() -> int:
        with counted() as statements:
            assert priya.get(page).status_code == 200
        return len(statements)

    def once_more(days_ago: int) -> None:
        rated(raters, days_ago, days_ago % 10)
        rated(raters, days_ago, days_ago % 7, "team")
        with unit_of_work():
            setting.set_goal(
                raters.patient,
                NewGoal(new_id(), "Sing", audience="team", tied_to="area", tie="wheel:mood", aim_value=Decimal(9)),
                raters.mary,
            )

    once_more(9)
    few = looked_at()
    for days_ago in range(8):
        once_more(days_ago)
    assert looked_at() == few
