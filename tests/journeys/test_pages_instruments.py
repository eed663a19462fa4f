"""In the browser: Ruth records the licence of an instrument, a rating is begun with it, and she ends the licence."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.ratings.instrument import Instrument
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World
from tests.ratings.conftest import harbour, own_instruments

__all__ = ["harbour", "own_instruments"]  # fixtures
SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
HEADING = "Instruments and licences"


@SIZES
def test_a_licence_from_its_record_to_its_end(
    opens: Opens, world: World, harbour: Instrument, size: dict[str, int]
) -> None:
    ruth, priya = come_in(opens(size), world.admin), come_in(opens(size), world.priya)
    wheel = f"/console/patients/{world.mary_patient.id}/wheel"
    when_she_records_it(ruth)
    priya.go(wheel)
    priya.page.get_by_role("link", name=harbour.name).click()
    priya.page.get_by_role("button", name="Rate together").click()
    then_each_page_says_whose_instrument_it_is(priya, harbour)
    ruth.page.get_by_role("button", name="End this licence").click()
    expect(ruth.page.get_by_text("The licence has ended.")).to_be_visible()
    ruth.looks_right(HEADING)
    priya.go(f"{wheel}?code={harbour.code}")
    expect(priya.page.get_by_role("button", name="Rate together")).to_have_count(0)
    expect(priya.page.get_by_text(harbour.attribution or "")).to_be_visible()  # what was rated stays
    priya.looks_right("Mary’s life now: Harbour")


def when_she_records_it(ruth: Window) -> None:
    ruth.go("/admin")
    ruth.page.get_by_role("link", name=HEADING).click()
    ruth.looks_right(HEADING)
    ruth.page.get_by_role("button", name="Record it").click()
    ruth.page.get_by_role("heading", name="There is a problem").wait_for()
    ruth.complaints.clear()  # the browser notes the 422 that was meant
    ruth.looks_right(HEADING)
    ruth.page.get_by_label("Who holds the licence").fill("Riverside Care")
    ruth.page.get_by_label("Its number").fill("H-1")
    ruth.page.get_by_label("The provider’s approval of this software").fill("Letter of 1 November")
    ruth.page.get_by_label("The last day on which a rating may be begun").fill("2027-03-31")
    ruth.page.get_by_role("button", name="Record it").click()
    expect(ruth.page.get_by_text("The licence is recorded.")).to_be_visible()
    expect(ruth.page.get_by_text("Riverside Care, H-1, until 31 March 2027")).to_be_visible()
    ruth.looks_right(HEADING)


def then_each_page_says_whose_instrument_it_is(priya: Window, harbour: Instrument) -> None:
    whose = priya.page.get_by_text(harbour.attribution or "")
    for area in harbour.areas:
        priya.page.get_by_role("heading", name=area.name).wait_for()
        expect(whose).to_be_visible()
        priya.looks_right(area.name)
        priya.page.locator(f"#score-{harbour.highest}").check()
        priya.page.get_by_role("button", name="Next").click()
    priya.page.get_by_role("heading", name="Before it is sent").wait_for()
    expect(whose).to_be_visible()
    priya.page.get_by_role("button", name="Send it").click()
    priya.page.get_by_text("Thank you. It is sent.").wait_for()
    priya.looks_right(f"Mary’s life now: {harbour.name}")
    expect(whose).to_be_visible()
    priya.page.emulate_media(media="print")
    expect(whose).to_be_visible()
    priya.page.emulate_media(media="screen")
    priya.page.get_by_role("link", name="Correct it").click()
    priya.looks_right("Correct a rating")
    expect(whose).to_be_visible()
