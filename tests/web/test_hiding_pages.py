"""The page of one number, where the patient keeps it from their circle, and pages on which it is gone (S40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.core import clock, ids
from app.identity.models import Person
from tests.people import World, signed_in
from tests.web.browsing import Browser


@pytest.fixture
def two(client: FlaskClient, world: World) -> tuple[str, str]:
    """An older weight and a newer one, both Mary's."""
    made = []
    for value, ago in ((80.5, 60), (91.5, 5)):
        body = {"measure": "weight", "value": value, "unit": "kg", "id": str(ids.new_id())}
        body["measured_at"] = (clock.now() - timedelta(minutes=ago)).isoformat()
        path = f"/api/patients/{world.mary_patient.id}/readings"
        assert client.post(path, json=body, headers=signed_in(client, world.mary)).status_code == 201
        made.append(str(body["id"]))
    return made[0], made[1]


def browser_of(client: FlaskClient, person: Person) -> Browser:
    browser = Browser(client.application.test_client())
    browser.have_session(person)
    return browser


def my(world: World, rest: str) -> str:
    return f"/my/{world.mary_patient.id}/{rest}"


def test_mary_hides_a_number_from_its_page_and_shows_it_again(
    client: FlaskClient, world: World, two: tuple[str, str]
) -> None:
    mary, tom = browser_of(client, world.mary), browser_of(client, world.tom)
    page = my(world, f"readings/{two[1]}")
    assert f'href="{page}"' in mary.get(my(world, "numbers")).get_data(as_text=True)
    assert "Keep it from my circle" in mary.get(page).get_data(as_text=True)
    assert mary.post(f"{page}/hiding").headers["Location"] == page
    assert "This number is kept from your circle" in mary.get(page).get_data(as_text=True)
    numbers = tom.get(my(world, "numbers")).get_data(as_text=True)
    assert ("80.5" in numbers, "91.5" in numbers, "One reading in 30 days" in numbers) == (True, False, True)
    assert tom.get(page).status_code == 404
    assert mary.post(f"{page}/hiding", {"show": "yes"}).status_code == 303
    assert "91.5" in tom.get(my(world, "numbers")).get_data(as_text=True)


def test_the_form_of_a_nurse_says_the_last_number_that_she_sees(
    client: FlaskClient, world: World, two: tuple[str, str]
) -> None:
    mary, nurse = browser_of(client, world.mary), browser_of(client, world.adeyemi)
    mary.get(my(world, f"readings/{two[1]}"))
    mary.post(my(world, f"readings/{two[1]}/hiding"))
    for page in ("readings/new", "readings/new/weight"):
        shown = nurse.get(my(world, page)).get_data(as_text=True)
        assert ("80.5" in shown, "91.5" in shown) == (True, False), page


def test_others_are_offered_nothing_and_refused(client: FlaskClient, world: World, two: tuple[str, str]) -> None:
    tom, page = browser_of(client, world.tom), my(world, f"readings/{two[1]}")
    assert "from my circle" not in tom.get(page).get_data(as_text=True)
    assert tom.post(f"{page}/hiding").status_code == 403
