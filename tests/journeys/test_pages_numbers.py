"""Pressure and pulse in a real browser, the question before what is unusual, and the numbers with chart and table."""

from __future__ import annotations

import random
from datetime import timedelta

from playwright.sync_api import expect

from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.readings import service
from app.readings.intake import Entry
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.people import World


def weeks_of_readings(world: World) -> None:
    """A month of Mary's mornings, as a history."""
    chance = random.Random(4)
    entries = []
    for day in range(1, 29):
        at = NOW - timedelta(days=day, minutes=chance.randint(-120, -30))
        oxygen = chance.choice([93, 94, 95, 96, 97])
        entries.append(Entry(new_id(), "oxygen_saturation", at, oxygen, "%", context={"on_oxygen": False}))
        entries.append(Entry(new_id(), "weight", at, round(62 + chance.random(), 1), "kg"))
        pressure = {"systolic": chance.randint(118, 150), "diastolic": chance.randint(70, 92)}
        parts = {name: {"value": value, "unit": "mm[Hg]"} for name, value in pressure.items()}
        entries.append(Entry(new_id(), "blood_pressure", at, components=parts))
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        service.record(patient, entries, by=world.mary.id, is_history=True)


def test_mary_sends_her_pressure_and_sees_it_among_her_numbers(opens: Opens, world: World) -> None:
    weeks_of_readings(world)
    mary = opens(windows.PHONE)
    mary.sign_in(world.mary)
    mary.page.get_by_role("link", name="Add a reading").first.click()
    mary.looks_right("What did you measure?")
    mary.page.get_by_role("link", name="Blood pressure").click()
    mary.page.get_by_label("Top number").fill("128")
    mary.page.get_by_label("Bottom number").fill("82")
    mary.page.get_by_label("Pulse").fill("71")
    mary.page.get_by_role("button", name="Send to my team").click()
    mary.looks_right("Thank you.")
    expect(mary.page.get_by_role("region", name="What you sent")).to_contain_text("128/82 mmHg")
    expect(mary.page.get_by_role("region", name="What you sent")).to_contain_text("71 beats a minute")

    mary.page.get_by_role("link", name="My numbers").click()
    mary.looks_right("My numbers")
    pressure = mary.page.get_by_role("region", name="Blood pressure", exact=True)
    expect(pressure.get_by_role("img", name="Blood pressure")).to_be_visible()
    expect(pressure).to_contain_text("29 readings in 30 days")
    pressure.get_by_text("Blood pressure as a table").click()
    table = pressure.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(30)
    expect(table.get_by_role("row").nth(1)).to_contain_text("128/82 mmHg")
    mary.looks_right("My numbers")
    mary.page.get_by_role("link", name="7 days").click()
    expect(pressure).to_contain_text("8 readings in 7 days")


def test_an_unusual_weight_is_asked_about_first(opens: Opens, world: World) -> None:
    weeks_of_readings(world)
    mary = opens(windows.PHONE)
    mary.sign_in(world.mary)
    mary.go(f"/my/{world.mary_patient.id}/readings/new/weight")
    mary.page.get_by_label("Weight", exact=True).fill("72")
    mary.page.get_by_role("button", name="Send to my team").click()
    mary.looks_right("Did it really say 72.0 kg?")
    mary.page.get_by_role("button", name="No, change it").click()
    expect(mary.page.get_by_label("Weight", exact=True)).to_have_value("72")
    mary.page.get_by_label("Weight", exact=True).fill("62.7")
    mary.page.get_by_role("button", name="Send to my team").click()
    mary.looks_right("Thank you.")
