"""Mary adds readings by pages: what is asked, what is refused, what is asked again, what she reads afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.alerts.models import Alert
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients import service as care
from app.readings import service
from app.readings.intake import Entry
from app.readings.models import QuarantinedReading, Reading
from tests.conftest import NOW
from tests.people import World
from tests.web.browsing import Browser, words


def stored() -> list[Reading]:
    db.session.expire_all()
    return list(db.session.scalars(select(Reading).order_by(Reading.id)))


def sent(browser: Browser, home: str, measure: str, **typed: str) -> str:
    """Fill a form, send it, and read where it led."""
    path = f"{home}/readings/new/{measure}"
    unit = f"?unit={typed['unit']}" if "unit" in typed else ""
    answer = browser.post(path, browser.hidden(path + unit) | typed)
    assert answer.status_code == 303, words(answer)
    return words(browser.get(answer.headers["Location"]))


def refused(browser: Browser, home: str, measure: str, status: int = 422, **typed: str) -> str:
    path = f"{home}/readings/new/{measure}"
    answer = browser.post(path, browser.hidden(path) | typed)
    assert answer.status_code == status, words(answer)
    return words(answer)


def test_88_on_air_is_stored_at_once_and_answered_honestly(mary: Browser, home: str, world: World) -> None:
    reply = sent(mary, home, "oxygen_saturation", value="88", oxygen="air")
    assert "Your oxygen is low" in reply
    assert "ring 999 or go to A&E now" in reply
    assert "Priya Shah, your care coordinator, has been told and will look by 10:15 today." in reply
    assert "unusual number, so it was passed on at once. Please measure again" in reply
    assert "Oxygen level 88%, on air" in reply
    assert [one.severity for one in db.session.scalars(select(Alert))] == ["red"]


def test_symptoms_with_it_are_an_emergency(mary: Browser, home: str) -> None:
    path = f"{home}/readings/new/oxygen_saturation"
    typed = mary.hidden(path) | {"value": "91", "oxygen": "air", "symptoms": ["confusion", "none"]}
    reply = mary.get(mary.post(path, typed).headers["Location"])
    assert "Call 999 now" in words(reply)
    assert 'href="tel:999">Call 999</a>' in reply.text
    assert "91%, on air, with new confusion" in words(reply)


def test_a_good_number_is_thanked_for(mary: Browser, home: str) -> None:
    reply = sent(mary, home, "oxygen_saturation", value="97", oxygen="air")
    assert "Thank you. This is within the limits of your plan" in reply
    assert "Nobody needs to act." in reply


def test_what_no_plan_watches_is_said(mary: Browser, home: str) -> None:
    reply = sent(mary, home, "mood", value="6")
    assert "Thank you. It is in your record" in reply
    assert "No plan of yours watches this" in reply


def test_pressure_and_its_pulse_are_two_readings_of_one_check_in(mary: Browser, home: str) -> None:
    reply = sent(mary, home, "blood_pressure", systolic="138", diastolic="84", pulse="135")
    assert "Call 999 now" in reply  # the pulse, though the pressure is fine
    assert "Your pulse is very fast." in reply
    assert "Blood pressure 138/84 mmHg Pulse 135 beats a minute" in reply
    pressure, pulse = sorted(stored(), key=lambda one: one.measure)
    assert (pressure.value, pressure.value_2, pulse.value) == (138, 84, 135)
    assert pressure.check_in_id == pulse.check_in_id is not None
    assert pressure.measured_at == pulse.measured_at


def test_pressure_without_a_pulse(mary: Browser, home: str) -> None:
    assert "138/84 mmHg" in sent(mary, home, "blood_pressure", systolic="138", diastolic="84", pulse="")
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("measure", "typed", "value", "entered"),
    {
        "a comma": ("temperature", {"value": "37,4"}, 37.4, {"value": 37.4, "unit": "Cel"}),
        "per cent typed too": (
            "oxygen_saturation",
            {"value": "97 %", "oxygen": "oxygen"},
            97,
            {"value": 97, "unit": "%"},
        ),
        "spaces": ("weight", {"value": " 63.5 "}, 63.5, {"value": 63.5, "unit": "kg"}),
        "stones": (
            "weight",
            {"unit": "st", "stones": "9", "pounds": "11"},
            pytest.approx(62.142, abs=0.001),
            {"value": 137, "unit": "[lb_av]"},
        ),
        "a code": ("consciousness", {"value": "A"}, None, {"value": "A", "unit": None}),
    }.values(),
)
def test_what_was_typed_is_kept_beside_what_it_means(
    mary: Browser, home: str, measure: str, typed: dict[str, str], value: float, entered: dict[str, object]
) -> None:
    sent(mary, home, measure, **typed)
    (one,) = stored()
    assert one.value == value
    assert {name: one.entered[name] for name in entered} == entered


@pytest.mark.parametrize(
    ("measure", "typed", "said"),
    {
        "nothing": ("oxygen_saturation", {"oxygen": "air"}, "Enter the oxygen level in figures"),
        "words": ("oxygen_saturation", {"value": "ninety", "oxygen": "air"}, "Enter the oxygen level in figures"),
        "not a number": ("oxygen_saturation", {"value": "nan", "oxygen": "air"}, "Enter the oxygen level in figures"),
        "an exponent": ("weight", {"value": "6e1"}, "Enter the weight in figures"),
        "minus": ("weight", {"value": "-63"}, "Enter the weight in figures"),
        "huge": ("weight", {"value": "9" * 400}, "Enter the weight in figures"),
        "air or oxygen": ("oxygen_saturation", {"value": "97"}, "Say whether you were breathing air or extra oxygen"),
        "an answer that is none": ("consciousness", {"value": "Z"}, "Choose one answer"),
        "half a pressure": ("blood_pressure", {"systolic": "138"}, "Enter the bottom number in figures"),
        "both LO and a number": ("glucose", {"value": "4", "meter": "LO"}, "Say either LO or the number, not both"),
        "no time": ("weight", {"value": "63", "measured_at": "soon"}, "Enter the day and time you measured it"),
        "the year 1": ("weight", {"value": "63", "measured_at": "0001-01-01T00:00"}, "Enter the day and time you meas"),
    }.values(),
)
def test_what_cannot_be_read_is_said_beside_its_box(
    mary: Browser, home: str, measure: str, typed: dict[str, str], said: str
) -> None:
    page = refused(mary, home, measure, **typed)
    assert "Please check" in page
    assert page.count(said) >= 2  # in the summary and beside the box
    assert stored() == []


@pytest.mark.parametrize(
    ("measure", "typed", "said"),
    {
        "impossible": ("oxygen_saturation", {"value": "45", "oxygen": "air"}, "is not possible"),
        "swapped": ("blood_pressure", {"systolic": "80", "diastolic": "120"}, "Are they swapped?"),
        "impossible pulse": (
            "blood_pressure",
            {"systolic": "138", "diastolic": "84", "pulse": "10"},
            "is not possible",
        ),
        "tomorrow": ("weight", {"value": "63", "measured_at": "2026-11-19T08:00"}, "lies in the future"),
    }.values(),
)
def test_the_impossible_is_kept_in_quarantine_and_can_be_sent_right(
    mary: Browser, home: str, measure: str, typed: dict[str, str], said: str
) -> None:
    path = f"{home}/readings/new/{measure}"
    answer = mary.post(path, mary.hidden(path) | typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert stored() == []
    assert len(db.session.scalars(select(QuarantinedReading)).all()) == 1
    assert sent(mary, home, "weight", value="63")


def test_lo_is_told_at_once_and_is_no_number(mary: Browser, home: str) -> None:
    page = refused(mary, home, "glucose", 200, meter="LO")
    assert "Did it really say LO" in page  # no plan of Mary's watches glucose, so it is asked about
    assert stored() == []


def test_the_unusual_is_asked_about_and_sent_when_it_is_so(mary: Browser, home: str) -> None:
    sent(mary, home, "weight", value="63")
    path = f"{home}/readings/new/weight"
    question = mary.post(path, mary.hidden(path) | {"value": "72", "measured_at": ""})
    assert question.status_code == 200
    assert "Did it really say 72.0 kg?" in words(question)
    assert len(stored()) == 1
    hidden = dict(_pairs(question.get_data(as_text=True)))
    again = mary.post(path, hidden | {"change": "yes"})
    assert 'value="72"' in again.text
    assert len(stored()) == 1
    done = mary.post(path, hidden | {"confirmed": "yes"})
    assert done.status_code == 303
    _, second = stored()
    assert second.value == 72
    assert json.loads(second.told or "") == {"confirmed": True}
    assert "confirm" in (second.marks or ())


def _pairs(html: str) -> list[tuple[str, str]]:
    parts = html.split('<input type="hidden" name="')[1:]
    return [(part.partition('"')[0], part.partition('value="')[2].partition('"')[0]) for part in parts]


def test_a_form_sent_twice_is_stored_once(mary: Browser, home: str) -> None:
    path = f"{home}/readings/new/oxygen_saturation"
    form = mary.hidden(path) | {"value": "88", "oxygen": "air"}
    first = mary.post(path, form)
    with clock.at(NOW + timedelta(seconds=3)):
        second = mary.post(path, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(stored()) == 1
    assert len(db.session.scalars(select(Alert)).all()) == 1


def test_a_form_sent_again_with_another_number_is_not_lost(mary: Browser, home: str) -> None:
    path = f"{home}/readings/new/oxygen_saturation"
    form = mary.hidden(path) | {"oxygen": "air"}
    mary.post(path, form | {"value": "97"})
    changed = mary.post(path, form | {"value": "88"})
    assert changed.status_code == 422
    assert "You have sent this form before" in words(changed)
    fresh = dict(_pairs(changed.get_data(as_text=True)))
    assert fresh["id"] != form["id"]
    assert mary.post(path, fresh | {"value": "88", "oxygen": "air"}).status_code == 303
    assert sorted(one.value or 0 for one in stored()) == [88, 97]


def test_an_id_that_is_none_is_a_clear_problem(mary: Browser, home: str) -> None:
    path = f"{home}/readings/new/weight"
    answer = mary.post(path, {"value": "63", "id": "x", "check_in_id": "y"})
    assert answer.status_code == 422
    assert "Please mend what is named" in words(answer)


def test_a_time_is_that_of_the_patient(mary: Browser, home: str, world: World) -> None:
    with unit_of_work():
        world.mary_patient.zone = "America/New_York"
        db.session.merge(world.mary_patient)
    reply = sent(mary, home, "weight", value="63", measured_at="2026-11-18T03:30")
    assert "Measured today at 03:30" in reply
    assert stored()[0].measured_at == datetime(2026, 11, 18, 8, 30, tzinfo=UTC)


def test_out_of_hours_somebody_is_named_for_the_morning(mary: Browser, home: str) -> None:
    with clock.at(datetime(2026, 11, 18, 20, 0, tzinfo=UTC)):
        page = words(mary.get(f"{home}/"))
        assert "Nobody in the team is watching now." in page
        assert "is back tomorrow at 08:00." in page
        reply = sent(mary, home, "oxygen_saturation", value="88", oxygen="air")
    assert "will look by 08:15 on Thursday 19 November" in reply


def test_after_care_has_ended_nothing_is_taken(mary: Browser, home: str, world: World) -> None:
    with unit_of_work():
        care.end_care(patients.admitted([world.mary_patient.id])[world.mary_patient.id], "moved")
    path = f"{home}/readings/new/weight"
    answer = mary.post(path, mary.hidden(path) | {"value": "63"})
    assert answer.status_code == 409
    assert "Your care with Riverside Long-Term Conditions has ended" in words(answer)


def test_today_asks_for_what_is_left_and_shows_what_was_done(mary: Browser, home: str) -> None:
    before = words(mary.get(f"{home}/"))
    assert "To do today Oxygen level Twice a day" in before
    sent(mary, home, "weight", value="63")
    sent(mary, home, "oxygen_saturation", value="97", oxygen="air")
    after = words(mary.get(f"{home}/"))
    assert "Done today Oxygen level 97% at 10:00 Weight 63.0 kg at 10:00" in after
    assert "Twice a day, and whenever breathing is worse. Sent once today." in after
    assert "Every morning. Add : Weight" not in after


def test_numbers_come_with_words_and_a_table(mary: Browser, home: str, world: World) -> None:
    for days, value in ((40, 90), (3, 94), (2, 97), (0, 88)):
        _sent_before(world, "oxygen_saturation", value, days)
    month = words(mary.get(f"{home}/numbers"))
    assert "3 readings in 30 days, between 88 and 97%, 93 on average. The last was 88%, today at 10:00." in month
    assert "Inside the plan’s limits: 95% or more" in month
    assert "today at 10:00 88% on air Far past a limit" in month
    assert "4 readings in 90 days" in words(mary.get(f"{home}/numbers?days=90"))
    assert "2 readings in 7 days" not in words(mary.get(f"{home}/numbers?days=anything"))


def _sent_before(world: World, measure: str, value: float, days: int) -> UUID:
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        at = NOW - timedelta(days=days)
        entry = Entry(new_id(), measure, at, value, "%", context={"on_oxygen": False})
        service.record(patient, [entry], by=world.mary.id)
        return entry.id


def test_a_mistake_is_marked_in_its_reply(mary: Browser, home: str, world: World) -> None:
    reading_id = _sent_before(world, "oxygen_saturation", 88, 0)
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        service.correct(patient, reading_id, "the probe had slipped", by=world.mary.id)
    assert "marked as a mistake" in words(mary.get(f"{home}/readings/{reading_id}"))
    assert "88%" not in words(mary.get(f"{home}/"))


@pytest.mark.parametrize("path", ["/readings/new/nothing", "/readings/01a1ee19-5500-7701-9047-5948ada2f7e3"])
def test_what_is_not_there_is_not_found(mary: Browser, home: str, path: str) -> None:
    assert mary.get(home + path).status_code == 404
