"""The page of one visit, where the patient keeps it from their circle, in words; and what others read there (S40)."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.identity.models import Person
from tests.medicines.kept import Home, home_of
from tests.messages.door import Door, door
from tests.messages.feeds import at_the_feed
from tests.people import World
from tests.web.browsing import Browser, words

CANARY = "Kingfisher"
CHIP = "Kept from the circle"


@pytest.fixture
def home(client: FlaskClient, world: World) -> Home:
    return home_of(client, world)


@pytest.fixture
def at(client: FlaskClient, home: Home) -> Door:
    return door(client, home.world, home.world.mary)


@pytest.fixture
def visit(at: Door, home: Home) -> Any:
    return at.plans_one(what=CANARY, visitor_id=str(home.world.adeyemi.id))


def browser_of(home: Home, person: Person) -> Browser:
    browser = Browser(home.client.application.test_client())
    browser.have_session(person)
    return browser


def page(home: Home, visit: Any) -> str:
    return f"/my/{home.world.mary_patient.id}/visits/{visit['id']}"


def test_mary_keeps_it_on_its_page_and_lets_it_be_seen_again(home: Home, visit: Any) -> None:
    mary, tom, here = browser_of(home, home.world.mary), browser_of(home, home.world.tom), page(home, visit)
    before = words(mary.get(here))
    assert "You can keep it from your circle, with what was written and said of it." in before
    assert "Keep this from my circle" in before
    assert not [one for one in ("belongs to a plan", "What was measured") if one in before]
    gone = mary.post(f"{here}/hiding")
    assert (gone.status_code, gone.headers["Location"]) == (303, f"{here}?said=hidden")
    after = words(mary.get(gone.headers["Location"]))
    for said in (
        "It is kept from the circle now.",
        "It is kept from your circle, with what was written and said of it.",
        "still sees it",
        "Let my circle see this again",
    ):
        assert said in after, said
    assert CHIP in words(mary.get(f"/my/{home.world.mary_patient.id}/visits"))
    assert CHIP in words(mary.get(f"/my/{home.world.mary_patient.id}/visits/plans"))
    assert "only whoever would have come" in words(mary.get(f"{here}/call-off"))
    assert tom.get(here).status_code == 404
    mary.get(here)
    assert mary.post(f"{here}/hiding", {"show": "yes"}).headers["Location"] == f"{here}?said=shown"
    assert "The circle can see it again." in words(mary.get(f"{here}?said=shown"))
    assert "Who can see it" not in words(tom.get(here))


def test_of_a_plan_it_says_what_can_be_guessed(home: Home, at: Door) -> None:
    at.plans(visitor_id=str(home.world.adeyemi.id))
    assert "belongs to a plan" in words(browser_of(home, home.world.mary).get(page(home, at.visits()[0])))


def test_where_one_of_the_family_comes_it_says_why_not(home: Home, at: Door) -> None:
    mary, visit = browser_of(home, home.world.mary), at.plans_one(visitor_id=str(home.world.tom.id))
    said = words(mary.get(page(home, visit)))
    assert "Somebody of it is to come, was here or wrote of it: Tom Okafor." in said
    assert "Keep this from" not in said
    refused = mary.post(f"{page(home, visit)}/hiding")
    assert (refused.status_code, "so it cannot be kept" in words(refused)) == (409, True)


def test_the_nurse_and_the_team_read_that_it_is_kept_and_who_reads_what_they_write(home: Home, visit: Any) -> None:
    nurse, priya, here = browser_of(home, home.world.adeyemi), browser_of(home, home.world.priya), page(home, visit)
    nurse.get(here)
    assert nurse.post(f"{here}/hiding").status_code == 403
    door(home.client, home.world, home.world.adeyemi).arrives(visit)
    assert "Tom Okafor" in words(nurse.get(f"{here}/write"))
    mary = browser_of(home, home.world.mary)
    mary.get(here)
    mary.post(f"{here}/hiding")
    for browser in (nurse, priya):
        said = words(browser.get(here))
        assert "It is kept from Mary’s circle. Do not speak of it with family or friends." in said
        assert "Who can see it" not in said
    assert "Tom Okafor" not in words(nurse.get(f"{here}/write"))
    checked = {"id": visit["id"], "step": "check", "family": "All well."}
    assert "Tom Okafor" not in words(nurse.post(f"{here}/write", checked))
    assert CHIP in words(priya.get(f"/console/patients/{home.world.mary_patient.id}"))
    (kept,) = kept_on_phone(nurse, here)["visits"]
    assert "Tom Okafor" not in kept["family_readers"]
    assert "Mary Okafor" in kept["family_readers"]


def kept_on_phone(browser: Browser, here: str) -> Any:
    found = re.search(r'data-kept="([^"]*)"', browser.get(here.rsplit("/", 1)[0]).get_data(as_text=True))
    assert found is not None
    return json.loads(unescape(found[1]))


def test_what_the_feed_says_of_it_is_shown_again_with_the_visit(home: Home, visit: Any) -> None:
    nurse, mary = door(home.client, home.world, home.world.adeyemi), browser_of(home, home.world.mary)
    nurse.arrives(visit)
    nurse.leaves(visit)
    (post,) = at_the_feed(home.client, home.world, home.world.mary).get()["items"]
    there = f"/my/{home.world.mary_patient.id}/feed/{post['id']}"
    assert "Keep this from my circle" in words(mary.get(there))
    mary.post(f"{page(home, visit)}/hiding")
    assert "What was measured stays among the readings" in words(mary.get(page(home, visit)))
    said = mary.get(there)
    assert "It is about a visit that is kept from your circle. Open the visit" in words(said)
    assert page(home, visit) in said.get_data(as_text=True)
    assert mary.post(f"{there}/hiding", {"show": "yes"}).status_code == 409
