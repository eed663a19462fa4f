"""One's own account: password, passkeys, second factor, recovery codes, devices (security.md S11, S13, S16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.unit_of_work import unit_of_work
from app.identity import queries, second_factor_codes
from app.identity.models import Person
from app.web.me import devices
from tests.conftest import NOW
from tests.people import PASSWORD, World
from tests.stand_ins.authenticator import Authenticator
from tests.web.browsing import Browser, words
from tests.web.test_second_factor import with_passkey

BrowserOf = Callable[[Person], Browser]
HERE = "/me/sign-in"
NEW = "seven quite different words together"


def own_app(browser: Browser, person: Person) -> list[str]:
    """Set an app up; the recovery codes."""
    browser.get("/me/second-factor")
    browser.post("/me/second-factor/app")
    browser.get("/me/second-factor/app")
    key = queries.pending_key(person.id)
    assert key is not None
    code = second_factor_codes.code_of(key, second_factor_codes.step_at(clock.now()))
    return re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", browser.post("/me/second-factor/app/confirm", {"code": code}).text)


def test_one_finds_everything_about_ones_sign_in(mary: Browser, priya: Browser) -> None:
    page = words(mary.get(HERE))
    for said in ("Password", "Passkeys", "You need not have one", "My devices", "This one", "Signed in today at 10:00"):
        assert said in page, said
    page = words(priya.get(HERE))
    for said in ("Authenticator app", "Recovery codes", "0 of 10 left"):
        assert said in page, said


def test_every_page_leads_there(mary: Browser, priya: Browser, home: str) -> None:
    for browser, path in ((mary, f"{home}/"), (mary, f"{home}/numbers"), (priya, "/console/worklist")):
        assert f'href="{HERE}"' in browser.get(path).text


def test_a_password_is_changed_and_ends_every_other_session(
    mary: Browser, browser_of: BrowserOf, world: World, app: Flask
) -> None:
    other = browser_of(world.mary)
    mary.get("/me/password")
    for current, new, why in (
        ("not this one at all", NEW, "not your password"),
        (PASSWORD, "short", "15 to 200 characters"),
        (PASSWORD, "Password Password", "first that are tried"),
    ):
        refused = mary.post("/me/password", {"current": current, "new": new})
        assert refused.status_code == 422
        assert why in words(refused)
        assert new not in refused.text
    assert other.get(HERE).status_code == 200
    done = mary.post("/me/password", {"current": PASSWORD, "new": NEW})
    assert done.headers["Location"] == f"{HERE}?said=password"
    assert "Your password is changed" in words(mary.get(done.headers["Location"]))
    assert other.get(HERE).status_code == 303
    assert Browser(app.test_client()).sign_in(world.mary).status_code == 401
    assert Browser(app.test_client()).sign_in(world.mary, password=NEW).status_code == 303


def test_a_patient_sets_an_app_up_and_does_without_it(mary: Browser, app: Flask, world: World) -> None:
    assert len(own_app(mary, world.mary)) == 10
    assert "10 of 10 left" in words(mary.get(HERE))
    other = Browser(app.test_client())
    other.sign_in(world.mary)
    assert other.get("/").headers["Location"] == "/sign-in/second-factor"
    mary.get("/me/second-factor/app/remove")
    assert "not your password" in words(mary.post("/me/second-factor/app/remove", {"password": "no"}))
    assert (
        mary.post("/me/second-factor/app/remove", {"password": PASSWORD}).headers["Location"] == f"{HERE}?said=no-app"
    )
    assert "You need not have one" in words(mary.get(HERE))


def test_a_short_password_needs_the_second_factor_it_was_chosen_with(mary: Browser, world: World) -> None:
    own_app(mary, world.mary)
    mary.get("/me/password")
    short = "nine owls"
    assert mary.post("/me/password", {"current": PASSWORD, "new": short}).status_code == 303
    mary.get("/me/second-factor/app/remove")
    refused = mary.post("/me/second-factor/app/remove", {"password": short})
    assert refused.status_code == 422
    assert "15 characters or more first" in words(refused)


def test_staff_are_told_why_they_cannot_do_without(priya: Browser) -> None:
    priya.get("/me/second-factor/app/remove")
    refused = priya.post("/me/second-factor/app/remove", {"password": PASSWORD})
    assert refused.status_code == 409
    assert "your work needs one" in words(refused)


def test_passkeys_are_named_listed_and_removed(mary: Browser) -> None:
    with_passkey(mary, Authenticator(), "The blue phone")
    with_passkey(mary, Authenticator(), "<b>Key</b>")
    page = mary.get(HERE)
    assert "The blue phone" in words(page)
    assert "&lt;b&gt;Key" in page.text
    (first, _) = re.findall(r"/me/passkeys/([0-9a-f-]+)/remove", page.text)
    assert mary.post(f"/me/passkeys/{first}/remove").headers["Location"] == f"{HERE}?said=removed"
    assert "The blue phone" not in words(mary.get(HERE))
    assert mary.post(f"/me/passkeys/{first}/remove").status_code == 404


def test_somebody_elses_passkey_looks_like_none(mary: Browser, priya: Browser) -> None:
    with_passkey(mary, Authenticator())
    (hers,) = re.findall(r"/me/passkeys/([0-9a-f-]+)/remove", mary.get(HERE).text)
    priya.get(HERE)
    assert priya.post(f"/me/passkeys/{hers}/remove").status_code == 404
    assert hers in mary.get(HERE).text


def test_new_recovery_codes_are_shown_once(priya: Browser) -> None:
    priya.get(HERE)
    shown = re.findall(r"[0-9A-Z]{5}-[0-9A-Z]{5}", priya.post("/me/recovery-codes").text)
    assert len(set(shown)) == 10
    page = priya.get(HERE)
    assert "10 of 10 left" in words(page)
    assert not [code for code in shown if code in page.text]


def test_a_device_is_signed_out_and_all_the_others(mary: Browser, browser_of: BrowserOf, world: World) -> None:
    one, two, three = (browser_of(world.mary) for _ in range(3))
    others = re.findall(r"/me/devices/([0-9a-f-]+)/sign-out", mary.get(HERE).text)
    assert len(others) == 3
    assert mary.post(f"/me/devices/{others[0]}/sign-out").headers["Location"] == f"{HERE}?said=out"
    assert sorted(browser.get(HERE).status_code for browser in (one, two, three)) == [200, 200, 303]
    mary.get(HERE)
    assert mary.post("/me/devices/sign-out-others").status_code == 303
    assert {browser.get(HERE).status_code for browser in (one, two, three)} == {303}
    assert mary.get(HERE).status_code == 200


def test_a_browser_was_last_used_when_its_start_was_opened(mary: Browser, world: World) -> None:
    with clock.at(NOW + timedelta(hours=3)):
        mary.get("/")
    (session,) = queries.devices(world.mary.id)
    assert session.last_used_at == NOW + timedelta(hours=3)
    assert "last used today at 13:00" in words(mary.get(HERE))


def test_somebody_elses_device_looks_like_none(mary: Browser, priya: Browser, world: World) -> None:
    (hers,) = queries.devices(world.mary.id)
    priya.get(HERE)
    assert priya.post(f"/me/devices/{hers.id}/sign-out").status_code == 404
    assert mary.get(HERE).status_code == 200


def test_a_change_long_after_signing_in_needs_another_sign_in(mary: Browser) -> None:
    with clock.at(NOW + timedelta(minutes=16)):
        mary.get(HERE)
        answer = mary.post("/me/second-factor/app")
        assert answer.headers["Location"] == "/sign-in?said=again&next=/me/sign-in"
        script = {"Accept": "application/json"}
        told = mary.client.post("/me/passkeys/options", data={"csrf_token": mary.token}, headers=script)
        assert "sign in again first" in told.get_json()["detail"]
        assert "sign in again first" in words(mary.get(answer.headers["Location"]))
        assert mary.post("/me/recovery-codes").headers["Location"].startswith("/sign-in?said=again")


def test_a_passkey_that_may_have_been_copied_is_pointed_out(mary: Browser, world: World) -> None:
    with_passkey(mary, Authenticator(), "The blue phone")
    with unit_of_work():
        queries.passkeys(world.mary.id)[0].copied_at = clock.now()
    assert "Refused since today at 10:00 : somebody may have a copy of it" in words(mary.get(HERE))


NAMES = {
    "Chrome on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0",
    "Safari on an iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604",
    "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Edge on Windows": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129 Safari/537 Edg/129",
    "Chrome on an Android device": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537",
    "A browser": "curl/8",
}


@pytest.mark.parametrize(("called", "label"), NAMES.items(), ids=NAMES)
def test_a_browser_is_called_as_people_call_it(called: str, label: str) -> None:
    assert devices.named("browser", label) == called


def test_an_app_is_called_by_its_own_name() -> None:
    assert devices.named("app", "Mary's phone") == "Kith app (Mary's phone)"
