"""My wheel and the console's: one area a question, then the chart, its table, and both voices."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.identity.models import Person
from app.ratings import loader
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
WHEEL = loader.load_all()["wheel"]


def begin(browser: Browser, wheel: str, voice: str, **more: str) -> str:
    """Where the first question is."""
    began = browser.post(wheel, {"code": "wheel", "voice": voice, **more})
    assert began.status_code == 303, words(began)
    return str(began.headers["Location"])


def rate(browser: Browser, wheel: str, scores: list[int | None], voice: str = "patient", **more: str) -> str:
    """Answer every question; where it is sent."""
    at = begin(browser, wheel, voice, **more)
    for area, score in zip(WHEEL.areas, scores, strict=True):
        assert at.endswith(f"/{area.code}")
        form = {"leave_out": "yes"} if score is None else {"score": str(score)}
        answered = browser.post(at, form)
        assert answered.status_code == 303, words(answered)
        at = str(answered.headers["Location"])
    return at


def sent(browser: Browser, wheel: str, scores: list[int | None], voice: str = "patient", **more: str) -> None:
    at = rate(browser, wheel, scores, voice, **more)
    assert browser.post(at, {}).status_code == 303


@pytest.fixture
def wheel(home: str) -> str:
    return f"{home}/wheel"


@pytest.fixture
def console(world: World) -> str:
    return f"/console/patients/{world.mary_patient.id}/wheel"


def test_one_area_a_question_and_what_was_said_before_it_is_sent(mary: Browser, wheel: str) -> None:
    assert "There is no rating yet." in words(mary.get(wheel))
    first = begin(mary, wheel, "patient")
    page = words(mary.get(first))
    assert "You · 1 of 8" in page
    assert WHEEL.areas[0].asks in page
    mary.post(first, {"score": "7", "note": "The new rail helps."})
    at = begin(mary, wheel, "patient")  # another day, where it was left
    assert at.endswith(WHEEL.areas[1].code)
    assert "1 of 8 said so far" in words(mary.get(wheel))
    for score in ("3", "5", "6", "8", "2", None, "9"):
        at = str(mary.post(at, {"leave_out": "1"} if score is None else {"score": score}).headers["Location"])
    check = words(mary.get(at))
    assert "Daily living The new rail helps. 7" in check
    assert "left out" in check
    done = mary.post(at, {})
    assert done.headers["Location"].startswith(f"{wheel}?said=given")
    shown = words(mary.get(str(done.headers["Location"])))
    assert "Thank you. It is sent." in shown
    assert "One rating so far." in shown
    assert "Daily living : The new rail helps." in shown
    assert mary.post(at, {}).status_code == 303  # sent twice, it is one
    assert words(mary.get(wheel)).count("You, today, mean") == 1


def test_nothing_is_kept_without_a_number_on_the_scale(mary: Browser, wheel: str) -> None:
    at = begin(mary, wheel, "patient")
    for typed in ("", "11", "-1", "7.5", "x", "٣"):
        refused = mary.post(at, {"score": typed, "note": "Kept in the box."})
        assert refused.status_code == 422
        assert "Choose a number, or leave this one out" in words(refused)
        assert "Kept in the box." in refused.get_data(as_text=True)
    assert "0 of 8 said so far" in words(mary.get(wheel))


def test_a_rating_with_everything_left_out_is_refused_in_words(mary: Browser, wheel: str) -> None:
    at = rate(mary, wheel, [None] * 8)
    refused = mary.post(at, {})
    assert refused.status_code == 422
    assert "Rate one area at least" in words(refused)


def test_what_was_written_can_be_thrown_away(mary: Browser, wheel: str) -> None:
    at = begin(mary, wheel, "patient")
    assert mary.post(f"{at.rpartition('/')[0]}/let-go", {}).headers["Location"].startswith(f"{wheel}?said=let_go")
    assert mary.get(at).status_code == 404


def test_the_chart_and_an_equal_table_with_what_changed(mary: Browser, wheel: str) -> None:
    sent(mary, wheel, [3, 5, 6, 8, 2, None, 9, 4])
    sent(mary, wheel, [5, 5, 4, 8, 2, 7, 9, 4])
    page = mary.get(wheel)
    said = words(page)
    assert "Since the first rating: 1 went up, 5 stayed the same, 1 went down." in said
    assert "1 Daily living 5 3 up 2, from 3" in said
    assert "6 Making ends meet 7 – left out –" in said
    html = page.get_data(as_text=True)
    assert html.count("wheel__rating--0") >= 2  # in the chart and in its key
    assert "Daily living 5, My body 5" in html  # the same in the chart's description


def test_any_ratings_can_be_drawn_together(mary: Browser, wheel: str) -> None:
    for first in (1, 2, 3):
        sent(mary, wheel, [first] * 8)
    ids = re.findall(r'name="r" value="([0-9a-f-]{36})"', mary.get(wheel).get_data(as_text=True))
    assert len(ids) == 3
    drawn = words(mary.get(f"{wheel}?r={ids[0]}&r={ids[1]}&r={ids[2]}"))
    assert "1 Daily living 3 2 1 up 2, from 1" in drawn
    assert "1 Daily living 2" in words(mary.get(f"{wheel}?r={ids[1]}"))


def test_a_correction_stands_in_its_place_with_its_reason(mary: Browser, wheel: str) -> None:
    sent(mary, wheel, [3] * 8)
    page = mary.get(wheel).get_data(as_text=True)
    [href] = re.findall(r'href="([^"]+/correct)"', page)
    form = {"id": re.findall(r'name="id" value="([^"]+)"', mary.get(href).get_data(as_text=True))[0]}
    form |= {area.code: "3" for area in WHEEL.areas} | {"body": "8"}
    assert "Say why" in words(mary.post(href, form))
    assert mary.post(href, form | {"reason": "I pressed the wrong one."}).status_code == 303
    said = words(mary.get(wheel))
    assert "2 My body 8" in said
    assert "(corrected: I pressed the wrong one.)" in said


def test_the_team_rates_beside_the_patient_and_neither_overwrites(
    mary: Browser, browser_of: BrowserOf, world: World, wheel: str, console: str
) -> None:
    sent(mary, wheel, [7] * 8)
    priya = browser_of(world.priya)
    sent(priya, console, [4, 7, 7, 7, 7, 7, 7, 9], "team")
    said = words(priya.get(console))
    assert "Daily living : Mary says 7, the team says 4." in said
    assert "1 Daily living 7 4" in said
    assert "Daily living : you say 7, your team says 4." in words(mary.get(wheel))
    assert priya.post(console, {"code": "wheel", "voice": "nobody"}).status_code == 422


def test_staff_copy_what_was_filled_in_on_paper(browser_of: BrowserOf, world: World, console: str) -> None:
    priya = browser_of(world.priya)
    assert "Copy what Mary filled in on paper" in words(priya.get(console))
    sent(priya, console, [6] * 8, "patient", on_paper="yes")
    assert "Mary, today, mean 6.0, written down by Priya Shah" in words(priya.get(console))


def test_a_draft_of_somebody_else_is_not_there(
    mary: Browser, browser_of: BrowserOf, world: World, wheel: str, console: str
) -> None:
    at = begin(mary, wheel, "patient")
    draft = at.split("/")[-2]
    assert browser_of(world.priya).get(f"{console}/{draft}/body").status_code == 404
    assert mary.get(f"{wheel}/{draft}/nothing").status_code == 404
