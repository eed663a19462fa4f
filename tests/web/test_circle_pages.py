"""Who sees what until when: read, given after reading, changed, ended after an explanation; by pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import db
from app.identity.models import Person
from app.notifications.models import Delivery
from app.patients.models import ActingFor, CircleGrant, CircleMember
from tests.conftest import NOW
from tests.patients.circles import circle_of
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
GIVE = {"category": "medicines", "right": "see", "ends_on": "2027-01-31"}
SEEN = "Registered LPA 7000-1234 seen on 16 November 2026."


@pytest.fixture
def tom(world: World, client: FlaskClient) -> str:
    """Tom's place in Mary's circle."""
    return circle_of(client, world, world.mary).member("Tom")


def running() -> list[str]:
    grants = db.session.scalars(select(CircleGrant).where(CircleGrant.ended_at.is_(None)))
    return sorted(f"{one.category} {one.right} {one.ends_on}" for one in grants)


def hidden(page: Any) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.get_data(as_text=True)))


def test_mary_reads_who_sees_what_until_when(mary: Browser, home: str) -> None:
    page = words(mary.get(f"{home}/circle"))
    assert "Riverside Long-Term Conditions looks after you and sees your whole record." in page
    assert (
        "See readings Until 17 May 2027 Given by Mary Okafor Change Another day : See readings, Tom Okafor End" in page
    )
    assert "Tom will see the readings in Mary’s record" in page
    assert "Bola Adeyemi District nurse Visits by work" in page
    assert "Sees it Tom until 17 May 2027 Bola until 17 May 2027" in page
    assert "Nobody in the circle has anything of medicines, visits, goals, ratings, the plan and messages." in page
    assert "Who acts for you Nobody." in page
    assert "No team elsewhere sees your record. Nobody has your record open because of an emergency." in page


def test_it_is_read_before_it_is_given(mary: Browser, home: str, tom: str) -> None:
    path = f"{home}/circle/{tom}/give"
    mary.get(path)
    read = mary.post(path, GIVE)
    assert read.status_code == 200
    assert "Tom: See medicines Tom will see Mary’s medicines: what, how much" in words(read)
    assert "until the end of 31 January 2027" in words(read)
    assert not any("medicines" in one for one in running())
    assert mary.post(path, hidden(read) | {"change": "yes"}).status_code == 200
    given = mary.post(path, hidden(read) | {"confirmed": "yes"})
    assert given.headers["Location"].endswith(f"/circle?said=given#member-{tom}")
    assert "It is given, from now on." in words(mary.get(given.headers["Location"]))
    assert "medicines see 2027-01-31" in running()


def test_another_day_for_what_is_given(mary: Browser, home: str, tom: str, world: World, client: FlaskClient) -> None:
    grant = circle_of(client, world, world.mary).members()["Tom"]["grants"][0]["id"]
    path = f"{home}/circle/{tom}/give"
    form = mary.hidden(f"{path}?grant={grant}")
    assert (form["category"], form["right"]) == ("readings", "see")
    read = mary.post(path, form | {"until": "2027-02-17"})
    assert mary.post(path, hidden(read) | {"confirmed": "yes"}).status_code == 303
    assert "readings see 2027-02-17" in running()
    assert mary.get(f"{path}?grant=none").status_code == 404


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({"category": "", "right": "", "until": ""}, "Choose what this is about"),
    "no right": ({"right": ""}, "Choose how far it goes"),
    "no day": ({"ends_on": ""}, "Choose until when"),
    "yesterday": ({"ends_on": "2026-11-17"}, "A grant must end in the future."),
    "in two years": ({"ends_on": "2028-11-18"}, "A grant lasts a year at most"),
    "a kind there is not": ({"category": "everything"}, "Choose what this is about"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_and_changes_nothing(mary: Browser, home: str, tom: str, case: str) -> None:
    change, said = WRONG[case]
    path, before = f"{home}/circle/{tom}/give", running()
    mary.get(path)
    for confirmed in ({}, {"confirmed": "yes"}):
        page = mary.post(path, GIVE | change | confirmed)
        assert (page.status_code, words(page).count(said) >= 2) == (422, True), words(page)
    assert running() == before


def test_words_that_changed_meanwhile_are_read_again(mary: Browser, home: str, tom: str) -> None:
    path = f"{home}/circle/{tom}/give"
    mary.get(path)
    page = mary.post(path, GIVE | {"confirmed": "yes", "wording_version": "7"})
    assert (page.status_code, "Please read them again" in words(page)) == (409, True)


def test_an_ending_is_explained_and_silent_unless_chosen(
    mary: Browser, home: str, tom: str, world: World, client: FlaskClient
) -> None:
    circle = circle_of(client, world, world.mary)
    grant = circle.members()["Tom"]["grants"][0]["id"]
    path = f"{home}/circle/{tom}/grants/{grant}/end"
    page = words(mary.get(path))
    for sentence in (said := circle.get(f"/circle/{tom}/grants/{grant}/withdrawal"))["changes"] + said["stays"]:
        assert sentence in page  # the page and the API say the same
    assert "readings see 2027-05-17" in running()
    assert mary.post(path, {"tell": "no"}).status_code == 303
    assert db.session.scalars(select(Delivery)).all() == []
    assert mary.post(path, {"tell": "no"}).status_code == 404
    gone = f"{home}/circle/{tom}/end"
    assert "Take Tom out of your circle?" in words(mary.get(gone))
    assert mary.post(gone, {"tell": "yes"}).status_code == 303
    assert len(db.session.scalars(select(Delivery)).all()) == 1
    assert mary.get(gone).status_code == 404


def test_who_somebody_is_by_now(mary: Browser, home: str, tom: str, world: World) -> None:
    path = f"{home}/circle/{tom}/change"
    form = mary.hidden(path)
    assert mary.post(path, form | {"relationship": "", "role": "member"}).status_code == 422
    assert mary.post(path, form | {"relationship": "lodger", "role": "member"}).status_code == 303
    assert db.session.get_one(CircleMember, tom).relationship == "lodger"
    assert "readings see 2027-05-17" in running()  # Bola's
    assert len(running()) == 3
    again = mary.post(path, form | {"relationship": "friend", "role": "member"})
    assert (again.status_code, "changed since you read it" in words(again)) == (412, True)


def test_mary_asks_tom_to_act_for_her_and_ends_it(
    mary: Browser, home: str, tom: str, browser_of: BrowserOf, world: World
) -> None:
    path = f"{home}/acting/new"
    mary.get(path)
    empty = mary.post(path, {"member_id": tom})
    assert (empty.status_code, "Tick at least one" in words(empty)) == (422, True)
    read = mary.post(path, {"member_id": tom, "scopes": ["circle", "readings"], "until": "2027-05-19"})
    assert "Mary asks Tom to act for Mary" in words(read)
    typed = hidden(read) | {"scopes": ["circle", "readings"], "confirmed": "yes"}
    assert mary.post(path, typed).status_code == 303
    (acting,) = db.session.scalars(select(ActingFor))
    assert (acting.basis, acting.scopes, str(acting.review_on)) == ("consent", ["circle", "readings"], "2027-05-19")

    his = browser_of(world.tom)
    start = words(his.get("/circle"))
    assert "You act for Mary Okafor with Mary’s own consent. You decide about: The circle and readings." in start
    today = words(his.get(f"{home}/"))
    assert "This is Mary Okafor’s record. You act for Mary Okafor, and what you do here says so. Change person" in today
    assert "Today Add a reading Numbers Circle" in today
    circle = words(his.get(f"{home}/circle"))
    assert "looks after Mary and sees Mary’s whole record" in circle
    assert his.get(f"{home}/acting/new").status_code == 403

    end = f"{home}/acting/{acting.id}/end"
    assert "Tom can no longer decide for you about the circle and readings." in words(mary.get(end))
    assert mary.post(end).status_code == 303
    assert his.get(f"{home}/circle").status_code == 403


def test_priya_records_a_power_of_attorney_and_reviews_it(priya: Browser, home: str, tom: str) -> None:
    path = f"{home}/acting/new"
    priya.get(path)
    form = {"member_id": tom, "basis": "lasting_power_of_attorney", "scopes": ["plan"]}
    short = priya.post(path, form | {"review_on": "2027-03-01", "evidence": "seen"})
    assert (short.status_code, "20 characters or more" in words(short)) == (422, True)
    read = priya.post(path, form | {"review_on": "2027-03-01", "evidence": SEEN})
    assert "registered lasting power of attorney that the team has seen" in words(read)
    assert priya.post(path, hidden(read) | {"confirmed": "yes"}).status_code == 303
    (acting,) = db.session.scalars(select(ActingFor))
    assert acting.evidence == SEEN
    review = f"{home}/acting/{acting.id}/review"
    assert SEEN in words(priya.get(review))
    assert priya.post(review, {"until": "2027-05-19", "note": ""}).status_code == 422
    assert priya.post(review, {"until": "2027-05-19", "note": "Looked at again with Tom."}).status_code == 303
    db.session.refresh(acting)
    assert str(acting.review_on) == "2027-05-19"


def test_what_was_given_before_stays_to_be_read(
    mary: Browser, home: str, tom: str, world: World, client: FlaskClient
) -> None:
    circle = circle_of(client, world, world.mary)
    circle.delete(f"/circle/{tom}/grants/{circle.members()['Tom']['grants'][0]['id']}")
    page = words(mary.get(f"{home}/circle/history"))
    assert "Tom Okafor: See readings Given on 18 November 2026 until 17 May 2027 by Mary Okafor." in page
    assert "Ended, on 18 November 2026, by Mary Okafor." in page


def test_tom_reads_whose_circles_he_is_in_and_leaves(browser_of: BrowserOf, world: World, tom: str) -> None:
    his = browser_of(world.tom)
    assert his.get("/").headers["Location"] == "/circle"
    start = his.get("/circle")
    assert "Mary Okafor You are in the circle as: son See readings until 17 May 2027 Numbers" in words(start)
    leave = f"/circle/{tom}/leave"
    assert "You see nothing of Mary’s record any more" in words(his.get(leave))
    done = his.post(leave)
    assert "You have left the circle. You are in nobody’s circle just now." in words(his.get(done.headers["Location"]))
    assert his.get(leave).status_code == his.post(leave).status_code == 404


def test_what_ends_soon_stands_on_today_and_in_the_circle(
    mary: Browser, home: str, tom: str, world: World, client: FlaskClient
) -> None:
    assert "Ending soon" not in words(mary.get(f"{home}/"))
    ends_on = (NOW + timedelta(days=12)).date().isoformat()
    circle_of(client, world, world.mary).give("Tom", "plan", "see", ends_on)
    for path in (f"{home}/", f"{home}/circle"):
        page = mary.get(path)
        assert "Tom can see the plan until the end of 30 November. Keep it or let it end" in words(page)
        assert f"#member-{tom}" in page.get_data(as_text=True)


def test_a_clinician_reads_and_changes_nothing(browser_of: BrowserOf, world: World, home: str, tom: str) -> None:
    lind = browser_of(world.lind)
    page = lind.get(f"{home}/circle")
    assert "looks after Mary" in words(page)
    for sign in ("/give", "/end", "/change", "see_as", "acting/new"):
        assert sign not in page.get_data(as_text=True)
    assert lind.get(f"{home}/circle/{tom}/give").status_code == 403
