"""My medicines: today's doses recorded, put right, asked about twice; what is taken when needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.medicines.models import Reminder
from app.medicines.service import daily
from app.patients import queries, service
from app.todos.models import Todo
from tests.conftest import NOW
from tests.medicines.table import Table, table_of
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
HALF_PAST_TEN = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "10:30", "amount": "1"}]}]}
TABLETS = {"form": "tablet", "strength": "40 mg"}


@pytest.fixture
def table(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def page(home: str) -> str:
    return f"{home}/medicines"


def given_medicine(table: Table, name: str = "Furosemide 40 mg", pattern: Any = HALF_PAST_TEN, **more: Any) -> Any:
    medicine = table.add(name, **(TABLETS | more))
    table.scheduled(medicine, pattern)
    return medicine


def give(world: World, person: Person, *rights: Right) -> None:
    with unit_of_work():
        patient = queries.admitted_one(world.mary_patient.id)
        (member,) = [place.member for place in queries.circle(patient) if place.person.id == person.id]
        for right in rights:
            ends_on = clock.today(patient.zone) + timedelta(days=30)
            service.give_grant(patient, member.id, Category.MEDICINES, right, ends_on, by=world.mary.id)


def fields(answer: TestResponse, action: str) -> dict[str, Any]:
    """The hidden fields of the first form of a page that goes somewhere."""
    forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', answer.get_data(as_text=True), re.DOTALL)
    inside = next(form for where, form in forms if where.partition("?")[0].endswith(action))
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', inside):
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def test_today_begins_empty_and_leads_on(mary: Browser, page: str) -> None:
    said = words(mary.get(page))
    assert "Nothing to record just now No medicine is on the list yet." in said
    assert "Add a medicine" in said
    assert "Not for emergencies. Call 999" in said


def test_a_dose_is_taken_with_one_press(mary: Browser, page: str, table: Table) -> None:
    given_medicine(table)
    shown = mary.get(page)
    assert "Now 10:30 Furosemide 40 mg 1 tablet" in words(shown)
    form = fields(shown, "/taken")
    done = mary.post(f"{page}/taken", form)
    assert (done.status_code, done.headers["Location"]) == (303, f"{page}?said=recorded")
    after = words(mary.get(done.headers["Location"]))
    assert "It is recorded." in after
    assert "Recorded today Furosemide 40 mg , 10:30, 1 tablet Taken today at 10:00, by you. Put right" in after
    assert mary.post(f"{page}/taken", form).headers["Location"].endswith("said=recorded")  # sent twice, said once
    assert table.doses()[0]["state"] == "taken"


def test_all_of_a_time_at_once(mary: Browser, page: str, table: Table) -> None:
    given_medicine(table)
    given_medicine(table, "Bisoprolol 2.5 mg")
    shown = mary.get(page)
    assert "All of 10:30 taken" in words(shown)
    one, two = (dose["id"] for dose in table.doses()[:2])
    mary.post(f"{page}/taken", {"id": str(new_id()), "dose": [one, two]})
    assert "Nothing to record just now" in words(mary.get(page))


def test_a_second_tick_asks_whether_it_was_two_and_leads_to_whom_to_ask(
    mary: Browser, browser_of: BrowserOf, world: World, page: str, table: Table
) -> None:
    give(world, world.tom, Right.SEE, Right.ACT)
    given_medicine(table)
    stale = fields(mary.get(page), "/taken")
    tom = browser_of(world.tom)
    tom.post(f"{page}/taken", fields(tom.get(page), "/taken"))
    asked = mary.get(mary.post(f"{page}/taken", stale).headers["Location"])
    assert "This dose was recorded before: Taken today at 10:00, by Tom Okafor. Did you take it too?" in words(asked)
    told = mary.post(f"{page}/doses/{stale['dose']}/twice", fields(asked, "/twice"))
    assert told.headers["Location"] == f"{page}/whom-to-ask"
    assert "Ask a pharmacist, or 111, now." in words(mary.get(f"{page}/whom-to-ask"))
    assert [one.kind for one in db.session.query(Todo) if one.kind == "dose_twice"] == ["dose_twice"]


ANSWERS: dict[str, tuple[dict[str, str], str, str]] = {
    "earlier": (
        {"answer": "taken_at", "step": "taken_at", "taken_at": "2026-11-18T09:40"},
        "taken",
        "Taken today at 09:40, by you (recor",
    ),
    "not taken": ({"answer": "skipped", "step": "why", "why": "ran_out"}, "skipped", "Not taken: ran out, by you"),
    "not had": ({"answer": "missed"}, "missed", "Not had, by you"),
    "later": ({"answer": "later-60"}, "due", "You asked to be reminded at 11:00."),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_else_can_be_said(mary: Browser, page: str, table: Table, case: str) -> None:
    typed, state, said = ANSWERS[case]
    given_medicine(table)
    dose = f"{page}/doses/{table.doses()[0]['id']}"
    form = fields(mary.get(dose), table.doses()[0]["id"])
    assert mary.post(dose, form | typed).status_code == 303
    assert table.doses()[0]["state"] == state
    assert said in words(mary.get(page))


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, "Choose what happened"),
    "an answer that is none": ({"answer": "two_taken"}, "Choose what happened"),
    "no reason": ({"answer": "skipped", "step": "why"}, "Choose the reason that fits best"),
    "a reason that is none": ({"answer": "skipped", "step": "why", "why": "x"}, "Choose the reason that fits best"),
    "other minutes": ({"answer": "later-7"}, "Choose what happened"),
    "no time": (
        {"answer": "taken_at", "step": "taken_at", "taken_at": "teatime"},
        "Give the day and time it was taken",
    ),
    "no id": ({"answer": "missed", "id": "x"}, "Open the page again, and send it from there."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_read_is_said_and_changes_nothing(mary: Browser, page: str, table: Table, case: str) -> None:
    typed, said = WRONG[case]
    given_medicine(table)
    dose = table.doses()[0]["id"]
    form = fields(mary.get(f"{page}/doses/{dose}"), dose)
    wrong = mary.post(f"{page}/doses/{dose}", form | {"note": "with toast"} | typed)
    assert wrong.status_code == 422
    assert said in words(wrong)
    assert 'value="with toast"' in wrong.get_data(as_text=True)
    assert table.doses()[0]["state"] == "due"


def test_when_and_why_are_asked_on_a_page_of_their_own(mary: Browser, page: str, table: Table) -> None:
    given_medicine(table)
    dose = table.doses()[0]["id"]
    form = fields(mary.get(f"{page}/doses/{dose}"), dose)
    for answer, asked in (("skipped", "Why was it not taken?"), ("taken_at", "When was it taken?")):
        next_page = mary.post(f"{page}/doses/{dose}", form | {"answer": answer, "note": "with toast"})
        assert next_page.status_code == 200
        assert asked in words(next_page)
        assert fields(next_page, dose)["note"] == "with toast"
    assert table.doses()[0]["state"] == "due"


def test_an_answer_is_taken_back_and_both_stay(mary: Browser, page: str, table: Table) -> None:
    given_medicine(table)
    mary.post(f"{page}/taken", fields(mary.get(page), "/taken"))
    dose = table.doses()[0]["id"]
    path = f"{page}/doses/{dose}"
    back = mary.post(path, fields(mary.get(path), dose))
    assert back.headers["Location"] == f"{path}?said=undone"
    said = words(mary.get(back.headers["Location"]))
    assert "The answer is taken back. What happened?" in said
    assert "You said it was taken today at 10:00" in said
    assert "You took the answer back" in said


def test_an_unsent_reminder_and_a_dose_of_last_night_are_said(
    mary: Browser, page: str, table: Table, world: World
) -> None:
    given_medicine(table, pattern={"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "22:00"}]}]})
    dose, at = table.doses()[0], NOW + timedelta(hours=12)
    with clock.at(NOW + timedelta(hours=16)):  # 02:00
        with unit_of_work():
            row = Reminder(
                organisation_id=world.organisation.id, patient_id=world.mary_patient.id, recipient_id=world.mary.id,
                remind_at=at, due_at=at, dose_ids=[dose["id"]], channel="sms", state="service_down",
            )  # fmt: skip
            db.session.add(row)
        mary.have_session(world.mary)
        said = words(mary.get(page))
    assert "22:00 yesterday Furosemide 40 mg Not recorded yet. Kith was down when its reminder was due" in said


NEEDED = {"version": 1, "kind": "as_needed", "amount": "2", "minimum_gap_minutes": 240, "most_in_24_hours": "8"}


def test_as_needed_is_refused_politely_and_recorded_all_the_same(mary: Browser, page: str, table: Table) -> None:
    medicine = given_medicine(
        table, "Paracetamol 500 mg", NEEDED, prescriber="Dr Lind", prescriber_phone="020 79460018"
    )
    path = f"{page}/{medicine['id']}/given"
    assert "2 tablets when needed, not more often than every 4 hours" in words(mary.get(page))
    first = mary.post(path, mary.hidden(path) | {"amount": "2"})
    assert first.headers["Location"].endswith("said=recorded")
    shown = words(mary.get(page))
    assert "Last taken today at 10:00. By what was set, the next can be from 14:00 today." in shown
    form = mary.hidden(path)
    refused = mary.post(path, form | {"amount": "2"})
    assert refused.status_code == 409
    assert "The last dose was given by Mary Okafor at 10:00: too near" in words(refused)
    assert "Ask Dr Lind on 020 79460018, or a pharmacist." in words(refused)
    assert len(table.doses()) == 1
    happened = mary.post(path, form | {"amount": "2", "happened": "yes"})
    assert happened.headers["Location"].startswith(f"{page}/whom-to-ask")
    assert len(table.doses()) == 2


def test_a_dose_counted_without_knowing_how_much_is_said(mary: Browser, page: str, table: Table) -> None:
    medicine = given_medicine(table, "Paracetamol 500 mg", NEEDED | {"minimum_gap_minutes": 1})
    path = f"{page}/{medicine['id']}/given"
    assert "counted as" not in words(mary.get(path))
    mary.post(path, mary.hidden(path) | {"taken_at": "2026-11-18T05:00"})
    said = words(mary.get(path))
    assert "One dose had no known amount or strength and was counted as the usual dose." in said
    assert "Past what was set" not in said


def test_an_amount_that_is_none_is_refused(mary: Browser, page: str, table: Table) -> None:
    medicine = given_medicine(table, "Paracetamol 500 mg", NEEDED)
    path = f"{page}/{medicine['id']}/given"
    wrong = mary.post(path, mary.hidden(path) | {"amount": "two", "taken_at": "2026-11-18T09:00"})
    assert (wrong.status_code, table.doses()) == (422, [])
    assert "Give how much in figures, such as 1 or 0.5" in words(wrong)
    assert mary.get(f"{page}/{given_medicine(table)['id']}/given").status_code == 404  # not one to take when needed


def test_as_directed_says_why_nobody_is_reminded(mary: Browser, page: str, table: Table) -> None:
    pattern = {"version": 1, "kind": "as_directed", "why": "the amount follows a test"}
    given_medicine(table, "Warfarin", pattern)
    assert "Warfarin Its times are not known: the amount follows a test" in words(mary.get(page))


def test_who_may_see_is_not_offered_what_they_may_not_do(
    browser_of: BrowserOf, world: World, page: str, table: Table
) -> None:
    tom = browser_of(world.tom)
    assert tom.get(page).status_code == 403
    give(world, world.tom, Right.SEE)
    given_medicine(table)
    shown = tom.get(page)
    assert "This is Mary Okafor’s record." in words(shown)
    assert "Furosemide 40 mg" in words(shown)
    assert f'action="{page}/taken"' not in shown.get_data(as_text=True)
    assert "Medicines" in words(tom.get("/circle"))


def test_today_and_the_day_lead_there(mary: Browser, home: str, page: str, table: Table, world: World) -> None:
    given_medicine(table)
    assert "Medicines, 10:30 Furosemide 40 mg Record" in words(mary.get(f"{home}/"))
    with unit_of_work():
        daily.seen_in(queries.admitted_one(world.mary_patient.id), "Europe/Madrid")
    assert "Your phone says you are in Madrid. Keep home time, or change?" in words(mary.get(page))
    asked = words(mary.get(f"{home}/day"))
    assert "Your phone says you are in Madrid" in asked
    assert "To change it, speak with Priya Shah" in asked
    assert mary.post(f"{home}/day/zone-kept").headers["Location"].endswith("said=kept")
    assert "Madrid" not in words(mary.get(page))


def test_the_times_of_the_day_move_what_goes_with_them(
    mary: Browser, home: str, page: str, table: Table, world: World
) -> None:
    pattern = {"version": 1, "kind": "phases", "phases": [{"slots": [{"anchor": "bedtime"}]}]}
    given_medicine(table, pattern=pattern)
    assert "Later today 22:00" in words(mary.get(page))
    form = {"waking": "07:00", "breakfast": "08:15", "lunch": "12:30", "evening_meal": "18:00", "bedtime": "21:30"}
    assert mary.post(f"{home}/day", form).status_code == 303
    assert "Later today 21:30" in words(mary.get(page))
    wrong = mary.post(f"{home}/day", form | {"lunch": "noon"})
    assert wrong.status_code == 422
    assert "Give a time such as 08:00" in words(wrong)
    refused = mary.post(f"{home}/day/reminded", {"person_id": str(world.tom.id)})
    assert refused.status_code == 422
    give(world, world.tom, Right.SEE, Right.ACT)
    assert mary.post(f"{home}/day/reminded", {"person_id": str(world.tom.id)}).status_code == 303
