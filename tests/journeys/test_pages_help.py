"""In the browser: Mary asks her circle, Tom has it, Ada reads who; it is done, shared fairly, and in the calendar."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.alerts import queries as alerts
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.queries import help as queries
from app.messages.service import helping
from app.patients import queries as patients
from app.readings import service as readings
from app.readings.intake import Entry
from tests.conftest import NOW
from tests.journeys import windows
from tests.journeys.conftest import Opens
from tests.journeys.test_pages_access_log import come_in
from tests.journeys.windows import Window
from tests.messages.circle import Circle, circle_of
from tests.people import World

SIZES = pytest.mark.parametrize("size", [windows.PHONE, windows.DESK], ids=["320", "1280"])


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


@SIZES
def test_asked_taken_there_and_done(opens: Opens, circle: Circle, size: dict[str, int]) -> None:
    mary, tom, ada = (come_in(opens(size), one) for one in (circle.world.mary, circle.world.tom, circle.ada))
    place = f"/my/{circle.patient.id}/help"
    when_mary_asks(mary, place)
    path = mary.page.url.partition("?")[0].removeprefix(mary.site.url)
    for who in (tom, ada):
        who.go(path)
        who.looks_right("A lift")
    when_tom_is_first(tom, ada)
    when_tom_is_there_and_done(tom)
    mary.go(path)
    mary.page.get_by_text("Tom Okafor did this").wait_for()
    mary.looks_right("A lift")
    mary.go(place)
    mary.looks_right("Help for you")
    mary.page.get_by_role("link", name="How it is shared").click()
    mary.page.get_by_text("Tom Okafor has taken 1 of 1.").wait_for()
    mary.looks_right("How the help is shared")


def when_mary_asks(mary: Window, place: str) -> None:
    mary.go(place)
    mary.looks_right("Help for you")
    mary.page.get_by_role("link", name="Ask for help").click()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="Please check").wait_for()
    mary.complaints.clear()  # the browser notes the 422 that was meant
    mary.looks_right("What would help?")
    mary.page.get_by_label("A lift").check()
    mary.page.get_by_label("A few words about it, if you like").fill("to the clinic")
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="When?").wait_for()
    mary.page.get_by_label("At a time", exact=True).check()
    mary.page.get_by_label("Day and time, if at a time").fill("2026-11-19T14:00")
    mary.looks_right("When?")
    mary.page.get_by_role("button", name="Back").click()
    mary.page.get_by_role("heading", name="What would help?").wait_for()
    assert mary.page.get_by_label("A lift").is_checked()
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="When?").wait_for()
    assert mary.page.get_by_label("Day and time, if at a time").input_value() == "2026-11-19T14:00"
    mary.page.get_by_role("button", name="Go on").click()
    mary.page.get_by_role("heading", name="Who is asked?").wait_for()
    mary.page.get_by_label("Only some of them").check()
    mary.page.get_by_label("Tom Okafor, son").check()
    mary.looks_right("Who is asked?")
    mary.page.get_by_label("Everybody in the circle who can help").check()
    mary.page.get_by_role("button", name="Ask them").click()
    mary.page.get_by_text("They are asked.").wait_for()
    mary.looks_right("A lift")


def when_tom_is_first(tom: Window, ada: Window) -> None:
    button = tom.page.get_by_role("button", name="I will do this")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    tom.page.get_by_text("It is yours. Thank you.").wait_for()
    tom.looks_right("A lift")
    ada.page.get_by_role("button", name="I will do this").click()
    ada.page.get_by_text("Tom has this, so you need not. Thank you.").wait_for()
    ada.complaints.clear()  # the 409 that was meant
    ada.looks_right("A lift")


def when_tom_is_there_and_done(tom: Window) -> None:
    tom.page.get_by_role("button", name="I am there").click()
    tom.page.get_by_text("It is noted that you are there.").wait_for()
    tom.page.get_by_role("button", name="It is done").click()
    tom.page.get_by_text("It is noted that this is done.").wait_for()
    tom.looks_right("A lift")


@SIZES
def test_the_calendar_is_read_along(app: Flask, opens: Opens, circle: Circle, size: dict[str, int]) -> None:
    for days, thing in ((0, "meal"), (1, "shopping"), (9, "company")):
        circle.ask(thing, wanted_at=NOW + timedelta(days=days, hours=3))
    tom = come_in(opens(size), circle.world.tom)
    tom.go(f"/my/{circle.patient.id}/help")
    tom.page.get_by_role("link", name="Calendar").click()
    tom.page.get_by_text("Tomorrow, Thursday 19 November").wait_for()
    tom.looks_right("The next 14 days")
    tom.page.get_by_role("button", name="Make an address").click()
    tom.page.get_by_text("It is shown only now.").wait_for()
    tom.looks_right("The next 14 days")
    found = re.search(r"/calendars/circle/\S+\.ics", tom.page.locator("code").inner_text())
    assert found is not None
    answer = app.test_client().get(found[0])
    assert answer.get_data(as_text=True).count("BEGIN:VEVENT") == 3
    tom.page.get_by_role("button", name="Take it back").click()
    tom.page.wait_for_load_state()
    assert tom.page.get_by_role("button", name="Take it back").count() == 0
    assert app.test_client().get(found[0]).status_code == 404


@SIZES
def test_priya_asks_from_an_alert(opens: Opens, circle: Circle, size: dict[str, int]) -> None:
    with unit_of_work():
        reading = Entry(new_id(), "oxygen_saturation", NOW, 88, "%", context={"on_oxygen": False})
        readings.record(patients.admitted_one(circle.patient.id), [reading], by=circle.world.mary.id)
    (alert,) = alerts.alerts(circle.patient, only_open=True)
    priya = come_in(opens(size), circle.world.priya)
    priya.go(f"/console/patients/{circle.patient.id}/alerts/{alert.id}")
    priya.page.get_by_role("link", name="Ask the circle").click()
    priya.page.get_by_role("heading", name="Ask the circle of Mary Okafor").wait_for()
    priya.looks_right("Ask the circle of Mary Okafor")
    priya.page.get_by_label("Ring up").check()
    priya.page.get_by_role("button", name="Ask them").click()
    priya.page.get_by_role("heading", name="Asked of the circle").wait_for()
    (asked,) = queries.waiting_for(circle.world.tom.id)
    with unit_of_work():
        helping.take(circle.seen, asked.row.id, circle.tom)
    priya.page.reload()
    priya.page.get_by_text("Tom Okafor will do this").wait_for()
    priya.looks_right("Mary Okafor")
    assert priya.page.get_by_role("button", name="Acknowledge: I have this").is_visible()  # the alert is as it was
