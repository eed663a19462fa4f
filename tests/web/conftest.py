"""Browsers of the people of the demo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.alerts import queries as alerts
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries as patients
from app.readings import service as readings
from app.readings.intake import Entry
from tests.people import World
from tests.web.browsing import Browser


@pytest.fixture
def browser_of(app: Flask) -> Callable[[Person], Browser]:
    """A browser in which somebody has signed in."""

    def signed_in(person: Person) -> Browser:
        browser = Browser(app.test_client())
        browser.have_session(person)
        return browser

    return signed_in


@pytest.fixture
def mary(browser_of: Callable[[Person], Browser], world: World) -> Browser:
    return browser_of(world.mary)


@pytest.fixture
def priya(browser_of: Callable[[Person], Browser], world: World) -> Browser:
    return browser_of(world.priya)


@pytest.fixture
def home(world: World) -> str:
    """Where Mary's pages are."""
    return f"/my/{world.mary_patient.id}"


@pytest.fixture
def red_alert(world: World) -> str:
    """Mary has sent 88% on air: the alert that waits for Priya."""
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        entry = Entry(new_id(), "oxygen_saturation", clock.now(), 88, "%", context={"on_oxygen": False})
        readings.record(patient, [entry], by=world.mary.id)
        (alert,) = alerts.alerts(patient, only_open=True)
        return str(alert.id)
