"""In the browser: Mary adds a medicine and ticks a dose, Tom records one, Priya settles what disagrees."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.unit_of_work import unit_of_work
from app.medicines.entering import NewMedicine, NewSchedule
from app.medicines.patterns import Anchor, AsNeeded, Pattern, Phase, Phases, Slot
from app.medicines.service import listing, scheduling
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


def medicine(world: World, name: str, pattern: Pattern, instructions: str | None = None, **more: Any) -> None:
    """Mary has entered one."""
    with unit_of_work():
        patient, by = patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT)
        made = listing.add(patient, NewMedicine(name, form="tablet", **more), by)
        scheduling.add(patient, made.id, NewSchedule(pattern, instructions), by)


def at(*times: str) -> Phases:
    return Phases((Phase(tuple(Slot(0, clock_time(one)) for one in times)),))


def clock_time(text: str) -> Any:
    return (NOW.replace(hour=int(text[:2]), minute=int(text[3:]))).time()


@SIZES
def test_a_medicine_from_its_name_to_its_first_dose(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary = come_in(opens(size), world.mary)
    mary.go(f"/my/{world.mary_patient.id}/medicines")
    mary.looks_right("My medicines")
    mary.page.get_by_role("link", name="Add a medicine").click()
    when_it_is_named(mary)
    when_its_times_are_said(mary)
    then_the_next_days_are_shown(mary)
    mary.page.get_by_role("button", name="Yes, save it").click()
    mary.page.get_by_text("When it is taken is saved.").wait_for()
    mary.looks_right("Paracetamol 500mg tablets")
    then_a_dose_is_ticked(mary, world)


def when_it_is_named(mary: Window) -> None:
    mary.page.get_by_role("heading", name="What is the medicine called?").wait_for()
    mary.looks_right("What is the medicine called?")
    mary.page.get_by_label("What is the medicine called?").fill("Paracetamol 500mg tablets")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="Does it hold this?").wait_for()
    mary.page.get_by_label("Paracetamol", exact=True).check()
    mary.page.get_by_label("Milligrams in one, if you know").fill("500")
    mary.looks_right("Does it hold this?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="What else is on the label?").wait_for()
    mary.page.get_by_label("Form").fill("tablet")
    mary.looks_right("What else is on the label?")
    mary.page.get_by_role("button", name="Put it on the list").click()


def when_its_times_are_said(mary: Window) -> None:
    mary.page.get_by_role("heading", name="How often is it taken?").wait_for()
    mary.looks_right("How often is it taken?")
    mary.page.get_by_label("Every day").check()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="When, and how much?").wait_for()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the browser notes the 422 that was meant
    mary.looks_right("When, and how much?")
    mary.page.get_by_label("At", exact=True).first.fill("10:30")
    mary.page.get_by_label("How many tablets").first.fill("1")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="What does the label say?").wait_for()
    mary.page.get_by_label("The words on the label").fill("one three times a day")
    mary.looks_right("What does the label say?")
    mary.page.get_by_role("button", name="Look at the next 30 days").click()
    mary.page.get_by_text("nobody will be reminded until your team has looked").wait_for()
    mary.looks_right("Is this right?")
    mary.page.get_by_role("button", name="Change the days or the words").click()
    mary.page.get_by_label("The words on the label").fill("one every morning")
    mary.page.get_by_role("button", name="Look at the next 30 days").click()


def then_the_next_days_are_shown(mary: Window) -> None:
    mary.page.get_by_role("button", name="Yes, save it").wait_for()
    mary.looks_right("Is this right?")
    assert mary.page.get_by_role("heading", name="The next 30 days").is_visible()
    assert mary.page.locator(".kith-days li").count() == 30


def then_a_dose_is_ticked(mary: Window, world: World) -> None:
    mary.go(f"/my/{world.mary_patient.id}/medicines")
    button = mary.page.get_by_role("button", name=re.compile(r"Taken ?: Paracetamol 500mg tablets, 10:30"))
    box = button.bounding_box()
    assert box is not None
    assert min(box["height"], box["width"]) >= 44
    mary.looks_right("My medicines")
    button.click()
    mary.page.get_by_text("It is recorded.").wait_for()
    mary.looks_right("My medicines")
    mary.page.get_by_role("link", name="Put right").click()
    mary.page.get_by_role("button", name="Put right").wait_for()
    mary.looks_right("Paracetamol 500mg tablets")
    mary.page.get_by_role("button", name="Put right").click()
    mary.page.get_by_text("What happened?").first.wait_for()
    mary.page.get_by_label("Not taken, for a reason").check()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_label("I have run out").check()
    mary.looks_right("Paracetamol 500mg tablets")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("Not taken: ran out, by you").wait_for()


@SIZES
def test_tom_records_what_mary_recorded_and_is_asked(opens: Opens, world: World, size: dict[str, int]) -> None:
    given_tom_may_act(world)
    medicine(world, "Furosemide 40 mg", at("10:30"))
    medicine(world, "Bisoprolol 2.5 mg", at("10:30", "22:00"))
    medicine(world, "Salbutamol", AsNeeded(timedelta(hours=4)))
    path = f"/my/{world.mary_patient.id}/medicines"
    mary, tom = come_in(opens(size), world.mary), come_in(opens(size), world.tom)
    tom.go("/circle")
    tom.page.get_by_role("link", name="Medicines").click()
    tom.page.get_by_role("button", name="All of 10:30 taken").wait_for()
    tom.looks_right("Medicines")
    mary.go(path)
    mary.page.get_by_role("button", name="All of 10:30 taken").click()
    mary.page.get_by_text("It is recorded.").wait_for()
    tom.page.get_by_role("button", name=re.compile(r"Taken ?: Furosemide 40 mg, 10:30")).click()
    tom.page.get_by_text("by Mary Okafor. Did you take it too?").wait_for()
    tom.looks_right("Was it two?")
    tom.page.get_by_role("button", name="Yes, two were taken").click()
    tom.page.get_by_text("Ask a pharmacist, or 111, now.").wait_for()
    tom.looks_right("Ask a pharmacist or 111 now")
    when_what_is_needed_is_refused(tom, path)


def given_tom_may_act(world: World) -> None:
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        (tom,) = [place.member for place in patients.circle(patient) if place.person.id == world.tom.id]
        for right in Right:
            ends_on = clock.today(patient.zone) + timedelta(days=30)
            service.give_grant(patient, tom.id, Category.MEDICINES, right, ends_on, by=world.mary.id)


def when_what_is_needed_is_refused(tom: Window, path: str) -> None:
    for _ in range(2):
        tom.go(path)
        tom.page.get_by_role("link", name=re.compile(r"Record a dose ?: Salbutamol")).click()
        tom.page.get_by_role("heading", name="Salbutamol").wait_for()
        tom.page.get_by_role("button", name="Record this dose").click()
        tom.page.wait_for_load_state()
    tom.page.get_by_role("heading", name="Not recorded").wait_for()
    tom.complaints.clear()  # the 409 that was meant
    tom.looks_right("Salbutamol")
    tom.page.get_by_role("button", name="It has already been taken").click()
    tom.page.get_by_text("Ask a pharmacist, or 111, now.").wait_for()


@SIZES
def test_priya_settles_what_disagrees(opens: Opens, world: World, size: dict[str, int]) -> None:
    medicine(world, "Furosemide 40 mg", at("09:00", "21:00"), "take one three times a day")
    medicine(world, "Bisoprolol 2.5 mg", at("10:30"))
    priya = come_in(opens(size), world.priya)
    priya.go(f"/console/patients/{world.mary_patient.id}")
    priya.looks_right("Mary Okafor")
    assert priya.page.get_by_text("take one three times a day").first.is_visible()
    priya.page.get_by_role("button", name="Settle: the times hold").click()
    priya.page.wait_for_load_state()
    assert priya.page.get_by_role("button", name="Settle: the times hold").count() == 0
    priya.page.get_by_role("link", name="Doses, list and changes").click()
    priya.page.get_by_role("heading", name="Medicines", level=1).wait_for()
    priya.looks_right("Medicines")


@SIZES
def test_mary_counts_changes_and_looks_back(opens: Opens, world: World, size: dict[str, int]) -> None:
    medicine(world, "Prednisolone 5 mg", BEFORE_BREAKFAST)
    medicine(world, "Bisoprolol 2.5 mg", at("10:30"))
    mary = come_in(opens(size), world.mary)
    mary.go(f"/my/{world.mary_patient.id}/medicines/list")
    mary.page.get_by_role("link", name="Prednisolone 5 mg").click()
    when_it_is_counted(mary)
    when_what_is_said_of_it_is_changed(mary)
    then_its_steps_open_as_they_are(mary)
    mary.go(f"/my/{world.mary_patient.id}/medicines")
    mary.page.get_by_text("enough until").wait_for()
    mary.looks_right("My medicines")
    mary.page.get_by_role("button", name=re.compile("Taken")).click()
    mary.page.get_by_text("It is recorded.").wait_for()
    then_it_stands_among_what_was_recorded(mary)


BEFORE_BREAKFAST = Phases(
    (
        Phase((Slot(0, anchor=Anchor.BREAKFAST, offset=-timedelta(minutes=45), amount=Decimal(6)),), length=5),
        Phase((Slot(0, anchor=Anchor.BREAKFAST, offset=-timedelta(minutes=45), amount=Decimal(3)),)),
    )
)


def when_it_is_counted(mary: Window) -> None:
    mary.page.get_by_role("link", name="Count what is left").click()
    mary.looks_right("What is left of Prednisolone 5 mg")
    mary.page.get_by_label("How many are left now?").fill("12")
    mary.page.get_by_role("button", name="Save the count").click()
    mary.page.get_by_text("By the last count 12 tablets left, too few from").wait_for()
    mary.looks_right("Prednisolone 5 mg")
    mary.page.get_by_role("link", name="Count what is left").click()
    mary.page.get_by_label("How many packs?").fill("2")
    mary.page.get_by_label("How many are in one pack?").fill("28")
    mary.looks_right("What is left of Prednisolone 5 mg")
    mary.page.get_by_role("button", name="Add them").click()
    mary.page.get_by_text("56 came, so 68 now").wait_for()


def when_what_is_said_of_it_is_changed(mary: Window) -> None:
    mary.page.get_by_role("link", name="Change what is said of it").click()
    mary.looks_right("What is said of Prednisolone 5 mg")
    mary.page.get_by_label("Strength").fill("5 mg")
    mary.page.get_by_label("How often to remind again").fill("300")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the 422 that was meant
    mary.looks_right("What is said of Prednisolone 5 mg")
    mary.page.get_by_label("How often to remind again").fill("20")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("What is said of it is saved.").wait_for()
    mary.looks_right("Prednisolone 5 mg")


def then_its_steps_open_as_they_are(mary: Window) -> None:
    mary.page.get_by_role("link", name="Change", exact=True).click()
    mary.page.get_by_text("As it is now").wait_for()
    mary.looks_right("How often is it taken?")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="When, and how much?").wait_for()
    mary.looks_right("When, and how much?")
    assert mary.page.get_by_label("before or after").first.input_value() == "-45"
    assert mary.page.get_by_label("For how many days?").first.input_value() == "5"


def then_it_stands_among_what_was_recorded(mary: Window) -> None:
    mary.page.get_by_role("link", name="What was recorded").click()
    mary.page.get_by_role("heading", name="What I recorded").wait_for()
    mary.page.get_by_role("link", name="7 days").click()
    mary.page.get_by_text("Bisoprolol 2.5 mg: doses as a table").click()
    mary.looks_right("What I recorded")
    with mary.page.expect_download() as download:
        mary.page.get_by_role("link", name="The doses as a file for a spreadsheet").click()
    assert download.value.suggested_filename == "doses.csv"


@SIZES
def test_every_other_page_of_a_medicine(app: Flask, opens: Opens, world: World, size: dict[str, int]) -> None:
    given_tom_may_act(world)
    held = {
        "ingredients": {"paracetamol": "500"},
        "reason": "My knee",
        "late_dose": "Ring me.",
        "prescriber": "Dr Lind",
    }
    medicine(world, "Paracetamol 500 mg", at("10:30"), **held)
    medicine(world, "Co-codamol 8/500", AsNeeded(timedelta(hours=4)), **held)
    mary = come_in(opens(size), world.mary)
    path = f"/my/{world.mary_patient.id}"
    for where, heading in (("medicines/list", "All my medicines"), ("medicines/pause", "Pause all medicines"),
                           ("day", "My day"), ("", "Good morning, Mary")):  # fmt: skip
        mary.go(f"{path}/{where}")
        mary.looks_right(heading)
    mary.go(f"{path}/medicines/list")
    mary.page.get_by_role("link", name="Paracetamol 500 mg").click()
    mary.page.get_by_role("heading", name="History").wait_for()
    mary.looks_right("Paracetamol 500 mg")
    one = mary.page.url
    for where, heading in (("stop", "Stop Paracetamol"), ("pause", "Pause Paracetamol"), ("watches", "Who is told")):
        mary.page.goto(f"{one}/{where}")
        mary.looks_right(heading)
    mary.page.get_by_label("Tom Okafor, son").check()
    mary.page.get_by_label("After how long?").select_option("60")
    mary.page.get_by_role("button", name="Save").click()
    mary.page.get_by_text("Tom Okafor, 60 minutes after its time").wait_for()
    for kind in ("On some days of the week", "Once a week", "Every few days", "Some days with", "In steps",
                 "Every so many hours", "When it is needed", "As directed"):  # fmt: skip
        mary.page.goto(f"{one}/schedule")
        mary.page.get_by_label(kind).check()
        mary.page.get_by_role("button", name="Go on").click()
        mary.page.get_by_role("button", name="Back").wait_for()
        mary.fits()
        mary.looks_right(mary.page.get_by_role("heading", level=1).inner_text())
