"""What was recorded, day by day beside the readings: for the patient, the circle and the team; and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Category, Right
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries, service
from tests.medicines.table import Table, table_of
from tests.people import World
from tests.web.browsing import Browser, words
from tests.web.test_medicine_doses import NEEDED, give, given_medicine

BrowserOf = Callable[[Person], Browser]


@pytest.fixture
def table(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def page(home: str) -> str:
    return f"{home}/medicines/recorded"


@pytest.fixture
def furosemide(table: Table) -> str:
    """Taken on time today, skipped tomorrow, and not before."""
    medicine = given_medicine(table)
    today, tomorrow = table.doses()
    table.say(today, "taken")
    table.say(tomorrow, "skipped", why="ran_out")
    return str(medicine["id"])


def test_nothing_due_is_said(mary: Browser, page: str) -> None:
    said = words(mary.get(page))
    assert "No doses were due in the last 30 days." in said
    assert "file for a spreadsheet" not in said


def test_each_medicine_has_its_chart_words_and_table(
    mary: Browser, page: str, table: Table, furosemide: str, red_alert: str
) -> None:
    given_medicine(table, "Paracetamol 500 mg", NEEDED)
    answer = mary.get(page)
    said, html = words(answer), answer.get_data(as_text=True)
    assert "1 of 1 doses were recorded as taken, 1 of them on time." in said
    assert f'aria-labelledby="doses-{furosemide}-title doses-{furosemide}-desc"' in html
    assert "Furosemide 40 mg: doses as a table" in said
    assert "Paracetamol" not in said
    assert "Readings of the same days Oxygen level" in said


def test_so_many_days_and_ways_there(mary: Browser, home: str, page: str, furosemide: str) -> None:
    assert f'href="{page}?days=7"' in mary.get(page).get_data(as_text=True)
    week = mary.get(f"{page}?days=7").get_data(as_text=True)
    assert f'href="{page}?days=7" aria-current="true"' in week
    assert f'href="{page}.csv?days=7"' in week
    for path in (f"{home}/medicines", f"{home}/medicines/list"):
        assert f'href="{page}"' in mary.get(path).get_data(as_text=True)
    one = mary.get(f"{home}/medicines/{furosemide}").get_data(as_text=True)
    assert f'href="{page}#medicine-{furosemide}"' in one
    assert f'id="medicine-{furosemide}"' in week


def test_the_file_says_the_same(mary: Browser, page: str, furosemide: str) -> None:
    answer = mary.get(f"{page}.csv?days=7")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="doses.csv"'
    heads, *lines = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert heads[:5] == ["Medicine", "Day", "Due", "Taken", "On time"]
    assert len(lines) == 7
    assert lines[-1] == ["Furosemide 40 mg", "2026-11-18", "1", "1", "1", "0", "0", "0", "0", "no"]


def test_the_team_comes_there_from_the_patients_page(
    priya: Browser, world: World, page: str, furosemide: str, red_alert: str
) -> None:
    console = priya.get(f"/console/patients/{world.mary_patient.id}?days=90")
    assert "In 90 days: 1 of 1 doses were recorded as taken, 1 of them on time." in words(console)
    assert f'href="{page}?days=90"' in console.get_data(as_text=True)
    said = words(priya.get(f"{page}?days=90"))
    assert "What was recorded for Mary Okafor" in said
    assert "Readings of the same days" in said
    assert priya.get(f"{page}.csv").status_code == 200


def test_who_sees_medicines_and_no_readings_sees_no_readings(
    browser_of: BrowserOf, world: World, page: str, furosemide: str, red_alert: str
) -> None:
    tom = browser_of(world.tom)
    assert tom.get(page).status_code == tom.get(f"{page}.csv").status_code == 403
    give(world, world.tom, Right.SEE)
    assert "Readings of the same days Oxygen level" in words(tom.get(page))
    with unit_of_work():
        patient = queries.admitted_one(world.mary_patient.id)
        (place,) = [one for one in queries.circle(patient) if one.person.id == world.tom.id]
        (readings,) = [one.id for one in place.grants if one.category == Category.READINGS]
        service.end_grant(patient, place.member.id, readings, world.mary.id)
    said = words(tom.get(page))
    assert "Furosemide 40 mg" in said
    assert "Readings of the same days" not in said
