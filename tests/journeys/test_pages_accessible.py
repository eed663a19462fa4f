"""Every page, on a phone and on a desk: status, heading, no scrolling sideways, WCAG 2.2 AA, no policy broken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.alerts import queries as alerts
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.service import sending
from app.patients import queries as patients
from app.readings import catalogue, service
from app.readings.intake import Entry
from app.todos import service as todos
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_numbers import weeks_of_readings
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])
Whose = Callable[[World], Person]


@pytest.fixture
def alert(world: World, app: Flask) -> str:
    """Mary's month, a red alert told to Priya, and a to-do: the path of the alert's page."""
    weeks_of_readings(world)
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        entry = Entry(new_id(), "oxygen_saturation", clock.now(), 88, "%", context={"on_oxygen": False})
        service.record(patient, [entry], by=world.mary.id)
        todos.add(patient, "check_number", "two texts failed", "Check the mobile number: two texts failed")
        (opened,) = alerts.alerts(patient, only_open=True)
    sending.send_all_due()
    return f"/console/patients/{world.mary_patient.id}/alerts/{opened.id}"


@SIZES
def test_the_patients_pages(opens: Opens, world: World, alert: str, size: dict[str, int]) -> None:
    home = f"/my/{world.mary_patient.id}"
    mary = opens(size)
    assert mary.go("/sign-in").status == 200
    mary.looks_right("Sign in")
    mary.sign_in(world.mary)
    for path, heading in (
        ("/", "Good morning, Mary"),
        ("/readings/new", "What did you measure?"),
        ("/numbers", "My numbers"),
        ("/numbers?days=7", "My numbers"),
    ):
        assert mary.go(home + path).status == 200
        mary.looks_right(heading)


@SIZES
def test_every_form(opens: Opens, world: World, size: dict[str, int]) -> None:
    mary = opens(size)
    mary.sign_in(world.mary)
    paths = [*catalogue.MEASURES, "weight?unit=st"] if size == windows.PHONE else ["blood_pressure", "glucose"]
    for path in paths:
        assert mary.go(f"/my/{world.mary_patient.id}/readings/new/{path}").status == 200
        mary.looks_right("Your ")
    mary.page.get_by_role("button", name="Send to my team").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the browser notes the 422 that was meant
    mary.looks_right("Your ")


@SIZES
def test_the_console(opens: Opens, world: World, alert: str, size: dict[str, int]) -> None:
    priya = opens(size)
    priya.sign_in(world.priya)
    for path, heading in (
        ("/console/worklist", "Worklist"),
        ("/console/worklist?severity=amber&owner=me", "Worklist"),
        ("/console/worklist?said=taken", "Worklist"),
        (alert.partition("/alerts/")[0], "Mary Okafor"),
        (alert, "Mary Okafor Oxygen level 88% on air"),
        ("/sandbox", "Sandbox inbox"),
    ):
        assert priya.go(path).status == 200
        priya.looks_right(heading)
    priya.page.goto(f"{priya.site.url}{alert}")
    priya.page.get_by_role("button", name="Resolve this alert").click()
    priya.page.get_by_role("heading", name="There is a problem").wait_for()
    priya.complaints.clear()  # the 422 that was meant
    priya.looks_right("Mary Okafor")


@SIZES
def test_the_plain_pages(opens: Opens, world: World, size: dict[str, int]) -> None:
    tom = opens(size)
    tom.sign_in(world.tom)
    tom.looks_right("People you are there for")
    assert tom.go(f"/my/{world.mary_patient.id}/numbers").status == 200
    tom.looks_right("Mary Okafor’s numbers")
    for path, status, heading in (
        ("/nowhere", 404, "There is nothing here"),
        (f"/my/{world.mary_patient.id}/", 403, "You are not allowed to do this"),
    ):
        answer = tom.go(path)
        assert answer.status == status
        tom.complaints.clear()  # the browser notes the status that was meant
        tom.looks_right(heading)
