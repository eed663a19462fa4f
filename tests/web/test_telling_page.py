"""How I am told, on its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.access.permissions import Category
from app.identity.models import Person
from app.notifications.service import choosing
from app.notifications.telling import HELP, How
from tests.conftest import NOW
from tests.people import World
from tests.web.browsing import Browser

Browsers = Callable[[Person], Browser]
FORM = {"version": "1", "how-messages": "weekly", "quiet_from": "22:00", "quiet_until": "08:00", "detail": "words"}


def test_it_keeps_what_was_chosen_and_says_so(browser_of: Browsers, world: World) -> None:
    browser = browser_of(world.tom)
    assert "Leave me in peace" in browser.get("/me/telling").get_data(as_text=True)
    answer = browser.post("/me/telling", FORM)
    assert "It is saved." in browser.get(answer.location).get_data(as_text=True)
    wishes = choosing.of(world.tom.id)
    assert (wishes.categories, wishes.detail) == ({Category.MESSAGES: How.WEEKLY}, "words")


def test_what_was_changed_meanwhile_or_is_half_is_refused(browser_of: Browsers, world: World) -> None:
    browser = browser_of(world.tom)
    browser.get("/me/telling")
    browser.post("/me/telling", FORM)
    late = browser.post("/me/telling", FORM)
    assert (late.status_code, "changed since you read it" in late.get_data(as_text=True)) == (412, True)
    version = str(choosing.of(world.tom.id).version)
    half = browser.post("/me/telling", FORM | {"version": version, "quiet_until": ""})
    assert (half.status_code, "Quiet hours need both times" in half.get_data(as_text=True)) == (422, True)


def test_peace_for_a_day_and_back(browser_of: Browsers, world: World) -> None:
    browser = browser_of(world.tom)
    browser.get("/me/telling")
    answer = browser.post("/me/telling/mute", {"hours": "24"})
    assert "told nothing that can wait" in browser.get(answer.location).get_data(as_text=True)
    assert choosing.of(world.tom.id).muted_until == NOW + timedelta(days=1)
    browser.post("/me/telling/mute")
    assert choosing.of(world.tom.id).muted_until is None


def test_help_is_chosen_apart_from_what_is_said(browser_of: Browsers, world: World) -> None:
    browser = browser_of(world.tom)
    page = browser.get("/me/telling").get_data(as_text=True)
    assert "Help that a circle is asked for" in page
    browser.post("/me/telling", FORM | {"how-messages": "none", "how-help": "at_once"})
    wishes = choosing.of(world.tom.id)
    assert wishes.categories == {Category.MESSAGES: How.NONE, HELP: How.AT_ONCE}
