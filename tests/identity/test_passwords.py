"""Passwords: long enough, not among the first that are tried, whatever they are made of (security.md S13)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.core.errors import Invalid
from app.core.unit_of_work import unit_of_work
from app.identity import passwords, service
from app.identity.models import Person
from tests.identity.steps import by_password, fully
from tests.people import PASSWORD, World, signed_in

NEW = "seven quite different words together"

# password, is there a second factor -> is it taken
CHOICES = {
    "15 characters": ("nine owls at te", False, True),
    "14 characters": ("nine owls at t", False, False),
    "8 with a second factor": ("owls 9!x", True, True),
    "7 with a second factor": ("owls 9!", True, False),
    "64 characters": ("0 owl " * 11, False, True),
    "200 characters": ("nine owls " * 20, False, True),
    "201 characters": ("nine owls " * 20 + "x", False, False),
    "one kind of letter only": ("owlsinthebarnatnight", False, True),
    "another script": ("неспокойная сова", False, True),
    "pictures": ("🦉" * 5 + "seven calm", False, True),
    "a common one": ("passwordpassword1", False, False),
    "a common one, in capitals": ("PasswordPassword1", False, False),
    "a common one, with spaces": ("password password 1", False, False),
    "a common short one": ("Password1", True, False),
    "two rows of keys": ("qwertyuiopasdfg", False, False),
    "a row of keys, alone": ("qwertyuiop", True, False),
    "one letter": ("aaaaaaaaaaaaaaa", False, False),
    "numbers in order": ("123456789012345", False, False),
    "a season and a year": ("summer2026", True, False),
}


@pytest.mark.parametrize(("password", "with_factor", "taken"), CHOICES.values(), ids=CHOICES)
def test_what_may_be_chosen(password: str, with_factor: bool, taken: bool) -> None:
    if taken:
        stored = passwords.hash_of(password, has_second_factor=with_factor)
        assert passwords.fits(password, stored)
        assert not passwords.fits(password[:-1], stored)
    else:
        with pytest.raises(Invalid) as refused:
            passwords.hash_of(password, has_second_factor=with_factor)
        assert refused.value.errors[0]["pointer"] == "/password"


def test_the_list_holds_some_thousand_that_could_be_chosen_otherwise() -> None:
    assert 3000 < len(passwords.COMMON) < 10_000
    assert min(map(len, passwords.COMMON)) >= passwords.SHORTEST_WITH_SECOND_FACTOR
    assert all(one == one.lower() for one in passwords.COMMON)


def test_none_fits_where_there_is_none() -> None:
    assert not passwords.fits("nobody signs in with this", None)
    assert not passwords.fits("", "no hash at all")


def change(client: FlaskClient, headers: dict[str, str], current: str, new: str) -> int:
    return client.post("/api/password", json={"current": current, "new": new}, headers=headers).status_code


def test_a_password_is_changed_by_whoever_knows_it(client: FlaskClient, world: World) -> None:
    here, there = signed_in(client, world.mary), signed_in(client, world.mary)
    assert change(client, here, "not this one at all", NEW) == 422
    assert change(client, here, PASSWORD, "short") == 422
    assert client.get("/api/me", headers=there).status_code == 200
    assert change(client, here, PASSWORD, NEW) == 204
    assert client.get("/api/me", headers=here).status_code == 200
    assert client.get("/api/me", headers=there).status_code == 401
    assert by_password(client, world.mary).status_code == 401
    assert by_password(client, world.mary, NEW).status_code == 200


def test_a_stolen_session_cannot_guess_it(client: FlaskClient, world: World) -> None:
    here = signed_in(client, world.mary)
    assert [change(client, here, f"guess {n}", NEW) for n in range(11)] == [422] * 10 + [429]
    assert change(client, here, PASSWORD, NEW) == 429


def test_staff_may_choose_a_shorter_one_with_their_second_factor(client: FlaskClient, world: World) -> None:
    assert change(client, fully(client, world.priya), PASSWORD, "owls 9!x") == 204


def test_whoever_has_none_chooses_one_soon_after_signing_in(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        person = service.add_person("Ida", "Berg", email="ida.berg@kith.example")
    headers = signed_in(client, person)
    assert by_password(client, person, NEW).status_code == 401
    assert change(client, headers, "", NEW) == 204
    assert by_password(client, person, NEW).status_code == 200


def test_somebody_with_a_role_only_needs_fifteen_until_the_second_factor_is_there(world: World) -> None:
    new_one = Person(given_name="Ida", family_name="Berg", email="ida.berg@kith.example")
    with pytest.raises(Invalid):
        service.set_password(new_one, "owls 9!x")
