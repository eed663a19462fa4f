"""In the browser: Priya has Mary asked by text, Mary says yes on her old phone, and pauses it on her page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core import clock
from app.patients import queries as patients
from app.programmes import queries
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World
from tests.programmes.asked import deliveries, states
from tests.texting.on_a_phone import at, tick, with_home_blood_pressure
from tests.texting.texted import texted

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@SIZES
def test_begun_agreed_to_and_paused(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary = with_home_blood_pressure(world)
    priya, her = come_in(opens(size), world.priya), come_in(opens(size), world.mary)
    when_priya_proposes_it(priya, f"/console/patients/{mary.id}")
    when_mary_says_yes()
    priya.page.reload()
    priya.page.get_by_text("Agreed to by text").wait_for()
    priya.looks_right("Ask Mary Okafor by text")
    at(NOW.replace(hour=18))
    with clock.at(NOW.replace(hour=18, minute=5)):
        texted("BP 128/80")
    priya.page.reload()
    priya.page.get_by_text("1 of 1 answered").wait_for()
    priya.looks_right("Ask Mary Okafor by text")
    when_mary_pauses_it(her, f"/my/{mary.id}")
    at(NOW.replace(hour=8) + timedelta(days=1))
    assert states() == ["answered"]


def when_priya_proposes_it(priya: Window, place: str) -> None:
    priya.go(place)
    priya.page.get_by_role("link", name="Ask by text").click()
    priya.page.get_by_role("heading", name="First a yes").wait_for()
    priya.page.get_by_text("Nothing is asked before you reply.").wait_for()
    priya.page.get_by_text("Symptoms (").wait_for()  # what a text does not do is said before
    priya.looks_right("Ask Mary Okafor by text")
    priya.page.get_by_label("Time 2").fill("09:30")
    priya.page.get_by_role("button", name="Ask for a yes").click()
    priya.page.get_by_role("link", name="Choose times that are at least 3 hours apart.").wait_for()
    priya.complaints.clear()  # the browser notes the 422 that was meant
    priya.looks_right("Ask Mary Okafor by text")
    assert priya.page.get_by_label("Time 2").input_value() == "09:30"
    priya.page.get_by_label("Time 2").fill("18:00")
    priya.page.get_by_role("button", name="Ask for a yes").click()
    priya.page.get_by_text("Waiting for the reply JOIN.").wait_for()
    priya.looks_right("Ask Mary Okafor by text")
    assert priya.page.get_by_role("button", name="Pause").count() == 0


def when_mary_says_yes() -> None:
    tick()
    (asked,) = deliveries()
    assert "Reply JOIN" in (asked.body or "")
    with clock.at(NOW + timedelta(minutes=1)):
        texted("join")


def when_mary_pauses_it(her: Window, place: str) -> None:
    her.go(f"{place}/plan")
    her.page.get_by_role("link", name="Be asked by text").click()
    her.page.get_by_text("Agreed to by text").wait_for()
    her.looks_right("Ask me by text")
    her.page.get_by_role("button", name="Pause").click()
    her.page.get_by_label("Ask again from this day on").wait_for()
    her.complaints.clear()
    her.page.get_by_label("Ask again from this day on").fill("2026-11-17")
    her.page.get_by_role("button", name="Pause").click()
    her.page.get_by_role("link", name="Choose a day after today.").wait_for()
    her.complaints.clear()  # the 422 that was meant
    her.looks_right("Ask me by text")
    her.page.get_by_label("Ask again from this day on").fill("2026-12-01")
    her.page.get_by_role("button", name="Pause").click()
    her.page.get_by_text("Nothing is asked before 1 December 2026.").wait_for()
    her.looks_right("Ask me by text")


@SIZES
def test_ended_by_mary_and_seen_by_priya(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary = with_home_blood_pressure(world)
    her = come_in(opens(size), world.mary)
    her.go(f"/my/{mary.id}/texts")
    her.looks_right("Ask me by text")
    her.page.get_by_role("button", name="Ask for a yes").click()
    her.page.get_by_text("Waiting for the reply JOIN.").wait_for()
    her.page.get_by_role("button", name="Ask no more").click()
    her.page.get_by_text("No more texts ask.").wait_for()
    her.looks_right("Ask me by text")
    assert queries.running(patients.admitted_one(mary.id)) is None
