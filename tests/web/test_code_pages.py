"""Signing in with a code on pages: what is said, what is bound, what is answered alike."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import DeviceSession
from tests.conftest import NOW
from tests.identity import one_use
from tests.identity.elsewhere import cookies
from tests.identity.one_use import sent
from tests.people import World
from tests.web.browsing import Browser, words

nothing_deferred = one_use.nothing_deferred

ASK, ENTER, MARY = "/sign-in/code", "/sign-in/code/enter", "07700 900201"


@pytest.fixture
def browser(app: Flask, world: World) -> Browser:
    return Browser(app.test_client())


def ask(browser: Browser, identifier: str = MARY, **more: str) -> None:
    browser.get(ASK)
    answer = browser.post(ASK, {"identifier": identifier} | more)
    assert answer.status_code == 303, words(answer)
    browser.get(answer.headers["Location"])


def test_mary_signs_in_with_a_code_and_comes_to_where_she_wanted(browser: Browser, world: World) -> None:
    home = f"/my/{world.mary_patient.id}/"
    form = browser.hidden(f"{ASK}?next={home}")
    answer = browser.post(ASK, form | {"identifier": MARY})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{ENTER}?next=%2Fmy%2F{world.mary_patient.id}%2F")
    form = browser.hidden(answer.headers["Location"])
    assert form["next"] == home
    done = browser.post(ENTER, form | {"code": sent()[0].code})
    assert (done.status_code, done.headers["Location"]) == (303, home)
    assert browser.get(home).status_code == 200
    assert cookies(done)["kith-code"] == ""
    with unit_of_work():
        session = db.session.query(DeviceSession).one()
        assert (session.kind, session.method) == ("browser", "code")


def test_what_binds_the_code_is_a_cookie_no_script_reads(browser: Browser) -> None:
    browser.get(ASK)
    answer = browser.post(ASK, {"identifier": MARY})
    (kept,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("kith-code=")]
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=600"} <= set(kept.split("; "))
    assert cookies(answer)["kith-code"] not in answer.headers["Location"]
    assert cookies(answer)["kith-code"] not in browser.get(ENTER).text


def test_known_or_not_the_pages_are_byte_alike(app: Flask, browser: Browser) -> None:
    pages = []
    for identifier in (MARY, "07700 900999", "mary.okafor@kith.example", "nobody@kith.example"):
        one = Browser(app.test_client())
        one.get(ASK)
        answer = one.post(ASK, {"identifier": identifier})
        shown = one.get(answer.headers["Location"])
        plain = re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"', "", shown.text)
        pages.append((answer.status_code, answer.headers["Location"], len(cookies(answer)["kith-code"]), plain))
    assert len(set(pages)) == 1


def test_a_code_typed_in_another_browser_opens_nothing(app: Flask, browser: Browser) -> None:
    ask(browser)
    code = sent()[0].code
    other = Browser(app.test_client())
    assert "has not asked for a code" in words(other.get(ENTER))
    other.get(ASK)
    assert other.post(ENTER, {"code": code}).status_code == 401
    other.client.set_cookie("kith-code", "planted")
    assert other.post(ENTER, {"code": code}).status_code == 401
    assert browser.post(ENTER, {"code": code}).status_code == 303


def test_a_wrong_code_says_so_and_five_are_enough(browser: Browser) -> None:
    ask(browser)
    code = sent()[0].code
    for n in range(5):
        answer = browser.post(ENTER, {"code": f"{(int(code) + 1 + n) % 1_000_000:06}"})
        assert answer.status_code == 401
        assert "does not fit, has run out or was tried too often" in words(answer)
        assert "Error: Type your code" in answer.text
    assert browser.post(ENTER, {"code": code}).status_code == 401


def test_after_ten_minutes_it_is_too_late(browser: Browser) -> None:
    ask(browser)
    code = sent()[0].code
    with clock.at(NOW + timedelta(minutes=10)):
        assert browser.post(ENTER, {"code": code}).status_code == 401


@pytest.mark.parametrize("identifier", ["", "mary", "\x00", "a@b", "x" * 500])
def test_what_is_neither_is_refused_in_plain_words(browser: Browser, identifier: str) -> None:
    browser.get(ASK)
    answer = browser.post(ASK, {"identifier": identifier})
    assert answer.status_code == 422
    assert "Type a mobile number, such as 07700 900123, or an e-mail address." in words(answer)
    assert one_use.do_tasks() == []


def test_asking_too_often_is_said_in_plain_words(browser: Browser) -> None:
    for _ in range(3):
        ask(browser)
    browser.get(ASK)
    answer = browser.post(ASK, {"identifier": MARY})
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert "Please wait a little" in words(answer)


def test_the_session_is_a_new_one_and_ends_the_one_before(browser: Browser, world: World) -> None:
    browser.have_session(world.tom)
    before = browser.client.get_cookie("kith")
    ask(browser)
    done = browser.post(ENTER, {"code": sent()[0].code})
    assert before is not None
    assert cookies(done)["kith"] != before.value
    with unit_of_work():
        db.session.expire_all()
        running = db.session.query(DeviceSession).filter(DeviceSession.revoked_at.is_(None)).all()
        assert [one.person_id for one in running] == [world.mary.id]


def test_it_leads_nowhere_else(browser: Browser) -> None:
    ask(browser, next="https://evil.example/")
    answer = browser.post(ENTER, {"code": sent()[0].code, "next": "//evil.example"})
    assert answer.headers["Location"] == "/"


def test_forms_of_another_site_are_refused(browser: Browser) -> None:
    ask(browser)
    code = sent()[0].code
    assert browser.post(ENTER, {"code": code, "csrf_token": "0" * 64}).status_code == 403
    assert browser.post(ENTER, {"code": code}, Origin="https://evil.example").status_code == 403
    assert browser.post(ENTER, {"code": code}).status_code == 303


def test_staff_go_on_to_their_second_factor(browser: Browser, world: World) -> None:
    ask(browser, world.priya.email or "")
    done = browser.post(ENTER, {"code": sent()[0].code})
    assert browser.get(done.headers["Location"]).headers["Location"].startswith("/sign-in/second-factor")


def test_the_ways_to_sign_in_lead_here(browser: Browser) -> None:
    page = browser.get("/sign-in?next=/my/1/")
    assert f'href="{ASK}?next=/my/1/"' in page.text
    assert "NHS login" not in page.text
    assert "work account" not in page.text
