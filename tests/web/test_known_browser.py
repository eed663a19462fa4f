"""Strangers who ask or guess for somebody keep them out of no browser they have signed in with before (S15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core import clock, limits
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity.models import Person
from app.identity.service import codes
from tests.conftest import NOW
from tests.identity import one_use
from tests.people import World, code_of
from tests.web.browsing import Browser

nothing_deferred = one_use.nothing_deferred

STRANGERS = [f"203.0.{n // 250}.{n % 250}" for n in range(500)]
TOM = "07700 900203"


@pytest.fixture
def browser(app: Flask) -> Callable[[str], Browser]:
    """A new browser at an address."""

    def made(address: str) -> Browser:
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return Browser(client)

    return made


def ask(one: Browser, identifier: str = TOM) -> TestResponse:
    one.get("/sign-in/code")
    return one.post("/sign-in/code", {"identifier": identifier})


def signs_in(one: Browser, identifier: str = TOM) -> bool:
    """Ask for a code, and type the one that comes; does it lead in?"""
    if ask(one, identifier).status_code != 303:
        return False
    one.get("/sign-in/code/enter")
    return one.post("/sign-in/code/enter", {"code": one_use.sent()[-1].code}).status_code == 303


def asked_by_strangers(client: FlaskClient) -> int:
    """Five hundred addresses ask for Tom's number, three times each; how many codes are sent."""
    before = len(one_use.sent())
    for address in STRANGERS:
        for _ in range(3):
            client.post("/api/sign-in/code", json={"identifier": TOM}, environ_base={"REMOTE_ADDR": address})
    return len(one_use.sent()) - before


@pytest.fixture
def tom(world: World) -> Person:
    """Tom has nothing but his phone."""
    with unit_of_work():
        tom = db.session.get_one(Person, world.tom.id)
        tom.password_hash = None
    return tom


def test_five_hundred_strangers_do_not_keep_tom_out(
    client: FlaskClient, browser: Callable[[str], Browser], tom: Person
) -> None:
    at_home = browser("198.51.100.7")
    assert signs_in(at_home)
    at_home.get("/")
    at_home.post("/sign-out")
    assert asked_by_strangers(client) == codes.FREELY  # the one for Tom among the first; then one each half hour
    assert ask(browser("198.51.100.8")).status_code == 429
    assert signs_in(at_home)


def test_from_a_new_browser_he_waits_half_an_hour_and_not_a_day(
    client: FlaskClient, browser: Callable[[str], Browser], tom: Person
) -> None:
    asked_by_strangers(client)
    new = browser("198.51.100.9")
    refused = ask(new)
    assert refused.status_code == 429
    wait = int(refused.headers["Retry-After"])
    assert 0 < wait <= codes.SLOWLY.total_seconds()
    with clock.at(NOW + timedelta(seconds=wait)):
        assert signs_in(new)


def test_strangers_have_few_texts_sent_in_a_day(client: FlaskClient, tom: Person) -> None:
    sent = 0
    for minutes in range(0, 24 * 60, 10):
        with clock.at(NOW + timedelta(minutes=minutes)):
            for address in STRANGERS[minutes % 400 : minutes % 400 + 5]:
                client.post("/api/sign-in/code", json={"identifier": TOM}, environ_base={"REMOTE_ADDR": address})
            one_use.do_tasks()
    sent = len(one_use.posted())
    with clock.at(NOW + timedelta(hours=23, minutes=59)):
        assert operators_read(client) == f"kith_sign_in_codes {sent}.0"
    assert 48 <= sent <= codes.FREELY + 49


def test_a_known_browser_has_a_bound_of_its_own(browser: Callable[[str], Browser], tom: Person) -> None:
    at_home = browser("198.51.100.7")
    assert signs_in(at_home)
    statuses = [ask(at_home).status_code for _ in range(codes.FREELY + 1)]
    assert statuses == [303] * codes.FREELY + [429]
    statuses = []
    for hours in (1, 2):
        with clock.at(NOW + timedelta(hours=hours)):
            statuses += [ask(at_home).status_code for _ in range(codes.FREELY)]
    assert statuses.count(303) < codes.KNOWN_A_DAY


def test_the_mark_is_of_one_person_and_nobody_can_read_or_make_it(
    client: FlaskClient, browser: Callable[[str], Browser], tom: Person, world: World
) -> None:
    marys = browser("198.51.100.7")
    assert signs_in(marys, "07700 900201")
    asked_by_strangers(client)
    assert ask(marys).status_code == 429
    forger = browser("198.51.100.8")
    forger.client.set_cookie("kith-known", "0" * 32 + "-1-" + "0" * 64)
    assert ask(forger).status_code == 429
    cookie = marys.client.get_cookie("kith-known")
    assert cookie is not None
    assert cookie.http_only
    assert str(world.mary.id) not in cookie.value


def test_guesses_that_lock_a_password_lock_it_not_in_the_browser_of_its_person(
    client: FlaskClient, browser: Callable[[str], Browser], world: World
) -> None:
    """Staff: who guesses from elsewhere closes the password there; at her desk Priya shows both factors as always."""
    desk = browser("198.51.100.7")
    fully_signed_in(desk, world.priya)
    for address in STRANGERS:
        body = {"identifier": world.priya.email, "password": "not these four words"}
        client.post("/api/sign-in", json=body, environ_base={"REMOTE_ADDR": address})
    assert locked(world.priya)
    assert browser("198.51.100.8").sign_in(world.priya).status_code in (401, 429)
    with clock.at(NOW + timedelta(minutes=2)):
        fully_signed_in(desk, world.priya)
    assert not locked(world.priya)


def test_a_known_browser_may_guess_ten_times_a_day(browser: Callable[[str], Browser], world: World) -> None:
    desk = browser("198.51.100.7")
    fully_signed_in(desk, world.priya)
    statuses = [desk.sign_in(world.priya, "not these four words").status_code for _ in range(10)]
    assert statuses == [401] * 10
    assert locked(world.priya)
    with clock.at(NOW + timedelta(minutes=2)):
        assert desk.sign_in(world.priya).status_code == 401  # as anybody's


def test_a_password_without_its_second_factor_makes_no_browser_known(
    browser: Callable[[str], Browser], world: World
) -> None:
    new = browser("198.51.100.7")
    assert new.sign_in(world.priya).status_code == 303
    assert new.client.get_cookie("kith-known") is None


def operators_read(client: FlaskClient) -> str:
    """What operators read of it."""
    lines = client.get("/metrics").text.splitlines()
    return next(line for line in lines if line.startswith("kith_sign_in_codes"))


def fully_signed_in(one: Browser, person: Person) -> None:
    assert one.sign_in(person).status_code == 303
    one.get("/sign-in/second-factor")
    assert one.post("/sign-in/second-factor", {"code": code_of(person)}).status_code == 303


def locked(person: Person) -> bool:
    db.session.expire_all()
    return queries.person(person.id).password_locked_at is not None


@pytest.fixture(autouse=True)
def _afresh(app: Flask) -> None:
    """No quota of another test."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(limits.RateWindow.__table__.delete())
