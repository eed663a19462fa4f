"""The feed in a real browser: Mary writes with a photo, Tom answers, Priya looks at what was reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.access.permissions import Right
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Window
from tests.messages.feeds import give, picture
from tests.people import World

DONE = "p.kith-notice[role=status]"
SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


def writes(mary: Window, photo: Path) -> None:
    """From her start page: a post with a photo, which is shown as it is kept."""
    photo.write_bytes(picture(size=(2400, 1200)))
    mary.page.get_by_role("link", name="News", exact=True).click()
    mary.looks_right("News of your circle")
    mary.page.get_by_role("link", name="Write something").click()
    mary.looks_right("Write in your circle")
    mary.page.get_by_label("What would you like to say?").fill("The roses are out, all of them at once")
    mary.page.locator("input[type=file]").set_input_files(photo)
    mary.page.get_by_label("What is on the photo?").fill("Red roses by the door")
    mary.page.get_by_role("button", name="Write it").click()
    expect(mary.page.locator(DONE)).to_contain_text("It is written")
    shown = mary.page.get_by_role("img", name="Red roses by the door")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 1600)
    mary.looks_right("News of your circle")


def answers(tom: Window) -> None:
    """From the list of those he is there for: a sign and a comment."""
    tom.page.get_by_role("link", name=re.compile("^News")).first.click()
    tom.looks_right("News of Mary’s circle")
    tom.page.get_by_role("link", name="Open or answer").click()
    tom.looks_right("Mary Okafor wrote")
    tom.page.get_by_role("button", name="Thank you").click()
    expect(tom.page.get_by_role("button", name="Thank you")).to_have_attribute("aria-pressed", "true")
    tom.page.get_by_label("Your comment").fill("How lovely")
    tom.page.get_by_role("button", name="Send").click()
    expect(tom.page.locator(DONE)).to_contain_text("It is written")
    tom.looks_right("Mary Okafor wrote")


def reports(tom: Window) -> None:
    tom.page.get_by_role("link", name="This is not right").click()
    tom.looks_right("Tell the coordinator that this is not right")
    tom.page.get_by_label("What is not right about it?").fill("She should not be up on a ladder")
    tom.page.get_by_role("button", name="Tell the coordinator").click()
    expect(tom.page.locator(DONE)).to_contain_text("The coordinator is told")


def changes(mary: Window) -> None:
    """Who has seen it, another wording, and what it said before."""
    mary.page.reload()
    expect(mary.page.get_by_text("Seen by 1 person").first).to_be_visible()
    mary.page.get_by_role("link", name="Open or answer").click()
    mary.looks_right("You wrote")
    mary.page.get_by_role("link", name="Change it").click()
    mary.looks_right("Change what you wrote")
    mary.page.get_by_label("What it says").fill("The roses are out")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_role("link", name="What it said before").click()
    mary.looks_right("What it said before")


def keeps(mary: Window, tom: Window, feed: str) -> None:
    """Mary keeps it from her circle: it is gone for Tom; and shows it again."""
    mary.page.get_by_role("link", name="Back").click()
    mary.page.get_by_role("button", name="Keep this from my circle").click()
    expect(mary.page.locator(DONE)).to_contain_text("It is kept from the circle")
    mary.looks_right("You wrote")
    expect(mary.page.get_by_text("The Riverside Long-Term Conditions team can read this.")).to_be_visible()
    tom.go(feed)
    expect(tom.page.get_by_text("Nothing has been written yet.")).to_be_visible()
    mary.page.get_by_role("button", name="Show it to my circle again").click()
    expect(mary.page.locator(DONE)).to_contain_text("The circle sees it again")
    expect(mary.page.get_by_role("button", name="Keep this from my circle")).to_be_visible()
    mary.page.get_by_role("link", name="What it said before").click()
    tom.go(feed)
    expect(tom.page.get_by_text("The roses are out")).to_be_visible()


@SIZES
def test_mary_writes_tom_answers_and_reports_priya_looks(
    opens: Opens, world: World, size: dict[str, int], tmp_path: Path
) -> None:
    give(world, world.tom, Right.SEE, Right.ACT)
    mary, tom, priya = opens(size), opens(size), opens(size)
    mary.sign_in(world.mary)
    writes(mary, tmp_path / "roses.jpg")
    tom.sign_in(world.tom)
    answers(tom)
    reports(tom)
    changes(mary)

    keeps(mary, tom, f"/my/{world.mary_patient.id}/feed")

    priya.sign_in(world.priya)
    priya.go(f"/console/patients/{world.mary_patient.id}")
    priya.page.get_by_role("link", name="News of the circle").click()
    priya.page.get_by_role("link", name="Open or answer").click()
    priya.looks_right("Mary Okafor wrote")
    expect(priya.page.get_by_text("She should not be up on a ladder")).to_be_visible()

    mary.page.get_by_role("link", name="Back").click()
    mary.page.get_by_role("link", name="Take it away").click()
    mary.looks_right("Take this away?")
    mary.page.get_by_role("button", name="Yes, take it away").click()
    tom.go(f"/my/{world.mary_patient.id}/feed")
    expect(tom.page.get_by_text("Taken away by Mary Okafor")).to_be_visible()
    tom.looks_right("News of Mary’s circle")


@SIZES
def test_what_is_missing_is_said_beside_it(opens: Opens, world: World, size: dict[str, int], tmp_path: Path) -> None:
    script = tmp_path / "photo.jpg"
    script.write_bytes(b"%PDF-1.7 not a photo")
    mary = opens(size)
    mary.sign_in(world.mary)
    mary.go(f"/my/{world.mary_patient.id}/feed/new")
    mary.page.locator("input[type=file]").set_input_files(script)
    mary.page.get_by_role("button", name="Write it").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the browser notes the 422 that was meant
    mary.looks_right("Write in your circle")
    mary.page.get_by_role("link", name="Write something first").click()
    expect(mary.page.get_by_label("What would you like to say?")).to_be_focused()
