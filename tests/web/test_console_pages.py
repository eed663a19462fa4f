"""Priya works by pages: the worklist, a patient, an alert from taking to resolving."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.alerts import queries as alerts
from app.alerts.models import Alert
from app.alerts.service import judging
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.readings import service as readings
from app.readings.events import ReadingsRecorded
from app.readings.intake import Entry
from app.todos import service as todos
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World
from tests.queries_counted import counted
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
WORKLIST = "/console/worklist"


@pytest.fixture
def patient(world: World) -> AdmittedPatient:
    return patients.admitted([world.mary_patient.id])[world.mary_patient.id]


@pytest.fixture
def page(world: World, red_alert: str) -> str:
    """The page of Mary's red alert."""
    return f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}"


def send(patient: AdmittedPatient, measure: str, value: float, unit: str, by: Person, **context: bool) -> None:
    with unit_of_work():
        readings.record(patient, [Entry(new_id(), measure, clock.now(), value, unit, context=context)], by=by.id)


def state(red_alert: str) -> str:
    db.session.expire_all()
    return next(one.state for one in db.session.scalars(select(Alert)) if str(one.id) == red_alert)


def test_the_worklist_says_who_why_and_by_when(priya: Browser, red_alert: str) -> None:
    said = words(priya.get(WORKLIST))
    assert "1 to acknowledge" in said
    assert "Mary Okafor 78 Oxygen saturation 88% on air is below 93" in said
    assert "Large print Hard of hearing on the left: please speak slowly on the phone" in said
    assert "You not taken yet 15 min left" in said
    assert "Riverside Long-Term Conditions is on duty until 18:00 today" in said


def test_worst_first_then_the_todos(priya: Browser, patient: AdmittedPatient, world: World, red_alert: str) -> None:
    send(patient, "pulse", 105, "/min", world.mary)
    send(patient, "pulse", 135, "/min", world.mary)
    send(patient, "temperature", 38.2, "Cel", world.mary)
    with unit_of_work():
        todos.add(patient, "check_number", "two texts failed", "Check the mobile number: two texts failed")
    shown = re.findall(r'class="row row--(\w+)', priya.get(WORKLIST).text)
    assert shown == ["emergency", "red", "amber", "todo"]


def test_filters_are_in_the_address_and_hide_nothing_silently(
    browser_of: BrowserOf, priya: Browser, world: World, patient: AdmittedPatient, red_alert: str
) -> None:
    send(patient, "temperature", 38.2, "Cel", world.mary)
    red = priya.get(f"{WORKLIST}?severity=red")
    assert re.findall(r'class="row row--(\w+)', red.text) == ["red"]
    assert "1 to acknowledge, 1 not shown by this filter" in words(red)
    assert 'hx-get="/console/worklist?severity=red"' in red.text
    assert "/take?severity=red" in red.text
    assert "Nothing here passes the filter. 2 not shown." in words(browser_of(world.lind).get(f"{WORKLIST}?owner=me"))
    assert re.findall(r'class="row row--(\w+)', priya.get(f"{WORKLIST}?severity=x&owner=y").text) == ["red", "amber"]


def test_the_same_list_is_not_sent_again(
    priya: Browser, patient: AdmittedPatient, world: World, red_alert: str
) -> None:
    htmx = {"HX-Request": "true"}
    first = priya.get(WORKLIST, **htmx)
    tag = first.headers["ETag"]
    assert first.text.lstrip().startswith('<section class="worklist"')
    assert f'data-etag="&#34;{tag[1:-1]}&#34;"' in first.text
    again = priya.get(WORKLIST, **htmx, **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    send(patient, "temperature", 38.2, "Cel", world.mary)
    changed = priya.get(WORKLIST, **htmx, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


@pytest.mark.parametrize("what", ["take", "correct", "todo", "settle"])
def test_whatever_changes_the_list_changes_its_tag(
    priya: Browser, patient: AdmittedPatient, world: World, red_alert: str, page: str, what: str
) -> None:
    tag = priya.get(WORKLIST).headers["ETag"]
    with unit_of_work():
        if what == "correct":
            (finding,) = alerts.findings(db.session.scalars(select(Alert.id)).one())
            readings.correct(patient, finding.reading_id, "the probe had slipped", by=world.mary.id)
        elif what == "todo":
            todos.add(patient, "check_number", "one", "Check the mobile number")
    if what == "take":
        priya.post(f"{page}/take")
    elif what == "settle":
        for minutes in (5, 10):
            with clock.at(NOW + timedelta(minutes=minutes)):
                send(patient, "oxygen_saturation", 98, "%", world.mary, on_oxygen=False)
    answer = priya.get(WORKLIST, **{"If-None-Match": tag})
    assert answer.status_code == 200
    said = {"take": "1 in hand", "correct": "Reading withdrawn", "todo": "1 to do", "settle": "Settled"}
    assert said[what] in words(answer)


def test_another_readers_tag_is_another_list(browser_of: BrowserOf, priya: Browser, world: World) -> None:
    tag = priya.get(WORKLIST).headers["ETag"]
    assert browser_of(world.lind).get(WORKLIST, **{"If-None-Match": tag}).status_code == 200


def test_taking_keeps_the_place_and_says_so(priya: Browser, page: str, red_alert: str) -> None:
    priya.get(WORKLIST)
    answer = priya.post(f"{page}/take?severity=red")
    assert answer.headers["Location"] == f"{WORKLIST}?said=taken&severity=red"
    said = words(priya.get(answer.headers["Location"]))
    assert "You have this alert now." in said
    assert "You taken today at 10:00" in said
    assert state(red_alert) == "acknowledged"


def test_of_two_who_take_one_has_it(browser_of: BrowserOf, priya: Browser, world: World, page: str) -> None:
    lind = browser_of(world.lind)
    assert lind.post(f"{page}/acknowledge").status_code == 303
    assert priya.post(f"{page}/take").headers["Location"] == f"{WORKLIST}?said=gone"
    assert "Somebody else has taken it already" in words(priya.get(f"{WORKLIST}?said=gone"))
    second = priya.post(f"{page}/acknowledge")
    assert second.status_code == 409
    assert "Anna Lind has taken this already." in words(second)
    assert "Anna Lind took this today at 10:00" in words(second)


def test_an_alert_says_all_that_helps(priya: Browser, page: str) -> None:
    said = words(priya.get(page))
    for part in (
        "Mary Okafor Oxygen level 88% on air",
        "Nobody has taken this yet 15 min left",
        "NHS number 999 000 0018",
        "9 March 1948 (78 years)",
        "07700 900201",
        "Allergies Penicillin (rash)",
        "Limit Below 93 COPD oximetry at home, version 1, draft",
        "What the patient was told Your oxygen is low.",
        "Priya Shah will look by 10:15 today.",
        "Priya Shah by SMS Waiting to be sent",
        "today at 10:00 Kith opened this alert",
    ):
        assert part in said, part
    assert 'href="tel:+447700900201"' in priya.get(page).text


def test_once_handed_over_the_alert_and_the_inbox_say_so(priya: Browser, page: str, red_alert: str) -> None:
    assert sending.send_all_due() == 1
    assert "Priya Shah by SMS Delivered, today at 10:00" in words(priya.get(page))
    inbox = priya.get("/sandbox")
    assert "Kith: Priya, a RED alert for Mary O. is waiting for you. Please open it by 10:15:" in words(inbox)
    assert f'href="/a/{red_alert}"' in inbox.text
    assert "Okafor" not in inbox.text
    assert "88" not in re.sub(r"[0-9a-f-]{36}", "", words(inbox))


def test_a_note_stands_in_the_history_and_among_the_contacts(priya: Browser, page: str, world: World) -> None:
    priya.get(page)
    assert priya.post(f"{page}/notes", {"note": "No answer, trying Tom at 10:20."}).status_code == 303
    assert "Priya Shah wrote No answer, trying Tom at 10:20." in words(priya.get(page))
    assert "Priya Shah: No answer, trying Tom at 10:20." in words(
        priya.get(f"/console/patients/{world.mary_patient.id}")
    )


@pytest.mark.parametrize(
    ("note", "said"), [("", "Write the note first"), ("  ", "Write the note first"), ("x" * 2001, "")]
)
def test_a_note_that_is_none_is_asked_for_again(priya: Browser, page: str, note: str, said: str) -> None:
    answer = priya.post(f"{page}/notes", {"note": note})
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'href="#note"' in answer.text


def test_resolving_needs_an_outcome_and_keeps_what_was_written(priya: Browser, page: str, red_alert: str) -> None:
    version = priya.hidden(page)["version"]
    answer = priya.post(f"{page}/resolve", {"version": version, "outcome": "", "note": "She feels well."})
    assert answer.status_code == 422
    assert "Choose what came of it" in words(answer)
    assert "She feels well.</textarea>" in answer.text
    assert state(red_alert) == "open"
    done = priya.post(f"{page}/resolve", {"version": version, "outcome": "advice_given", "note": "She feels well."})
    assert done.headers["Location"] == f"{WORKLIST}?said=resolved"
    said = words(priya.get(page))
    assert "You resolved this today at 10:00: advice given" in said
    assert "Resolve this alert" not in said
    assert "Nobody needs you just now." in words(priya.get(WORKLIST))


def test_what_became_worse_meanwhile_is_not_closed_unseen(
    priya: Browser, page: str, patient: AdmittedPatient, world: World, red_alert: str
) -> None:
    version = priya.hidden(page)["version"]
    send(patient, "oxygen_saturation", 84, "%", world.mary, on_oxygen=False)
    answer = priya.post(f"{page}/resolve", {"version": version, "outcome": "patient_well", "note": ""})
    assert answer.status_code == 412
    assert "Something was added to this alert while you were writing." in words(answer)
    assert state(red_alert) == "open"


def test_an_alert_after_another_names_it(
    priya: Browser, page: str, patient: AdmittedPatient, world: World, red_alert: str
) -> None:
    priya.post(f"{page}/resolve", {"version": priya.hidden(page)["version"], "outcome": "advice_given"})
    send(patient, "oxygen_saturation", 87, "%", world.mary, on_oxygen=False)
    (link,) = set(re.findall(r'class="row__why"><a href="([^"]+)"', priya.get(WORKLIST).text))
    assert "Before this Red alert of today: advice given" in words(priya.get(link))


def test_what_could_not_be_judged_is_as_urgent_as_red(priya: Browser, patient: AdmittedPatient, world: World) -> None:
    with unit_of_work():
        event = ReadingsRecorded(patient.organisation_id, patient.id, (new_id(),), ("weight",), NOW, NOW, NOW, False)
        judging.could_not(event, new_id())
    worklist = priya.get(WORKLIST)
    assert re.findall(r'class="row row--(\w+)', worklist.text) == ["not_judged"]
    (link,) = set(re.findall(r'class="row__why"><a href="([^"]+)"', worklist.text))
    said = words(priya.get(link))
    assert "Weight: not judged" in said
    assert "Saved, not yet judged." in said


def test_a_todo_is_done_from_the_patients_page(priya: Browser, patient: AdmittedPatient, world: World) -> None:
    with unit_of_work():
        todos.add(patient, "check_number", "two texts failed", "Check the mobile number: two texts failed")
    where = f"/console/patients/{patient.id}"
    page = priya.get(where)
    assert "Check the mobile number: two texts failed by 18:00 today" in words(page)
    (done,) = re.findall(r'action="([^"]+/done)"', page.text)
    assert priya.post(done).status_code == 303
    assert "Check the mobile number" not in words(priya.get(where))
    assert db.session.scalars(select(Todo)).one().done_by == world.priya.id


def test_the_patient_in_twenty_seconds(priya: Browser, world: World, red_alert: str) -> None:
    said = words(priya.get(f"/console/patients/{world.mary_patient.id}?days=7"))
    for part in (
        "Open alerts Red Oxygen saturation 88% on air is below 93",
        "today at 10:00 · You, not taken yet",
        "Red: below 93 limit of COPD oximetry at home, version 1",
        "Tom Okafor , son 07700 900203 Sees readings, until 17 May 2027",
        "Bola Adeyemi , district nurse 07700 900204 Sees and adds readings, until 17 May 2027",
        "COPD oximetry at home version 1 Draft since 18 November 2026",
        "One reading in 7 days.",
    ):
        assert part in said, part


def test_the_same_patient_behind_more_alerts_costs_no_more_statements(
    priya: Browser, patient: AdmittedPatient, world: World, red_alert: str
) -> None:
    with counted() as few:
        priya.get(WORKLIST)
    for measure, value, unit in (
        ("pulse", 135, "/min"),
        ("temperature", 39.5, "Cel"),
        ("respiratory_rate", 30, "/min"),
    ):
        send(patient, measure, value, unit, world.mary)
    with counted() as many:
        priya.get(WORKLIST)
    assert len(few) == len(many)


XSS = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{7*7}}"


def test_what_people_wrote_is_never_markup(priya: Browser, mary: Browser, world: World, home: str) -> None:
    with unit_of_work():
        record = db.session.merge(world.mary_patient)
        person = db.session.merge(world.mary)
        person.given_name, person.family_name = XSS, XSS
        record.allergies = record.communication_needs = XSS
        record.conditions = [XSS]
        patient = patients.admitted([record.id])[record.id]
        todos.add(patient, "check_number", "one", XSS)
    path = f"{home}/readings/new/oxygen_saturation"
    reply = mary.post(path, mary.hidden(path) | {"value": "88", "oxygen": "air"}).headers["Location"]
    (link,) = set(re.findall(r'class="row__why"><a href="([^"]+alerts[^"]+)"', priya.get(WORKLIST).text))
    priya.post(f"{link}/notes", {"note": XSS})
    sending.send_all_due()
    for browser, where in (
        (priya, WORKLIST), (priya, link), (priya, f"/console/patients/{world.mary_patient.id}"), (priya, "/sandbox"),
        (mary, f"{home}/"), (mary, reply), (mary, f"{home}/numbers"), (mary, "/nowhere"),
    ):  # fmt: skip
        html = browser.get(where).text
        assert "<script>alert" not in html, where
        assert "<img src=x" not in html, where
        assert "49" not in re.findall(r"&#39;`(\S*)", html), where
    wrong = priya.post(f"{link}/resolve", {"outcome": XSS, "note": XSS, "version": XSS})
    assert wrong.status_code == 422
    assert "<script>alert" not in wrong.text
    typed = mary.post(path, mary.hidden(path) | {"value": XSS, "measured_at": XSS, "id": XSS, "unit": XSS})
    assert typed.status_code == 422
    assert "<script>alert" not in typed.text
