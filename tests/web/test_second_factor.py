"""Finishing a sign-in on pages: after the password the second factor, set up where there is none (security.md S11)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.demo import codes
from app.identity import queries, second_factor_codes
from app.identity.models import Person
from tests.conftest import NOW
from tests.people import World, code_of
from tests.stand_ins.authenticator import Authenticator
from tests.web.browsing import HTML, Browser, words

STEP = "/sign-in/second-factor"


@pytest.fixture
def anybody(app: Flask) -> Browser:
    return Browser(app.test_client())


def without_factors(person: Person) -> None:
    with unit_of_work():
        db.session.delete(queries.authenticator_app(person.id))
        db.session.get_one(Person, person.id).second_factor_since = None


def secret_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("kith")
    assert cookie is not None
    return cookie.value


def options(browser: Browser, path: str) -> dict[str, Any]:
    """What the page's script fetches."""
    got = browser.client.post(path, data={"csrf_token": browser.token}, headers={"Accept": "application/json"})
    assert got.status_code == 200, got.text
    return got.get_json()


def with_passkey(browser: Browser, device: Authenticator, name: str = "My laptop") -> Any:
    browser.get("/me/second-factor")
    made = device.make(options(browser, "/me/passkeys/options"))
    return browser.post("/me/passkeys", {"name": name, "credential": json.dumps(made)})


def test_after_the_password_a_code_is_asked_for_and_then_the_page_comes(anybody: Browser, world: World) -> None:
    wanted = "/console/worklist?severity=red"
    assert anybody.sign_in(world.priya, next=wanted).headers["Location"] == wanted
    to_step = anybody.get(wanted)
    assert (to_step.status_code, to_step.headers["Location"]) == (
        303,
        "/sign-in/second-factor?next=%2Fconsole%2Fworklist%3Fseverity%3Dred",
    )
    form = anybody.hidden(to_step.headers["Location"])
    before = secret_of(anybody)
    answer = anybody.post(STEP, {"code": code_of(world.priya), "next": form["next"]})
    assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
    assert secret_of(anybody) != before
    assert anybody.get(wanted).status_code == 200
    anybody.client.set_cookie("kith", before)
    assert anybody.get(wanted).headers["Location"].startswith("/sign-in?")


def test_next_leads_nowhere_else(anybody: Browser, world: World) -> None:
    anybody.sign_in(world.priya)
    anybody.get(STEP)
    answer = anybody.post(STEP, {"code": code_of(world.priya), "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"


def test_a_wrong_code_says_so_and_a_sixth_is_too_many(anybody: Browser, world: World) -> None:
    anybody.sign_in(world.priya)
    anybody.get(STEP)
    answers = [anybody.post(STEP, {"code": f"{n:06}"}) for n in range(6)]
    assert [one.status_code for one in answers] == [422] * 5 + [429]
    assert "does not fit" in words(answers[0])
    assert "Error: One more step" in answers[0].text
    assert "wait a little" in words(answers[-1])


def test_half_signed_in_one_can_only_finish_or_leave(anybody: Browser, world: World) -> None:
    anybody.sign_in(world.priya)
    for path in ("/", "/console/worklist", "/me/sign-in", "/me/password"):
        assert anybody.get(path).headers["Location"].startswith(STEP), path
    for path, led in (("/me/second-factor", STEP), ("/me/second-factor/app", "/me/second-factor")):
        assert anybody.get(path).headers["Location"] == led
    anybody.get(STEP)
    assert anybody.post("/me/second-factor/app").headers["Location"].startswith(STEP)
    assert anybody.post("/sign-out").headers["Location"] == "/sign-in?said=out"


def test_whoever_has_shown_it_is_not_asked_again(priya: Browser) -> None:
    assert priya.get(f"{STEP}?next=/console/worklist").headers["Location"] == "/console/worklist"


def test_new_staff_set_up_an_app_before_anything_else(anybody: Browser, world: World) -> None:
    without_factors(world.priya)
    anybody.sign_in(world.priya)
    to_choice = anybody.get(f"{STEP}?next=/console/worklist").headers["Location"]
    assert to_choice == "/me/second-factor?next=/console/worklist"
    choice = anybody.get(to_choice)
    assert "Set up a second factor to go on" in words(choice)
    to_app = anybody.post("/me/second-factor/app", {"next": "/console/worklist"}).headers["Location"]
    page = anybody.get(to_app)
    (key,) = re.findall(r'type this key: <code class="kith-code">([A-Z2-7 ]+)</code>', page.text)
    assert "style=" not in page.text
    assert '<svg viewBox="0 0' in page.text
    code = second_factor_codes.code_of(key.replace(" ", ""), second_factor_codes.step_at(NOW))
    wrong = anybody.post("/me/second-factor/app/confirm", {"code": "000000", "next": "/console/worklist"})
    assert wrong.status_code == 422
    assert key in wrong.text
    before = secret_of(anybody)
    done = anybody.post("/me/second-factor/app/confirm", {"code": code, "next": "/console/worklist"})
    assert len(re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", done.text)) == 10
    assert 'href="/console/worklist"' in done.text
    assert secret_of(anybody) != before
    (token,) = set(re.findall(r'name="csrf_token" value="([0-9a-f]{64})"', done.text))
    assert anybody.get("/console/worklist").status_code == 200
    assert token == anybody.token  # the sign-out of the page with the codes works too


def test_new_staff_may_make_a_passkey_instead(anybody: Browser, world: World) -> None:
    without_factors(world.priya)
    anybody.sign_in(world.priya)
    device = Authenticator()
    done = with_passkey(anybody, device)
    assert "Your passkey is kept" in words(done)
    assert anybody.get("/console/worklist").status_code == 200
    page = anybody.get("/sign-in")
    assert page.status_code == 200
    anybody.sign_in(world.priya)
    page = anybody.get(STEP)
    assert "Recovery code" in words(page)
    shown = device.show(options(anybody, f"{STEP}/passkey/options"))
    answer = anybody.post(f"{STEP}/passkey", {"credential": json.dumps(shown), "next": "/console/worklist"})
    assert answer.headers["Location"] == "/console/worklist"
    assert anybody.get("/console/worklist").status_code == 200


def test_a_passkey_signs_in_at_once(app: Flask, priya: Browser) -> None:
    device = Authenticator()
    assert "Your passkey is kept" in words(with_passkey(priya, device))
    assert with_passkey(priya, Authenticator()).headers["Location"] == "/me/sign-in?said=passkey"
    other = Browser(app.test_client())
    other.get("/sign-in")
    shown = device.show(options(other, "/sign-in/passkey/options"))
    answer = other.post("/sign-in/passkey", {"credential": json.dumps(shown), "next": "/console/worklist"})
    assert answer.headers["Location"] == "/console/worklist"
    assert other.get("/console/worklist").status_code == 200
    again = Browser(app.test_client())
    again.get("/sign-in")
    assert again.post("/sign-in/passkey", {"credential": json.dumps(shown)}).status_code == 401


@pytest.mark.parametrize("credential", ["", "x", "[]", "{}", '{"response": 1}', '{"rawId": "x", "response": {}}'])
def test_what_is_no_passkey_is_refused_in_words(anybody: Browser, credential: str) -> None:
    anybody.get("/sign-in")
    answer = anybody.post("/sign-in/passkey", {"credential": credential})
    assert answer.status_code == 401
    assert "opens nothing here" in words(answer)


def test_another_site_can_ask_for_nothing(anybody: Browser) -> None:
    anybody.get("/sign-in")
    foreign = HTML | {"Origin": "https://evil.example"}
    data = {"csrf_token": anybody.token}
    assert anybody.client.post("/sign-in/passkey/options", data=data, headers=foreign).status_code == 403
    assert anybody.client.post("/sign-in/passkey/options", headers=HTML).status_code == 403


def test_the_code_is_shown_in_a_demo_only(anybody: Browser, world: World) -> None:
    anybody.sign_in(world.priya)
    assert "This is a demo" not in anybody.get(STEP).text
    extensions = anybody.client.application.extensions
    extensions["demo_code"] = codes.current_code
    try:
        page = words(anybody.get(STEP))
    finally:
        del extensions["demo_code"]
    (shown,) = re.findall(r"would show (\d{3} \d{3}) now", page)
    assert anybody.post(STEP, {"code": shown}).status_code == 303
