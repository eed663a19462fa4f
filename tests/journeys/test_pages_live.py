"""The worklist keeps itself fresh, and is loud when it cannot."""

from __future__ import annotations

from playwright.sync_api import expect

from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.patients import queries as patients
from app.readings import service
from app.readings.intake import Entry
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.windows import Site
from tests.people import World


def low_oxygen(world: World) -> None:
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        entry = Entry(new_id(), "oxygen_saturation", clock.now(), 88, "%", context={"on_oxygen": False})
        service.record(patient, [entry], by=world.mary.id)


def test_a_new_alert_appears_by_itself_and_silence_is_loud(opens: Opens, world: World, site: Site) -> None:
    priya = opens(windows.DESK)
    priya.sign_in(world.priya)
    expect(priya.page.get_by_text("Nobody needs you just now.")).to_be_visible()
    priya.page.evaluate("window.sameOne = true")
    statuses: list[int] = []
    priya.page.on("response", lambda answer: statuses.append(answer.status))
    with priya.page.expect_response(lambda answer: "/console/worklist" in answer.url and answer.status == 304):
        pass

    low_oxygen(world)
    expect(priya.page.locator(".row")).to_contain_text("Oxygen saturation 88% on air", timeout=9000)
    expect(priya.page).to_have_title("(1) Worklist – Kith")
    assert priya.page.evaluate("window.sameOne"), "the page was loaded again"
    priya.looks_right("Worklist")

    site.stop()
    banner = priya.page.get_by_role("alert")
    expect(banner).to_contain_text("This list is not live", timeout=25000)
    assert priya.page.title().startswith("NOT LIVE")
    priya.fits()


def test_a_session_that_ends_is_said_and_nothing_old_is_trusted(opens: Opens, world: World) -> None:
    priya = opens(windows.DESK)
    priya.sign_in(world.priya)
    with unit_of_work():
        identity.sign_out_everywhere(world.priya.id)
    expect(priya.page.get_by_role("alert")).to_contain_text("You are signed out", timeout=9000)
    priya.page.get_by_role("link", name="Sign in again").click()
    expect(priya.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_tab_of_a_second_coordinator_shows_who_has_it(opens: Opens, world: World) -> None:
    low_oxygen(world)
    priya, lind = opens(windows.DESK), opens(windows.DESK)
    priya.sign_in(world.priya)
    lind.sign_in(world.lind)
    priya.page.get_by_role("button", name="Take").click()
    expect(priya.page.locator(".row")).to_contain_text("You")
    expect(priya.page.locator(".row")).to_contain_text("taken today at 10:00")
    expect(lind.page.locator(".row")).to_contain_text("Priya Shah", timeout=9000)
    expect(lind.page.locator(".row")).to_contain_text("taken today at 10:00", timeout=9000)
    lind.is_quiet()
