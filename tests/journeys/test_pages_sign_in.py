"""Signing in and looking after it in a browser: codes, passkeys of a virtual authenticator, devices, lost factors."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, expect

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries, second_factor_codes
from app.identity.models import Person
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Site, Window
from tests.people import PASSWORD, World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
PHONE_LIKE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def by_name(app: Flask, site: Site) -> Iterator[Site]:
    """The site by a name, as passkeys need one."""
    before = app.config["KITH"]
    app.config["KITH"] = dataclasses.replace(before, public_url=f"http://localhost:{site.server.server_port}")
    site.host = "localhost"
    yield site
    app.config["KITH"] = before


def authenticator(window: Window) -> tuple[CDPSession, str]:
    """A device in this window that keeps passkeys and knows its user."""
    session = window.page.context.new_cdp_session(window.page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE_LIKE})
    return session, made["authenticatorId"]


def without_factors(person: Person) -> None:
    with unit_of_work():
        db.session.delete(queries.authenticator_app(person.id))
        db.session.get_one(Person, person.id).second_factor_since = None


def password_only(window: Window, person: Person) -> None:
    window.go("/sign-in")
    window.page.get_by_label("E-mail address or mobile number").fill(person.email or "")
    window.page.get_by_label("Password", exact=True).fill(PASSWORD)
    window.page.get_by_role("button", name="Sign in", exact=True).click()
    window.page.wait_for_load_state()


@SIZES
def test_new_staff_set_up_an_app_and_read_their_recovery_codes(
    opens: Opens, world: World, size: dict[str, int]
) -> None:
    without_factors(world.priya)
    priya = opens(size)
    password_only(priya, world.priya)
    priya.looks_right("Set up a second factor to go on")
    priya.page.get_by_role("button", name="Use an app").click()
    priya.looks_right("Set up an authenticator app")
    priya.page.get_by_label("Code", exact=True).fill("000000")
    priya.page.get_by_role("button", name="Finish").click()
    expect(priya.page.get_by_role("alert")).to_contain_text("does not fit")
    priya.complaints.clear()  # the browser notes the 422 that was meant
    priya.looks_right("Set up an authenticator app")
    priya.page.get_by_label("Code", exact=True).fill(pending_code(priya, world.priya))
    priya.page.get_by_role("button", name="Finish").click()
    priya.looks_right("Your recovery codes")
    expect(priya.page.locator(".kith-codes li")).to_have_count(10)
    priya.page.get_by_role("link", name="I have kept them").click()
    priya.looks_right("Worklist")


def pending_code(window: Window, person: Person) -> str:
    """What the app would show that has scanned the picture."""
    with window.site.app.app_context():
        key = queries.pending_key(person.id)
    assert key is not None
    return second_factor_codes.code_of(key, second_factor_codes.step_at(clock.now()))


@SIZES
def test_the_second_step_and_the_page_of_how_one_signs_in(opens: Opens, world: World, size: dict[str, int]) -> None:
    priya = opens(size)
    password_only(priya, world.priya)
    priya.looks_right("One more step")
    priya.page.get_by_label("Code", exact=True).fill("123456")
    priya.page.get_by_role("button", name="Go on").click()
    expect(priya.page.get_by_role("alert").first).to_contain_text("does not fit")
    priya.complaints.clear()  # the browser notes the 422 that was meant
    priya.looks_right("One more step")
    priya.show_second_factor(world.priya)
    expect(priya.page.get_by_role("heading", level=1)).to_have_text("Worklist")
    priya.page.get_by_role("link", name="How I sign in and my devices").click()
    priya.looks_right("How I sign in")
    for link, heading in (
        ("Change it", "Change your password"),
        ("Do without it", "Do without the authenticator app?"),
        ("Move to another phone", "Set up a second factor"),
    ):
        priya.page.get_by_role("link", name=link).click()
        priya.looks_right(heading)
        priya.page.get_by_role("link", name="How I sign in", exact=True).click()
    priya.page.get_by_role("button", name="Make new ones").click()
    priya.looks_right("Your recovery codes")


def test_a_passkey_is_made_shown_and_removed(opens: Opens, world: World, by_name: Site) -> None:
    priya = opens(windows.DESK)
    session, key = authenticator(priya)
    priya.sign_in(world.priya)
    priya.go("/me/second-factor")
    priya.looks_right("Set up a second factor")
    priya.page.get_by_label("What do you call it?").fill("The laptop")
    priya.page.get_by_role("button", name="Make a passkey").click()
    expect(priya.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    priya.page.get_by_role("link", name="I have kept them").click()
    expect(priya.page.locator("strong", has_text="The laptop")).to_be_visible()
    priya.looks_right("How I sign in")
    (kept,) = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    assert (kept["rpId"], kept["isResidentCredential"]) == ("localhost", True)

    priya.page.get_by_role("button", name="Sign out", exact=True).click()
    priya.looks_right("Sign in")
    priya.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(priya.page.get_by_role("heading", level=1)).to_have_text("Worklist")

    password_only(priya, world.priya)
    priya.looks_right("One more step")
    priya.page.get_by_role("button", name="Use a passkey").click()
    expect(priya.page.get_by_role("heading", level=1)).to_have_text("Worklist")

    priya.go("/me/sign-in")
    priya.page.get_by_role("button", name="Remove The laptop").click()
    expect(priya.page.get_by_text("The passkey is removed.")).to_be_visible()
    priya.is_quiet()


def test_a_passkey_that_nobody_verified_or_that_is_not_there_says_so(opens: Opens, world: World, by_name: Site) -> None:
    priya = opens(windows.PHONE)
    session, key = authenticator(priya)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    priya.go("/sign-in")
    priya.page.get_by_role("button", name="Sign in with a passkey").click()
    said = priya.page.locator(".kith-passkey__said")
    expect(said).to_contain_text("did not work, or it was cancelled", timeout=30_000)
    priya.looks_right("Sign in")


def test_a_browser_without_passkeys_shows_no_button_for_one(opens: Opens, world: World) -> None:
    somebody = opens(windows.PHONE)
    somebody.page.context.add_init_script("delete window.PublicKeyCredential")
    somebody.go("/sign-in")
    expect(somebody.page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(somebody.page.get_by_role("link", name=re.compile("Get a code"))).to_be_visible()


def test_another_device_is_signed_out_from_here(opens: Opens, world: World) -> None:
    here, there = opens(windows.DESK), opens(windows.PHONE)
    here.sign_in(world.mary)
    there.sign_in(world.mary)
    here.go("/me/sign-in")
    here.looks_right("How I sign in")
    here.page.get_by_role("button", name=re.compile("Sign out everywhere but here")).click()
    expect(here.page.get_by_text("You are signed out everywhere but here.")).to_be_visible()
    there.go("/")
    expect(there.page.get_by_role("heading", level=1)).to_have_text("Sign in")
