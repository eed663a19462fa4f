"""In the browser: Mary rates her life, a question a page, and again later; Priya rates beside her, and they look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.ratings import loader
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
WHEEL = loader.load_all()["wheel"]


@SIZES
def test_rated_alone_and_beside(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary, priya = come_in(opens(size), world.mary), come_in(opens(size), world.priya)
    mine, theirs = f"/my/{world.mary_patient.id}/wheel", f"/console/patients/{world.mary_patient.id}/wheel"
    mary.go(mine)
    mary.looks_right("My wheel")
    when_rated(mary, "Rate how it is going", [4, 3, 5, 8, 7, 6, 2, 5])
    mary.go(mine)
    when_rated(mary, "Rate how it is going", [6, 3, 7, 8, 7, None, 4, 8])
    mary.page.get_by_text("4 went up").wait_for()
    mary.looks_right("My wheel")
    priya.go(theirs)
    when_rated(priya, "Rate as you see it", [3, 3, 7, 8, 7, 6, 4, 8])
    priya.page.get_by_text("Mary says 6, the team says 3").wait_for()
    priya.looks_right("Mary’s life now: My wheel")
    mary.go(mine)
    mary.page.get_by_text("you say 6, your team says 3").wait_for()
    then_nothing_is_cut(mary)
    then_it_is_one_sheet_with_name_and_day(mary)
    when_corrected(mary)


def when_rated(window: Window, button: str, scores: list[int | None]) -> None:
    window.page.get_by_role("button", name=button).click()
    for area, score in zip(WHEEL.areas, scores, strict=True):
        window.page.get_by_role("heading", name=area.name).wait_for()
        if area.code == "body":
            window.page.get_by_role("button", name="Next").click()
            window.page.get_by_role("heading", name="Please check").wait_for()
            window.complaints.clear()  # the browser notes the 422 that was meant
            window.looks_right(area.name)
        if score is None:
            window.page.get_by_role("button", name="Leave this one out").click()
            continue
        window.page.get_by_label(str(score), exact=True).check()
        window.page.get_by_role("button", name="Next").click()
    window.page.get_by_role("heading", name="Before it is sent").wait_for()
    window.looks_right("Before it is sent")
    window.page.get_by_role("button", name="Send it").click()
    window.page.get_by_text("Thank you. It is sent.").wait_for()


def then_nothing_is_cut(mary: Window) -> None:
    """Every row of the table stands there; only what is too wide scrolls."""
    table = mary.page.get_by_role("region", name="My wheel, as a table")
    assert table.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    for area in WHEEL.areas:
        expect(table.get_by_role("rowheader", name=area.name)).to_be_visible()


def then_it_is_one_sheet_with_name_and_day(mary: Window) -> None:
    sheet = mary.page.get_by_text("Mary Okafor, printed on 18 November 2026")
    expect(sheet).to_be_hidden()
    mary.page.evaluate("window.print = () => { window.printed = true; }")
    mary.page.get_by_role("button", name="Print or save as PDF").click()
    assert mary.page.evaluate("window.printed")
    mary.page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    expect(mary.page.get_by_role("button")).to_have_count(0)
    pdf = mary.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf  # A4
    mary.page.emulate_media(media="screen")


def when_corrected(mary: Window) -> None:
    mary.page.get_by_role("link", name="Correct it").first.click()
    mary.looks_right("Correct a rating")
    mary.page.get_by_label("My mood").select_option("9")
    mary.page.get_by_label("Why is it corrected?").fill("I meant nine.")
    mary.page.get_by_role("button", name="Save the correction").click()
    mary.page.get_by_text("(corrected: I meant nine.)").wait_for()
    mary.looks_right("My wheel")
