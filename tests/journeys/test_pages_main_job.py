"""The main job in a real browser: Mary sends 88% on air, Priya is told, takes it and resolves it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.notifications.service import sending
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@SIZES
def test_mary_sends_88_and_priya_resolves_it(opens: Opens, world: World, app: Flask, size: dict[str, int]) -> None:
    mary, priya = opens(size), opens(size)
    given_mary_sends_88(mary, world)
    assert sending.send_all_due() == 1
    when_priya_follows_her_text(priya, world)
    then_she_sees_all_that_helps(priya)

    mary.page.reload()
    expect(mary.page.get_by_text("Seen by Priya Shah")).to_be_visible()

    when_she_takes_it_from_the_worklist(priya)
    when_she_resolves_it(priya)
    expect(priya.page.get_by_text("The alert is resolved.")).to_be_visible()
    priya.looks_right("Worklist")
    expect(priya.page.get_by_text("Nobody needs you just now.")).to_be_visible()
    mary.is_quiet()


def given_mary_sends_88(mary: Window, world: World) -> None:
    mary.go("/")
    mary.looks_right("Sign in")
    mary.sign_in(world.mary)
    mary.looks_right("Good morning, Mary")
    mary.page.get_by_role("link", name=re.compile("Add.*Oxygen level")).click()
    mary.looks_right("Your oxygen level")
    mary.page.get_by_label("Oxygen level", exact=True).fill("88")
    mary.page.get_by_label("Just air").check()
    mary.page.get_by_role("button", name="Send to my team").click()
    mary.looks_right("Your oxygen is low")
    expect(mary.page.get_by_text("has been told and will look by 10:15 today")).to_be_visible()
    expect(mary.page.get_by_text("Seen by")).to_have_count(0)


def when_priya_follows_her_text(priya: Window, world: World) -> None:
    priya.go("/sandbox")
    priya.looks_right("Sandbox inbox")
    text = priya.page.locator(".bubble__body")
    expect(text).to_contain_text("Priya, a RED alert for Mary O. is waiting for you. Please open it by 10:15")
    expect(text).not_to_contain_text("88%")
    text.get_by_role("link").click()
    priya.fill_in_sign_in(world.priya)


def then_she_sees_all_that_helps(priya: Window) -> None:
    priya.looks_right("Mary Okafor Oxygen level 88% on air")
    expect(priya.page.get_by_role("link", name="07700 900201")).to_have_attribute("href", "tel:+447700900201")
    expect(priya.page.get_by_text("Penicillin (rash)")).to_be_visible()
    expect(priya.page.get_by_role("region", name="What the patient was told")).to_contain_text("Your oxygen is low.")
    expect(priya.page.get_by_role("region", name="Who else was told")).to_contain_text("Priya Shah by SMS")


def when_she_takes_it_from_the_worklist(priya: Window) -> None:
    priya.page.get_by_role("link", name="Worklist").first.click()
    priya.looks_right("Worklist")
    first = priya.page.locator(".row").first
    expect(first).to_contain_text("Oxygen saturation 88% on air is below 93")
    first.get_by_role("button", name="Take").click()
    expect(first).to_contain_text("taken today at 10:00")
    first.get_by_role("link", name=re.compile("Oxygen saturation 88%")).first.click()
    priya.page.get_by_label("Add a note").fill("She sits upright and feels better.")
    priya.page.get_by_role("button", name="Save note").click()
    expect(priya.page.get_by_text("She sits upright and feels better.")).to_be_visible()


def when_she_resolves_it(priya: Window) -> None:
    priya.page.get_by_role("button", name="Resolve this alert").click()
    expect(priya.page.get_by_role("alert")).to_contain_text("Choose what came of it")
    priya.complaints.clear()  # the browser notes the 422 that was meant
    priya.looks_right("Mary Okafor")
    priya.page.get_by_label("Outcome").select_option("Advice given")
    priya.page.get_by_label("What was done").fill("Advised to rest; 94% an hour later.")
    priya.page.get_by_role("button", name="Resolve this alert").click()


def test_signing_out_leaves_nothing_to_go_back_to(opens: Opens, world: World) -> None:
    mary = opens(windows.DESK)
    mary.sign_in(world.mary)
    mary.page.get_by_role("button", name="Sign out").click()
    expect(mary.page.get_by_text("You have signed out.")).to_be_visible()
    mary.page.go_back()
    mary.page.reload()
    expect(mary.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    mary.is_quiet()


def test_every_step_works_without_a_script(opens: Opens, world: World, site: windows.Site) -> None:
    browser = opens(windows.PHONE).page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, viewport=windows.PHONE)  # type: ignore[arg-type]
    page = plain.new_page()
    bare = Window(page, site)
    bare.sign_in(world.mary)
    page.get_by_role("link", name=re.compile("Add.*Oxygen level")).click()
    page.get_by_label("Oxygen level", exact=True).fill("88")
    page.get_by_label("Just air").check()
    page.get_by_role("button", name="Send to my team").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your oxygen is low")
    page.get_by_role("button", name="Sign out").click()
    bare.fill_in_sign_in(world.priya)
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_text("You have this alert now.")).to_be_visible()
    plain.close()
