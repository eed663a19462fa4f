"""Consent in a real browser: given after reading, seen with Tom's eyes, ended after it was explained."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.access.permissions import Category, Right
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients import service
from app.patients.acting import NewActing
from app.patients.queries import consent
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_numbers import weeks_of_readings
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


def tom_of(world: World) -> str:
    """Tom's place in Mary's circle, with more of everything: what ends soon, and acting for her."""
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        tom = next(one.member.id for one in consent.circle(patient) if one.person.id == world.tom.id)
        soon = NOW.date() + timedelta(days=9)
        service.give_grant(patient, tom, Category.VISITS, Right.BE_TOLD, soon, world.mary.id)
        acting = NewActing(
            tom, "lasting_power_of_attorney", ("circle", "readings"), soon, "Registered LPA, seen today."
        )
        service.record_acting(patient, acting, world.priya.id)
    return str(tom)


@SIZES
def test_every_page_of_consent(opens: Opens, world: World, size: dict[str, int]) -> None:
    tom, home = tom_of(world), f"/my/{world.mary_patient.id}"
    mary = opens(size)
    mary.sign_in(world.mary)
    for path, heading in (
        (f"{home}/", "Good morning, Mary"),
        (f"{home}/circle", "My circle: who sees what"),
        (f"{home}/circle/history", "What was given before"),
        (f"{home}/circle/{tom}/give", "Give Tom something"),
        (f"{home}/circle/{tom}/change", "Who Tom is"),
        (f"{home}/acting/new", "Ask somebody to act for you"),
    ):
        assert mary.go(path).status == 200
        mary.looks_right(heading)
    mary.go(f"{home}/circle")
    mary.page.get_by_role("link", name=re.compile("End ?: Be told about visits, Tom")).click()
    mary.looks_right("End this for Tom: be told about visits?")
    his = opens(size)
    his.sign_in(world.tom)
    his.looks_right("People you are there for")
    for path, heading in (
        (f"{home}/", "Good morning, Tom"),
        (f"{home}/circle", "Mary’s circle: who sees what"),
        (f"/circle/{tom}/leave", "Leave Mary’s circle?"),
    ):
        assert his.go(path).status == 200
        his.looks_right(heading)


@SIZES
def test_mary_gives_tom_her_plan_looks_with_his_eyes_and_ends_it(
    opens: Opens, world: World, size: dict[str, int]
) -> None:
    weeks_of_readings(world)
    mary = opens(size)
    mary.sign_in(world.mary)
    mary.page.get_by_role("link", name="My circle").click()
    mary.looks_right("My circle: who sees what")
    tom = mary.page.get_by_role("region", name="Tom Okafor", exact=True)
    tom.get_by_role("link", name="Give Tom something").click()
    mary.looks_right("Give Tom something")
    mary.page.get_by_label("Plan", exact=True).check()
    mary.page.get_by_label("See it").check()
    mary.page.get_by_label("6 months").check()
    mary.page.get_by_role("button", name="Go on").click()
    mary.looks_right("Please read this first")
    mary.page.get_by_role("button", name="Yes, give this").click()
    expect(mary.page.get_by_role("status")).to_contain_text("It is given")
    expect(tom.get_by_role("row")).to_have_count(3)

    tom.get_by_role("link", name="See what Tom sees").click()
    mary.looks_right("Mary Okafor’s numbers")
    banner = mary.page.get_by_role("status")
    expect(banner).to_contain_text("You are seeing what Tom Okafor sees.")
    mary.page.get_by_role("link", name="7 days").click()
    expect(banner).to_contain_text("You are seeing what Tom Okafor sees.")
    expect(mary.page.get_by_role("button")).to_have_count(0)
    banner.get_by_role("link", name="Back to yours").click()
    mary.looks_right("My circle: who sees what")

    tom.get_by_role("link", name=re.compile("End ?: See the plan, Tom")).click()
    mary.looks_right("End this for Tom: see the plan?")
    mary.page.get_by_role("button", name="Yes, end it").click()
    expect(tom.get_by_role("row")).to_have_count(2)


@SIZES
def test_what_is_missing_is_said_beside_it(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary, home = opens(size), f"/my/{world.mary_patient.id}"
    mary.sign_in(world.mary)
    mary.go(f"{home}/acting/new")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the browser notes the 422 that was meant
    mary.looks_right("Ask somebody to act for you")
    mary.page.get_by_role("link", name="Tick at least one").click()
    expect(mary.page.get_by_label("The circle: who sees what")).to_be_focused()
