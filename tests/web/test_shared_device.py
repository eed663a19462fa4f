"""A phone or computer that others use too: signed out soon, and nothing of one stays there (S40)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import db
from app.identity.models import DeviceSession
from tests.conftest import NOW
from tests.people import World, code_of
from tests.web.browsing import Browser


@pytest.fixture
def browser(client: FlaskClient, world: World) -> Browser:
    return Browser(client)


def share(browser: Browser, answer: str = "yes") -> TestResponse:
    browser.get("/sign-in")
    return browser.post("/sign-in/shared", {"shared": answer, "next": "/me/sign-in"})


def cookies(answer: TestResponse) -> dict[str, str]:
    return {one.partition("=")[0]: one for one in answer.headers.getlist("Set-Cookie")}


def is_in(browser: Browser) -> bool:
    return browser.get("/me/sign-in").status_code == 200


def test_saying_so_goes_back_to_the_form_which_says_what_it_means(browser: Browser) -> None:
    answer = share(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/me/sign-in")
    assert "Max-Age" not in cookies(answer)["kith-shared"]
    page = browser.get("/sign-in").get_data(as_text=True)
    assert "after 10\n  minutes without a step" in page
    share(browser, "no")
    assert "minutes without a step" not in browser.get("/sign-in").get_data(as_text=True)


def test_the_session_goes_with_the_browser_which_is_not_known_again(browser: Browser, world: World) -> None:
    share(browser)
    given = cookies(browser.sign_in(world.tom))
    assert "Max-Age" not in given["kith"]
    assert "Expires" not in given["kith"]
    assert "kith-known" not in given


def test_on_ones_own_it_lasts_and_is_known(browser: Browser, world: World) -> None:
    given = cookies(browser.sign_in(world.tom))
    assert "Max-Age=43200" in given["kith"]
    assert "kith-known" in given


def test_ten_minutes_without_a_step_end_it(browser: Browser, world: World) -> None:
    share(browser)
    browser.sign_in(world.tom)
    with clock.at(NOW + timedelta(minutes=9)):
        assert is_in(browser)
    with clock.at(NOW + timedelta(minutes=18)):  # nine after the last step
        assert is_in(browser)
    with clock.at(NOW + timedelta(minutes=28)):
        assert not is_in(browser)


def test_what_a_page_asks_by_itself_is_no_step(browser: Browser, world: World) -> None:
    share(browser)
    browser.sign_in(world.tom)
    with clock.at(NOW + timedelta(minutes=9)):
        assert browser.get("/me/sign-in", **{"Sec-Fetch-Mode": "cors"}).status_code == 200
    with clock.at(NOW + timedelta(minutes=11)):
        assert not is_in(browser)


def test_steps_keep_nobody_in_for_longer_than_on_ones_own(browser: Browser, world: World) -> None:
    share(browser)
    browser.sign_in(world.tom)
    for minutes in range(9, 12 * 60, 9):
        with clock.at(NOW + timedelta(minutes=minutes)):
            assert is_in(browser)
    with clock.at(NOW + timedelta(hours=12, minutes=1)):
        assert not is_in(browser)


def test_a_session_of_ones_own_is_not_touched(browser: Browser, world: World) -> None:
    """Whoever adds the mark by hand neither prolongs nor shortens what is not shared."""
    browser.sign_in(world.tom)
    browser.client.set_cookie("kith-shared", "yes")
    assert is_in(browser)
    session = db.session.scalars(select(DeviceSession).where(DeviceSession.revoked_at.is_(None))).one()
    assert session.expires_at == NOW + timedelta(hours=12)


def test_it_holds_through_a_second_factor(browser: Browser, world: World) -> None:
    share(browser)
    browser.sign_in(world.priya)
    browser.get("/sign-in/second-factor")
    given = cookies(browser.post("/sign-in/second-factor", {"code": code_of(world.priya)}))
    assert "Max-Age" not in given["kith"]
    assert "kith-known" not in given
    with clock.at(NOW + timedelta(minutes=11)):
        assert not is_in(browser)


def test_signing_out_leaves_nothing_there(browser: Browser, world: World) -> None:
    share(browser)
    browser.sign_in(world.tom)
    browser.get("/me/sign-in")
    answer = browser.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage", "cookies"'
    assert "Max-Age=0" in cookies(answer)["kith"]
    assert not is_in(browser)
