"""The page of one medicine, where the patient keeps it from their circle, in words; and what the team is told (S40)."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.identity.models import Person
from tests.medicines.kept import AT_TWENTY, CANARY, Home, home_of
from tests.people import World
from tests.web.browsing import Browser, words


@pytest.fixture
def home(client: FlaskClient, world: World) -> Home:
    return home_of(client, world)


@pytest.fixture
def medicine(home: Home) -> Any:
    made = home.mary.add(CANARY)
    home.mary.scheduled(made, AT_TWENTY)
    return made


def browser_of(client: FlaskClient, person: Person) -> Browser:
    browser = Browser(client.application.test_client())
    browser.have_session(person)
    return browser


def page(home: Home, medicine: Any) -> str:
    return f"/my/{home.world.mary_patient.id}/medicines/{medicine['id']}"


def test_mary_hides_it_on_its_page_and_shows_it_again(client: FlaskClient, home: Home, medicine: Any) -> None:
    mary, tom = browser_of(client, home.world.mary), browser_of(client, home.world.tom)
    here = page(home, medicine)
    before = words(mary.get(here))
    assert "Keep it from the circle" in before
    assert "the team will still see it" in before
    gone = mary.post(f"{here}/hiding")
    assert (gone.status_code, gone.headers["Location"]) == (303, f"{here}?said=hidden")
    after = words(mary.get(gone.headers["Location"]))
    for said in (
        "It is kept from the circle now.",
        "This medicine is kept from your circle.",
        "a nurse who visits neither",
        "reminders of it go to you",
        "its doses still count",
        "Mary Okafor kept it from the circle",
    ):
        assert said in after, said
    assert "Kept from the circle" in words(mary.get(f"/my/{home.world.mary_patient.id}/medicines/list"))
    assert tom.get(here).status_code == 404
    assert CANARY not in tom.get(f"/my/{home.world.mary_patient.id}/medicines").get_data(as_text=True)
    mary.get(here)
    assert mary.post(f"{here}/hiding", {"show": "yes"}).status_code == 303
    shown = words(tom.get(here))
    assert CANARY in shown
    assert "circle" not in shown.split("History")[1]


def test_who_is_told_says_nobody_while_it_is_hidden(client: FlaskClient, home: Home, medicine: Any) -> None:
    watch = {"items": [{"person_id": str(home.world.tom.id), "after_minutes": 30}]}
    assert home.mary.put(f"/medicines/{medicine['id']}/watches", watch).status_code == 200
    mary = browser_of(client, home.world.mary)
    assert "Tom Okafor, 30 minutes after its time" in words(mary.get(page(home, medicine)))
    home.hide(medicine)
    assert "Tom Okafor" not in words(mary.get(page(home, medicine)))
    home.acts(home.world.tom, "medicines")
    assert "Tom Okafor, 30 minutes after its time" in words(mary.get(page(home, medicine)))


def test_the_team_sees_it_and_is_told_not_to_speak_of_it(client: FlaskClient, home: Home, medicine: Any) -> None:
    home.hide(medicine)
    priya = browser_of(client, home.world.priya)
    shown = words(priya.get(page(home, medicine)))
    assert "It is kept from Mary Okafor’s circle. Do not speak of it with family, or with somebody who visits." in shown
    assert "Show it to the circle again" not in shown
    console = words(priya.get(f"/console/patients/{home.world.mary_patient.id}"))
    assert CANARY in console
    assert "Kept from the circle" in console


def test_others_are_offered_nothing_and_refused(client: FlaskClient, home: Home, medicine: Any) -> None:
    for person in (home.world.tom, home.world.priya):
        browser = browser_of(client, person)
        assert "the circle" not in words(browser.get(page(home, medicine)))
        assert browser.post(f"{page(home, medicine)}/hiding").status_code == 403
