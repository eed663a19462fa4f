"""In the browser, without a signal: Nurse Adeyemi arrives, writes, measures and leaves; with one it is sent, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models import Visit, VisitNote
from app.messages.service import visit_codes, visit_planning
from app.messages.visit_entering import NewVisit
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from app.readings.models import Reading
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Site, Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
FAMILY, PROFESSIONAL = "All well, ate lunch.", "Sacral redness, grade 1."
WORDS = ("Sacral", "lunch.", "Okafor", "Wound", "happened_at")  # long enough not to be there by chance
CAME, LEFT = NOW - timedelta(minutes=45), NOW - timedelta(minutes=5)
NO_SIGNAL = "Failed to load resource: net::ERR_CONNECTION_REFUSED"
# Everything that lies in the browser's database, byte for byte.
LYING_THERE = """async () => {
    const open = indexedDB.open("kith");
    const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result); });
    const found = [];
    for (const name of ["kept", "unsent"]) {
        const all = database.transaction(name).objectStore(name).getAll();
        const rows = await new Promise((resolve) => { all.onsuccess = () => resolve(all.result); });
        for (const row of rows) found.push(new TextDecoder("latin1").decode(row.sealed));
    }
    const one = database.transaction("keys").objectStore("keys").getAll();
    const keys = await new Promise((resolve) => { one.onsuccess = () => resolve(one.result); });
    const out = await Promise.all(keys.map((key) => crypto.subtle.exportKey("raw", key).then(() => "out", () => "in")));
    database.close();
    return { found, out };
}"""
# The first thing that is sent arrives, and its answer is lost on the way back.
LOSES_AN_ANSWER = """() => {
    const real = window.fetch;
    window.fetch = async (path, more) => {
        const answer = await real(path, more);
        if (more?.method !== "POST" || window.lost) return answer;
        window.lost = true;
        throw new TypeError("Failed to fetch");
    };
}"""


@pytest.fixture
def visit_id(world: World) -> Any:
    """Tom sees visits; Nurse Adeyemi writes of them and of readings, and is expected."""
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        ends_on = clock.today(patient.zone) + timedelta(days=30)
        wanted = {
            world.tom.id: [(Category.VISITS, Right.SEE)],
            world.adeyemi.id: [(Category.VISITS, Right.SEE), (Category.VISITS, Right.ACT)],
        }
        for place in patients.circle(patient):
            for category, right in wanted.get(place.person.id, []):
                service.give_grant(patient, place.member.id, category, right, ends_on, by=world.mary.id)
        at = NOW.time().replace(minute=15)
        new = NewVisit(new_id(), "Wound care", NOW.date(), at, 40, visitor_id=world.adeyemi.id)
        return visit_planning.add(patient, new, By(world.mary.id, Role.PATIENT)).id


def without_a_signal(site: Site) -> int:
    port = site.server.server_port
    site.stop()
    return port


def with_a_signal(site: Site, port: int, nurse: Window, at: datetime) -> None:
    nurse.page.clock.set_fixed_time(at)  # first: what is under way may arrive at once
    site.start(port)
    nurse.page.evaluate("window.dispatchEvent(new Event('online'))")


def keeps_the_visits(nurse: Window, world: World) -> str:
    """The path of the visits, kept on this phone."""
    path = f"/my/{world.mary_patient.id}/visits"
    nurse.meant = frozenset({NO_SIGNAL})
    nurse.page.clock.set_fixed_time(CAME)
    nurse.go(path)
    nurse.looks_right("Visits to Mary")
    nurse.page.get_by_role("button", name="Keep them on this phone").click()
    nurse.page.get_by_text("are kept on this phone.").wait_for()
    nurse.looks_right("Visits to Mary")
    return path


def arrives_without_a_signal(nurse: Window, path: str) -> None:
    nurse.page.goto(nurse.site.url + path)
    nurse.page.get_by_role("heading", name="Wound care").wait_for()
    nurse.looks_right("No signal")
    nurse.page.get_by_role("listitem").filter(has_text="Wound care").get_by_role("button", name="I am here").click()
    nurse.page.get_by_text("You are down as being at Mary’s.").wait_for()


@SIZES
def test_a_visit_without_a_signal_is_there_once_with_both_texts_and_its_own_times(
    opens: Opens, site: Site, world: World, visit_id: Any, size: dict[str, int]
) -> None:
    nurse = come_in(opens(size), world.adeyemi)
    path = keeps_the_visits(nurse, world)
    port = without_a_signal(site)
    arrives_without_a_signal(nurse, path)
    when_she_writes_and_measures(nurse)
    nurse.page.clock.set_fixed_time(LEFT)
    nurse.page.get_by_role("button", name="Save it, and I am leaving").click()
    nurse.page.get_by_text("You have left. Thank you.").wait_for()
    expect(nurse.page.get_by_text("Not sent yet.")).to_have_count(4)
    then_nothing_lies_open_on_the_phone(nurse)
    nurse.page.reload()  # the phone was switched off in between
    expect(nurse.page.get_by_text("Not sent yet.")).to_have_count(4)
    nurse.looks_right("No signal")
    nurse.page.evaluate(LOSES_AN_ANSWER)
    with_a_signal(site, port, nurse, NOW)
    nurse.page.wait_for_function("() => window.lost")
    nurse.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(nurse.page.get_by_text("Not sent yet.")).to_have_count(0)
    nurse.page.get_by_text("Mary, Wound care: Oxygen level.").wait_for()  # and the honest reply to it
    nurse.page.get_by_text("All of it is sent, and nothing is left on this phone.").wait_for()
    nurse.looks_right("No signal")
    then_it_is_there_once(visit_id, world)
    then_each_reads_their_own(opens, size, world, visit_id)


def when_she_writes_and_measures(nurse: Window) -> None:
    page = nurse.page
    family, professional = page.get_by_label("For the family"), page.get_by_label("For professionals")
    assert "Tom Okafor" in readers_of(nurse, "For the family")
    assert "Tom Okafor" not in readers_of(nurse, "For professionals")
    page.get_by_role("button", name="Save it", exact=True).click()
    page.get_by_text("Tick what was done, write something, or measure.").wait_for()
    page.get_by_label("Helped with washing").check()
    family.fill(FAMILY)
    professional.fill(PROFESSIONAL)
    page.get_by_text("Oxygen level", exact=True).click()
    page.get_by_label("Oxygen level").fill("97")
    page.get_by_role("button", name="Save it", exact=True).click()
    page.get_by_text("Were you breathing air or extra oxygen?").last.wait_for()
    page.get_by_label("Just air").check()
    nurse.looks_right("No signal")


def readers_of(nurse: Window, label: str) -> str:
    hint = nurse.page.get_by_label(label).get_attribute("aria-describedby")
    return nurse.page.locator(f"[id='{hint}']").inner_text()


def then_nothing_lies_open_on_the_phone(nurse: Window) -> None:
    there = nurse.page.evaluate(LYING_THERE)
    assert len(there["found"]) == 6  # one patient, who uses the phone, four things unsent
    assert not any(word in text for text in there["found"] for word in WORDS)
    assert there["out"] == ["in"]  # the key cannot be taken out of the browser


def then_it_is_there_once(visit_id: Any, world: World) -> None:
    with unit_of_work():
        visit = db.session.get_one(Visit, visit_id)
        assert (visit.state, visit.arrived_at, visit.left_at) == ("done", CAME, LEFT)
        note = db.session.scalars(select(VisitNote)).one()
        assert (note.family, note.professional, note.done) == (FAMILY, PROFESSIONAL, ["wash"])
        reading = db.session.scalars(select(Reading)).one()
        assert (reading.value, reading.measured_at, reading.entered_by) == (97, LEFT, world.adeyemi.id)


def then_each_reads_their_own(opens: Opens, size: dict[str, int], world: World, visit_id: Any) -> None:
    path = f"/my/{world.mary_patient.id}/visits/{visit_id}"
    tom, priya = come_in(opens(size), world.tom), come_in(opens(size), world.priya)
    tom.go(path)
    tom.page.get_by_text(FAMILY).wait_for()
    assert PROFESSIONAL not in tom.page.content()
    priya.go(path)
    priya.page.get_by_text(PROFESSIONAL).wait_for()


def test_what_is_refused_stays_with_its_reason_and_signed_out_nothing_is_lost(
    opens: Opens, site: Site, world: World, visit_id: Any
) -> None:
    nurse = come_in(opens(windows.PHONE), world.adeyemi)
    path = keeps_the_visits(nurse, world)
    port = without_a_signal(site)
    arrives_without_a_signal(nurse, path)
    with unit_of_work():  # meanwhile
        patient = patients.admitted_one(world.mary_patient.id)
        visit_planning.call_off(patient, visit_id, "Mary is away.", By(world.mary.id, Role.PATIENT))
    cookies = nurse.page.context.cookies()
    nurse.page.context.clear_cookies()
    with_a_signal(site, port, nurse, NOW)
    nurse.page.get_by_role("link", name="Sign in").wait_for()
    expect(nurse.page.get_by_text("Not sent yet.")).to_have_count(1)
    nurse.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    nurse.page.evaluate("window.dispatchEvent(new Event('focus'))")
    nurse.page.get_by_text("Could not be sent: This visit was called off.").wait_for()
    nurse.complaints.clear()
    nurse.looks_right("No signal")
    nurse.go("/me/telling")
    nurse.page.get_by_text("Could not be sent: 1.").wait_for()
    nurse.looks_right("How I am told")
    nurse.page.get_by_role("button", name="Sign out").click()
    nurse.page.get_by_text("Signing out deletes it.").wait_for()
    nurse.page.get_by_role("link", name="Look at it").click()
    nurse.page.get_by_role("button", name="Delete it").click()
    expect(nurse.page.get_by_text("Could not be sent")).to_have_count(0)


def test_the_picture_on_the_wall_works_without_a_signal_too(
    opens: Opens, site: Site, world: World, visit_id: Any
) -> None:
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        url = visit_codes.make(patient, By(world.mary.id, Role.PATIENT)).url
    nurse = come_in(opens(windows.PHONE), world.adeyemi)
    keeps_the_visits(nurse, world)
    port = without_a_signal(site)
    arrives_without_a_signal(nurse, url.removeprefix("http://localhost"))
    with_a_signal(site, port, nurse, NOW)
    nurse.page.get_by_text("All of it is sent, and nothing is left on this phone.").wait_for()
    with unit_of_work():
        visit = db.session.get_one(Visit, visit_id)
        assert (visit.arrived_at, visit.arrival) == (CAME, "code")


@pytest.mark.parametrize(("right", "arrival"), [(True, "code"), (False, "hand")])
def test_the_code_on_the_wall_is_typed_without_a_signal_and_a_wrong_one_loses_nothing(
    opens: Opens, site: Site, world: World, visit_id: Any, right: bool, arrival: str
) -> None:
    with unit_of_work():
        code = visit_codes.make(patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT)).code
    nurse = come_in(opens(windows.PHONE), world.adeyemi)
    path = keeps_the_visits(nurse, world)
    port = without_a_signal(site)
    nurse.page.goto(nurse.site.url + path)
    card = nurse.page.get_by_role("listitem").filter(has_text="Wound care")
    card.get_by_label("The code on the wall").fill(code if right else "ABCDE-FGHJK")
    card.get_by_role("button", name="I am here").click()
    nurse.page.get_by_text("You are down as being at Mary’s.").wait_for()
    with_a_signal(site, port, nurse, NOW)
    nurse.page.get_by_text("All of it is sent, and nothing is left on this phone.").wait_for()
    with unit_of_work():
        visit = db.session.get_one(Visit, visit_id)
        assert (visit.arrived_at, visit.arrival) == (CAME, arrival)


def test_another_on_the_same_phone_sends_nothing_of_the_first_and_signing_out_deletes_all(
    opens: Opens, site: Site, world: World, visit_id: Any
) -> None:
    nurse = come_in(opens(windows.PHONE), world.adeyemi)
    path = keeps_the_visits(nurse, world)
    port = without_a_signal(site)
    arrives_without_a_signal(nurse, path)
    nurse.page.context.clear_cookies()
    tom = come_in(nurse, world.tom)
    with_a_signal(site, port, tom, NOW)
    tom.go(path)
    tom.page.get_by_text("Somebody else’s, not sent yet: 1.").wait_for()
    tom.go("/offline")
    tom.page.get_by_text("Nothing of yours is kept on this phone.").wait_for()
    expect(tom.page.get_by_text("Wound care")).to_have_count(0)
    tom.go(path)
    tom.page.get_by_text("Somebody else’s, not sent yet: 1.").wait_for()
    with unit_of_work():
        assert db.session.get_one(Visit, visit_id).arrived_at is None
    tom.page.get_by_role("button", name="Sign out").click()
    tom.page.get_by_text("Signing out deletes it.").wait_for()
    with tom.page.expect_navigation():
        tom.page.get_by_role("button", name="Sign out").click()
    assert "kith" not in tom.page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))")
