"""In the browser: Nurse Adeyemi's visit in under a minute on a phone, what Tom and Priya read of it, Mary's plans."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.service import visit_codes, visit_planning
from app.messages.visit_entering import NewVisit
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
FOR_PROFESSIONALS = "Sacral redness, grade 1."


@pytest.fixture
def code_url(world: World) -> str:
    """Tom sees visits, Nurse Adeyemi writes of them; she is expected, and a code hangs on the wall."""
    with unit_of_work():
        patient, mary = patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT)
        ends_on = clock.today(patient.zone) + timedelta(days=30)
        for place in patients.circle(patient):
            rights = {world.tom.id: [Right.SEE], world.adeyemi.id: [Right.SEE, Right.ACT]}.get(place.person.id, [])
            for right in rights:
                service.give_grant(patient, place.member.id, Category.VISITS, right, ends_on, by=world.mary.id)
        new = NewVisit(
            new_id(), "Wound care", NOW.date(), NOW.time().replace(minute=15), 40, visitor_id=world.adeyemi.id
        )
        visit_planning.add(patient, new, mary)
        return visit_codes.make(patient, mary).url


@SIZES
def test_a_visit_in_under_a_minute(opens: Opens, world: World, code_url: str, size: dict[str, int]) -> None:
    nurse = come_in(opens(size), world.adeyemi)
    begun = time.monotonic()
    nurse.go(code_url.removeprefix("http://localhost"))
    nurse.looks_right("Are you at Mary’s?")
    nurse.page.get_by_role("button", name="I am here").click()
    nurse.page.get_by_text("You are down as being here.").wait_for()
    nurse.looks_right("What did you do?")
    nurse.page.get_by_label("Helped with washing").check()
    nurse.page.get_by_label("For the family").fill("All well, ate lunch.")
    nurse.page.get_by_label("For professionals").fill(FOR_PROFESSIONALS)
    nurse.page.get_by_label("For whoever comes next").fill("Check the heel.")
    nurse.page.get_by_role("button", name="Go on: who reads what").click()
    nurse.page.get_by_role("heading", name="Who will read this").wait_for()
    nurse.looks_right("Who will read this")
    then_the_readers_are_named(nurse)
    nurse.page.get_by_role("button", name="Save it, and I am leaving").click()
    nurse.page.get_by_text("You have left. Thank you.").wait_for()
    assert time.monotonic() - begun < 60
    nurse.looks_right("Wound care")
    tom, priya = come_in(opens(size), world.tom), come_in(opens(size), world.priya)
    then_tom_reads_the_family_s_text(tom, world)
    then_priya_reads_both_and_ticks_the_handover(priya, world)


def then_the_readers_are_named(nurse: Window) -> None:
    family, professional = (nurse.page.locator(f"section:has-text('{text}')") for text in ("ate lunch", "Sacral"))
    assert "Tom Okafor" in family.inner_text()
    assert "Tom Okafor" not in professional.inner_text()
    assert "the team Riverside Long-Term Conditions" in professional.inner_text()


def then_tom_reads_the_family_s_text(tom: Window, world: World) -> None:
    tom.go("/circle")
    tom.page.get_by_role("link", name="Visits").first.click()
    tom.page.get_by_role("heading", name="Visits to Mary").wait_for()
    tom.looks_right("Visits to Mary")
    tom.page.get_by_role("link", name="Wound care").click()
    tom.page.get_by_text("All well, ate lunch.").wait_for()
    tom.looks_right("Wound care")
    assert FOR_PROFESSIONALS not in tom.page.content()


def then_priya_reads_both_and_ticks_the_handover(priya: Window, world: World) -> None:
    priya.go(f"/console/patients/{world.mary_patient.id}")
    priya.page.get_by_text(FOR_PROFESSIONALS).wait_for()
    priya.looks_right("Mary Okafor")
    priya.go(f"/my/{world.mary_patient.id}/visits/arrive")
    priya.page.get_by_text("Left for you by Bola Adeyemi").wait_for()
    priya.looks_right("Are you at Mary’s?")
    priya.page.get_by_role("button", name="I have read this").click()
    priya.page.get_by_text("It is marked as read.").wait_for()


@SIZES
def test_mary_plans_calls_off_and_hangs_up_a_code(
    opens: Opens, world: World, code_url: str, size: dict[str, int]
) -> None:
    mary = come_in(opens(size), world.mary)
    mary.go(f"/my/{world.mary_patient.id}/visits")
    mary.looks_right("Visits")
    mary.page.get_by_role("link", name="Planned visits").click()
    mary.looks_right("Planned visits")
    mary.page.get_by_role("link", name="Plan a visit").click()
    mary.page.get_by_role("heading", name="How often is the visit?").wait_for()
    mary.looks_right("How often is the visit?")
    mary.page.get_by_role("link", name="Again and again").click()
    plans_question_by_question(mary)
    mary.page.get_by_text("It is planned.").wait_for()
    mary.looks_right("Planned visits")
    mary.page.get_by_role("link", name="Morning care").last.click()
    mary.page.get_by_role("link", name="Call it off").click()
    mary.page.get_by_label("Why?").fill("I am away.")
    mary.looks_right("Call it off: Morning care")
    mary.page.get_by_role("button", name="Call it off").click()
    mary.page.get_by_text("It is called off.").wait_for()
    mary.page.get_by_role("link", name="Code for the wall").click()
    mary.looks_right("Code for the wall")
    mary.page.get_by_role("button", name="Make a new code").click()
    mary.page.get_by_role("heading", name="Visitors to Mary").wait_for()
    mary.looks_right("Code for the wall")


def plans_question_by_question(window: Window) -> None:
    page = window.page
    page.get_by_label("What is the visit for?").fill("Morning care")
    window.looks_right("What is the visit for?")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="On which days?").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("Choose at least one day of the week").first.wait_for()
    window.complaints.clear()  # the 422 that was meant
    window.looks_right("On which days?")
    page.get_by_label("Thursdays").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="From when until when?").wait_for()
    window.looks_right("From when until when?")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Time").fill("09:00")
    window.looks_right("At what time, and for how long?")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Bola Adeyemi, district nurse").check()
    window.looks_right("Who comes?")
    page.get_by_role("button", name="Plan it").click()


@SIZES
def test_the_team_plans_changes_and_ends_in_the_console(
    opens: Opens, world: World, code_url: str, size: dict[str, int]
) -> None:
    priya = come_in(opens(size), world.priya)
    priya.go(f"/console/patients/{world.mary_patient.id}")
    priya.page.get_by_role("link", name="Plan visits").click()
    priya.looks_right("Planned visits to Mary Okafor")
    priya.page.get_by_role("link", name="Plan a visit").click()
    priya.page.get_by_role("link", name="Again and again").click()
    plans_question_by_question(priya)
    priya.page.get_by_text("It is planned.").wait_for()
    priya.page.get_by_role("link", name="Morning care").first.click()
    priya.looks_right("Morning care")
    priya.page.get_by_role("link", name=re.compile("Change ?: Time")).click()
    priya.page.get_by_label("Time").fill("11:30")
    priya.looks_right("At what time, and for how long?")
    priya.page.get_by_role("button", name="Change it").click()
    priya.page.get_by_text("It is changed.").wait_for()
    priya.page.get_by_text("11:30, for 30 minutes").wait_for()
    priya.page.get_by_text("End this plan").click()
    priya.looks_right("Morning care")
    priya.page.get_by_role("button", name="End it").click()
    priya.page.get_by_text("The plan has ended.").wait_for()
    priya.looks_right("Planned visits to Mary Okafor")


@SIZES
def test_mary_keeps_a_visit_from_her_circle_and_lets_it_be_seen_again(
    opens: Opens, world: World, code_url: str, size: dict[str, int]
) -> None:
    mary, tom = come_in(opens(size), world.mary), come_in(opens(size), world.tom)
    visits = f"/my/{world.mary_patient.id}/visits"
    mary.go(visits)
    mary.page.get_by_role("link", name="Wound care").click()
    mary.looks_right("Wound care")
    mary.page.get_by_role("button", name="Keep this from my circle").click()
    mary.page.get_by_text("It is kept from the circle now.").wait_for()
    mary.looks_right("Wound care")
    tom.go(visits)
    tom.page.get_by_text("No visits are planned.").wait_for()
    mary.go(visits)
    mary.page.get_by_text("Kept from the circle").wait_for()
    mary.looks_right("Visits")
    mary.page.get_by_role("link", name="Wound care").click()
    mary.page.get_by_role("button", name="Let my circle see this again").click()
    mary.page.get_by_text("The circle can see it again.").wait_for()
    tom.go(visits)
    tom.page.get_by_role("link", name="Wound care").wait_for()
