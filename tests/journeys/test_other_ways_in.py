"""Signing in without a password, in a real browser: with a code, with NHS login from looked up to proven."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core import clock, embedded
from app.web.entrance import federated
from tests.conftest import settings_for
from tests.identity import one_use
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Site
from tests.people import World
from tests.stand_ins import oidc_provider
from tests.stand_ins.oidc_provider import Provider

nothing_deferred = one_use.nothing_deferred

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@pytest.fixture
def nhs(app: Flask, site: Site, server: embedded.Server, database: str) -> Iterator[Provider]:
    """NHS login, where Mary has an account and has not proven who she is."""
    provider = Provider(now=lambda: clock.now().timestamp(), level="P5")
    provider.comes_back_to = f"{site.url}/sign-in/with/nhs-login/back"
    with oidc_provider.serving(provider):
        settings = settings_for(server, database, **provider.settings("NHS_LOGIN"))
        app.extensions["logins"] = federated.clients(settings.logins, site.url)
        yield provider
        app.extensions["logins"] = {}


@SIZES
def test_mary_signs_in_with_a_code(opens: Opens, world: World, size: dict[str, int]) -> None:
    # Given Mary, who has forgotten her password
    mary = opens(size)
    mary.go("/sign-in")
    mary.page.get_by_role("link", name="Get a code by text or e-mail").click()
    mary.looks_right("Sign in with a code")
    # When she mistypes her number, then types it as people do, then mistypes the code
    mary.page.get_by_label("Mobile number or e-mail address").fill("0")
    mary.page.get_by_role("button", name="Send me a code").click()
    mary.page.get_by_role("heading", name="There is a problem").wait_for()
    mary.complaints.clear()  # the 422 that was meant
    mary.looks_right("Sign in with a code")
    mary.page.get_by_label("Mobile number or e-mail address").fill("07700 900 201")
    mary.page.get_by_role("button", name="Send me a code").click()
    mary.looks_right("Type your code")
    (message,) = one_use.sent()
    mary.page.get_by_label("Your code").fill("12")
    mary.page.get_by_role("button", name="Sign in").click()
    mary.page.get_by_role("heading", name="There is a problem").wait_for()
    mary.complaints.clear()  # the 401 that was meant
    mary.looks_right("Type your code")
    # Then the right one lets her in
    mary.page.get_by_label("Your code").fill(f"{message.code[:3]} {message.code[3:]}")
    mary.page.get_by_role("button", name="Sign in").click()
    mary.page.get_by_role("heading", name="Good morning, Mary").wait_for()


@SIZES
def test_a_code_is_of_no_use_in_another_window(opens: Opens, world: World, size: dict[str, int]) -> None:
    window = opens(size)
    assert window.go("/sign-in/code/enter").status == 200
    window.looks_right("Type your code")
    assert window.page.get_by_label("Your code").count() == 0


@SIZES
def test_mary_proves_who_she_is_with_nhs_login(opens: Opens, world: World, nhs: Provider, size: dict[str, int]) -> None:
    # Given Mary, whom NHS login cannot be sure of yet
    mary = opens(size)
    mary.go("/sign-in")
    mary.looks_right("Sign in")
    mary.page.get_by_role("link", name="Continue with NHS login").click()
    mary.looks_right("Prove who you are to see a health record")
    assert mary.go(f"/my/{world.mary_patient.id}/").status == 403
    mary.complaints.clear()  # the 403 that was meant
    mary.looks_right("Please prove who you are")
    mary.page.get_by_role("link", name="Please prove who you are").click()
    # When she proves it
    mary.page.get_by_role("link", name="Prove who I am with NHS login").click()
    # Then she is at her own page, where she wanted to go
    mary.page.get_by_role("heading", name="Good morning, Mary").wait_for()
    mary.is_quiet()


@SIZES
def test_whoever_cannot_be_matched_reads_why(opens: Opens, world: World, nhs: Provider, size: dict[str, int]) -> None:
    nhs.level, nhs.user["birthdate"] = "P9", "1950-01-01"
    somebody = opens(size)
    somebody.go("/sign-in/with/nhs-login")
    somebody.looks_right("We could not match you to a record")
    nhs.error = "access_denied"
    somebody.go("/sign-in/with/nhs-login")
    somebody.complaints.clear()  # the 400 that was meant
    somebody.looks_right("Signing in did not work")
