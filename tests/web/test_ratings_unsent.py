"""A rating that a phone kept while there was no signal, as it arrives: once, with its own times, over nothing newer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.access.permissions import Right
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.ratings.entering import Said
from app.ratings.models import Rating, RatingDraft
from app.ratings.queries import drafts as queries
from app.ratings.queries import instruments
from app.ratings.service import arriving, drafts
from tests.conftest import NOW
from tests.people import World
from tests.ratings.conftest import own_instruments, raters
from tests.ratings.rater import Raters, changed, registered
from tests.web.browsing import Browser

__all__ = ["own_instruments", "raters"]  # fixtures
BrowserOf = Callable[[Person], Browser]
AS_A_PROGRAM = {"Accept": "application/json"}
THEN = NOW - timedelta(hours=5)
MINUTE = timedelta(minutes=1)
BEGINS = {"begins": "yes"}


@pytest.fixture
def areas(app: Flask) -> list[str]:
    with app.app_context():
        return [one.code for one in instruments.newest("wheel").areas]


@pytest.fixture
def at(home: str) -> str:
    return f"{home}/unsent/ratings"


def sent(browser: Browser, path: str, happened_at: datetime, **form: Any) -> TestResponse:
    """As the queue of the phone sends it."""
    token = browser.client.get("/me/unsent", headers=AS_A_PROGRAM).get_json()["csrf_token"]
    said = {"csrf_token": token, "happened_at": happened_at.isoformat(), "sent_at": clock.now().isoformat()}
    return browser.client.post(path, data=said | form, headers=AS_A_PROGRAM)


def said(browser: Browser, at: str, draft: UUID, area: str, number: int, when: datetime, **more: Any) -> TestResponse:
    form = {"code": "wheel", "version": "2", "score": str(number)} | more
    return sent(browser, f"{at}/{draft}/areas/{area}", when, **form)


def why(answer: TestResponse) -> str:
    return str(answer.get_json()["detail"])


def draft_of(raters: Raters) -> queries.Draft:
    db.session.rollback()
    (one,) = queries.mine(raters.patient, raters.mary.person_id)
    return one


def ratings() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Rating.id))) or 0


def keep(raters: Raters, when: datetime = NOW, **scores: int) -> UUID:
    """On another phone, with a signal."""
    with clock.at(when), unit_of_work():
        answers = {area: Said(score) for area, score in scores.items()}
        one = drafts.keep(raters.patient, "wheel", "patient", answers, raters.mary)
        return one.row.client_id


def test_begun_on_the_phone_and_sent_twice_it_is_one_rating_of_its_own_time(
    mary: Browser, raters: Raters, at: str, areas: list[str]
) -> None:
    draft = new_id()
    for place, area in enumerate(areas):
        more = BEGINS if not place else {}
        for _ in range(2):
            answer = said(mary, at, draft, area, place, THEN + place * MINUTE, **more)
            assert answer.status_code == 200, answer.get_json()
    kept = draft_of(raters)
    assert kept.row.client_id == draft
    assert {area: one.at for area, one in kept.said.items()} == {
        area: THEN + place * MINUTE for place, area in enumerate(areas)
    }
    for _ in range(2):
        assert sent(mary, f"{at}/{draft}/send", THEN + 9 * MINUTE).status_code == 200
    assert said(mary, at, draft, areas[3], 3, THEN + 3 * MINUTE).status_code == 200  # its answer had been lost
    assert ratings() == 1
    made = db.session.scalars(select(Rating)).one()
    assert (made.scores, made.rated_at, made.channel) == (list(range(8)), THEN + 9 * MINUTE, "app")
    assert (made.rated_by, made.client_id) == (raters.mary.person_id, draft)


def test_a_draft_that_was_begun_with_a_signal_goes_on(mary: Browser, raters: Raters, at: str) -> None:
    draft = keep(raters, THEN, mood=4)
    assert said(mary, at, draft, "body", 7, THEN + MINUTE, note="Stiff.").status_code == 200
    assert said(mary, at, draft, "home", 0, THEN + MINUTE, score="", leave_out="yes").status_code == 200
    assert said(mary, at, draft, "mood", 6, THEN + 2 * MINUTE).status_code == 200  # said again it counts as said last
    assert draft_of(raters).said == {"mood": Said(6), "body": Said(7, "Stiff."), "home": Said()}


def test_a_later_answer_given_elsewhere_stands(mary: Browser, raters: Raters, at: str) -> None:
    draft = keep(raters, NOW - timedelta(hours=1), mood=4, body=5)
    refused = said(mary, at, draft, "mood", 9, THEN)
    assert (refused.status_code, why(refused)) == (409, arriving.LATER)
    assert said(mary, at, draft, "body", 5, THEN).status_code == 200  # the same
    assert said(mary, at, draft, "mood", 8, NOW - timedelta(minutes=30)).status_code == 200
    assert draft_of(raters).said == {"mood": Said(8), "body": Said(5)}


def test_finished_meanwhile_on_another_phone_says_so_and_changes_nothing(
    mary: Browser, raters: Raters, at: str
) -> None:
    draft = keep(raters, THEN, mood=4)
    with unit_of_work():
        drafts.finish(raters.patient, draft, raters.mary)
    refused = said(mary, at, draft, "body", 9, THEN + MINUTE)
    assert (refused.status_code, why(refused)) == (409, arriving.SENT)
    assert said(mary, at, draft, "mood", 5, THEN + MINUTE).status_code == 409
    assert said(mary, at, draft, "mood", 4, THEN).status_code == 200  # the same as was sent
    assert sent(mary, f"{at}/{draft}/send", THEN + 2 * MINUTE).status_code == 200
    assert ratings() == 1
    made = db.session.scalars(select(Rating)).one()
    assert [one for one in made.scores if one is not None] == [4]
    assert db.session.scalar(select(func.count(RatingDraft.id))) == 0


def test_begun_elsewhere_too_neither_is_mixed_with_the_other(mary: Browser, raters: Raters, at: str) -> None:
    other, draft = keep(raters, NOW, mood=4), new_id()
    refused = said(mary, at, draft, "body", 9, THEN, **BEGINS)
    assert (refused.status_code, why(refused)) == (409, arriving.ELSEWHERE)
    assert draft_of(raters).said == {"mood": Said(4)}
    with unit_of_work():
        drafts.finish(raters.patient, other, raters.mary)
    assert said(mary, at, draft, "body", 9, THEN, **BEGINS).status_code == 200  # sent again
    assert draft_of(raters).client_id == draft


def test_what_was_thrown_away_does_not_come_back(mary: Browser, raters: Raters, at: str) -> None:
    draft = keep(raters, THEN, mood=4)
    with unit_of_work():
        drafts.throw_away(raters.patient, draft, raters.mary)
    for answer in (said(mary, at, draft, "body", 9, NOW), sent(mary, f"{at}/{draft}/send", NOW)):
        assert (answer.status_code, why(answer)) == (404, arriving.GONE)
    assert queries.mine(raters.patient, raters.mary.person_id) == []


def test_it_is_not_finished_before_all_has_arrived_or_while_it_goes_on_elsewhere(
    mary: Browser, raters: Raters, at: str, areas: list[str]
) -> None:
    draft = keep(raters, THEN, **dict.fromkeys(areas[1:], 5))
    missing = sent(mary, f"{at}/{draft}/send", THEN + 2 * MINUTE, said=areas)
    assert (missing.status_code, why(missing)) == (409, arriving.MISSING)
    assert said(mary, at, draft, areas[0], 5, THEN + MINUTE).status_code == 200
    keep(raters, NOW - MINUTE, **{areas[4]: 2})
    later = sent(mary, f"{at}/{draft}/send", THEN + 2 * MINUTE, said=areas)
    assert (later.status_code, why(later)) == (409, arriving.WENT_ON)
    assert ratings() == 0
    assert sent(mary, f"{at}/{draft}/send", NOW).status_code == 200


def test_nobody_else_adds_to_it_or_sends_it(
    mary: Browser, browser_of: BrowserOf, raters: Raters, at: str, world: World
) -> None:
    raters.share(Right.SEE, Right.ACT)
    draft = keep(raters, THEN, mood=4)
    tom = browser_of(world.tom)
    assert said(tom, at, draft, "body", 1, NOW, **BEGINS).status_code == 404
    assert sent(tom, f"{at}/{draft}/send", NOW).status_code == 404
    assert said(browser_of(world.priya), at, draft, "body", 1, NOW).status_code == 403
    token = tom.client.get("/me/unsent", headers=AS_A_PROGRAM).get_json()["csrf_token"]
    foreign = said(mary, at, draft, "body", 1, NOW, csrf_token=token)
    assert foreign.status_code == 403
    assert draft_of(raters).said == {"mood": Said(4)}
    assert said(tom, at, new_id(), "body", 1, NOW, **BEGINS).status_code == 200  # his own, of what she says
    assert draft_of(raters).said == {"mood": Said(4)}


@pytest.mark.usefixtures("own_instruments")
def test_it_is_kept_in_the_version_that_was_on_the_phone(app: Flask, mary: Browser, raters: Raters, at: str) -> None:
    raters.rate()  # somebody has used version 2
    wheel, draft = instruments.newest("wheel"), new_id()
    registered(app, changed(wheel, 3, areas=wheel.content["areas"][3:6]))
    assert said(mary, at, draft, wheel.areas[0].code, 5, THEN, **BEGINS).status_code == 200
    assert draft_of(raters).instrument.version == 2
    other = said(mary, at, draft, wheel.areas[4].code, 5, THEN, version="3")
    assert (other.status_code, why(other)) == (409, arriving.OTHER)
    with unit_of_work():
        drafts.throw_away(raters.patient, draft, raters.mary)
    assert said(mary, at, new_id(), wheel.areas[4].code, 5, THEN, version="9", **BEGINS).status_code == 422


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"score": "11"}, "Choose a whole number from 0 to 10"),
        ({"score": ""}, "Choose a number, or leave this one out"),
        ({"score": "5", "leave_out": "yes"}, "Choose a number, or leave this one out"),
        ({"note": "x" * 501}, "500"),
        ({"area": "wind"}, "no such area"),
        ({"when": NOW + timedelta(days=1)}, "Check the clock of the phone"),
        ({"when": NOW - timedelta(days=70)}, "Check the clock of the phone"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    mary: Browser, raters: Raters, at: str, form: dict[str, Any], reason: str
) -> None:
    draft = keep(raters, THEN, mood=4)
    area, when = form.pop("area", "body"), form.pop("when", THEN)
    refused = said(mary, at, draft, area, 5, when, **form)
    assert refused.status_code == 422
    assert reason in json.dumps(refused.get_json(), ensure_ascii=False)
    assert draft_of(raters).said == {"mood": Said(4)}


def test_an_area_asked_for_by_text_still_waits_for_its_answer(mary: Browser, raters: Raters, at: str) -> None:
    draft = keep(raters, THEN, mood=4)
    with unit_of_work():
        db.session.scalars(select(RatingDraft)).one().asked = "home"
    assert said(mary, at, draft, "body", 7, THEN + MINUTE).status_code == 200
    assert draft_of(raters).row.asked == "home"
    assert said(mary, at, draft, "home", 7, THEN + MINUTE).status_code == 200
    assert draft_of(raters).row.asked is None


def test_a_phone_keeps_the_questions_and_what_was_said_of_but_no_answer(
    mary: Browser, browser_of: BrowserOf, raters: Raters, home: str, world: World
) -> None:
    assert kept(mary, home)["draft"] is None
    draft = keep(raters, THEN, mood=4)
    found = kept(mary, home)
    assert found["draft"] == {"id": str(draft), "said": ["mood"]}
    assert (found["instrument"]["version"], len(found["instrument"]["areas"])) == (2, 8)
    assert "Okafor" not in json.dumps(found)
    assert kept(mary, f"{home}/wheel/{draft}/body", "")["row"] == found["row"]
    raters.share(Right.SEE)
    assert kept(browser_of(world.tom), home) is None
    assert kept(browser_of(world.priya), home) is None


def kept(browser: Browser, home: str, page: str = "/wheel") -> Any:
    found = re.search(r'data-kept="([^"]*)"', browser.get(home + page).get_data(as_text=True))
    return found and json.loads(unescape(found[1]))
