"""What is unclear stays so until a professional settles what they looked at; and nobody gets round a stop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Right
from app.core import clock
from app.core.db import db
from app.todos.models import Todo
from tests.medicines.table import MORNING_AND_EVENING, Table, table_of, times
from tests.medicines.test_importing import CLEAR, TWICE, one
from tests.medicines.test_list import give_tom
from tests.people import World
from tests.web.browsing import Browser, words

THRICE = "Take one capsule THREE times a day"
DAILY = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}]}]}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.priya)


@pytest.fixture
def unclear(mary: Table) -> Any:
    return mary.scheduled(mary.add(), instructions=THRICE)


def at(*hours: str, **more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "kind": "phases",
        "phases": [{"slots": [{"at": hour, "amount": "1"} for hour in hours]} | more],
    }


def weekly(day: int, hour: str = "10:01") -> dict[str, Any]:
    return at(hour, days={"weekdays": [day]})


def changed(table: Table, schedule: Any, **changes: Any) -> Any:
    answer = table.patch(f"/schedules/{schedule['id']}", schedule["version"], changes)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def todo_waits() -> bool:
    return bool(db.session.scalars(select(Todo).where(Todo.kind == "medicine_unclear", Todo.done_at.is_(None))).all())


def test_what_a_change_does_not_name_stays_and_null_takes_it_away(mary: Table) -> None:
    days = {"starts_on": "2026-11-18", "ends_on": "2026-11-24", "instructions": "Take one twice a day for 7 days"}
    made = mary.scheduled(mary.add("Amoxicillin 500 mg"), **days)
    later = changed(mary, made, pattern=at("09:00", "21:00"))
    assert {name: later[name] for name in days} == days
    assert later["unclear"] is None
    assert len(mary.doses("2026-11-18T00:00:00Z", "2026-12-18T00:00:00Z")) == 13
    without = changed(mary, later, instructions=None, ends_on=None)
    assert (without["instructions"], without["ends_on"], without["starts_on"]) == (None, None, "2026-11-18")
    assert without["pattern"] == later["pattern"]


@pytest.mark.parametrize(
    "changes",
    [
        {"pattern": MORNING_AND_EVENING},
        {"pattern": at("09:00")},
        {"instructions": None},
        {"instructions": "with food"},
        {"instructions": "twice a day"},
    ],
)
def test_who_may_not_settle_makes_nothing_clear_by_a_change(
    client: FlaskClient, world: World, mary: Table, unclear: Any, changes: dict[str, Any]
) -> None:
    give_tom(world, Right.ACT)
    for table in (mary, table_of(client, world, world.tom)):
        unclear = changed(table, unclear, **changes)
        assert unclear["unclear"]
    assert mary.doses() == []
    assert todo_waits()
    shown = mary.post("/schedule-preview", {"pattern": MORNING_AND_EVENING, "schedule_id": unclear["id"]})
    assert shown.get_json()["unclear"]


def test_no_way_by_an_empty_text_or_a_schedule_without_times(mary: Table, unclear: Any) -> None:
    cleared = changed(mary, unclear, instructions=None)
    directed = changed(mary, cleared, pattern={"version": 1, "kind": "as_directed", "why": "Ask"})
    assert directed["unclear"] == unclear["unclear"]
    assert changed(mary, directed, pattern=MORNING_AND_EVENING)["unclear"] == unclear["unclear"]
    assert mary.doses() == []


def test_times_that_the_same_text_now_says_are_clear(mary: Table, unclear: Any) -> None:
    still = changed(mary, unclear, pattern=at("08:00", "12:00", "16:00", "20:00"))
    assert still["unclear"]
    clear = changed(mary, still, pattern=at("08:00", "14:00", "20:00"))
    assert (clear["unclear"], clear["instructions"]) == (None, THRICE)
    assert times(mary.doses()) == ["18 14:00", "18 20:00", "19 08:00", "19 14:00", "19 20:00"]
    assert not todo_waits()


def test_a_professional_settles_by_a_change_that_agrees_or_says_nothing(
    priya: Table, mary: Table, unclear: Any
) -> None:
    again = changed(priya, unclear, pattern=MORNING_AND_EVENING)
    assert again["unclear"]
    assert changed(priya, again, instructions=None)["unclear"] is None
    assert times(mary.doses()) == ["18 20:00", "19 08:00", "19 20:00"]


def test_what_an_import_leaves_to_be_confirmed_outlives_a_change(priya: Table, mary: Table) -> None:
    assert one(priya, **CLEAR | {"dosageInstruction": [TWICE]})["outcome"] == "unclear"
    (made,) = mary.get("/medicines")["items"][0]["schedules"]
    kept = changed(mary, made, pattern=made["pattern"])
    assert (kept["unclear"], kept["instructions"]) == (made["unclear"], "one twice a day")
    assert changed(mary, kept, pattern=at("09:00", "21:00"))["unclear"] == made["unclear"]
    assert mary.doses() == []


def test_only_what_was_looked_at_is_settled(priya: Table, mary: Table, unclear: Any) -> None:
    path = f"/schedules/{unclear['id']}/settle"
    assert priya.post(path).status_code == 428
    changed(mary, unclear, pattern=at("09:00"))
    assert priya.post(path, **{"If-Match": f'"{unclear["version"]}"'}).status_code == 412
    assert (mary.doses(), todo_waits()) == ([], True)


def test_the_console_settles_what_its_page_showed(app: Flask, world: World, mary: Table, unclear: Any) -> None:
    browser = Browser(app.test_client())
    browser.have_session(world.priya)
    patient = f"/console/patients/{world.mary_patient.id}"
    page = browser.get(patient)
    assert f'name="version" value="{unclear["version"]}"' in page.get_data(as_text=True)
    assert "The times: " in words(page)
    later = changed(mary, unclear, pattern=at("09:00"))
    for version in ({"version": str(unclear["version"])}, {}):
        answer = browser.post(f"{patient}/schedules/{unclear['id']}/settle", version)
        assert "Nothing was settled" in words(browser.get(answer.headers["Location"]))
    assert (mary.doses(), todo_waits()) == ([], True)
    browser.post(f"{patient}/schedules/{unclear['id']}/settle", {"version": str(later["version"])})
    assert (times(mary.doses()), todo_waits()) == (["19 09:00"], False)


NAMES = ["Maxtrex 2.5mg tablets", "Metoject PEN", "MTX", "zlatal-15", "Nordimet 10mg", "Jylamvo", "Methofill 7.5mg"]


@pytest.mark.parametrize("typed", NAMES)
def test_a_stop_knows_brands_and_short_names(mary: Table, typed: str) -> None:
    made = mary.add(typed)
    assert mary.post(f"/medicines/{made['id']}/schedules", {"pattern": DAILY}).status_code == 422
    mary.scheduled(made, weekly(1))
    another = mary.add("Methotrexate 10mg tablets", name="The other box")
    assert mary.post(f"/medicines/{another['id']}/schedules", {"pattern": weekly(1)}).status_code == 422


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_week_is_not_cut_short_by_another_day(mary: Table, is_taken: bool) -> None:
    medicine = mary.add("Methotrexate 2.5mg tablets")
    made = mary.scheduled(medicine, weekly(3))
    with clock.at(clock.now() + timedelta(minutes=5)):
        if is_taken:
            mary.say(mary.doses()[0], "taken")
        path = f"/schedules/{made['id']}"
        refused = mary.patch(path, made["version"], {"pattern": weekly(4)})
        assert refused.status_code == 422
        (error,) = refused.get_json()["errors"]
        assert error["pointer"] == "/starts_on"
        assert "There was a dose on Wednesday 18 November" in error["detail"]
        assert "Wednesday 25 November at the earliest" in error["detail"]
        asked = {"pattern": weekly(4), "schedule_id": made["id"]}
        assert mary.post("/schedule-preview", asked).status_code == 422
        assert mary.post("/schedule-preview", asked | {"starts_on": "2026-11-25"}).status_code == 200
        assert mary.patch(path, made["version"], {"pattern": weekly(3, "09:00")}).status_code == 200
        moved = mary.patch(path, made["version"] + 1, {"pattern": weekly(4), "starts_on": "2026-11-25"})
        assert moved.status_code == 200, moved.get_data(as_text=True)
        assert times(mary.doses(until="2026-12-01T00:00:00Z")) == ["18 10:01", "26 10:01"]


def test_a_week_is_not_cut_short_by_an_end_and_a_new_one(mary: Table) -> None:
    first = mary.add("Methotrexate 2.5mg tablets")
    made = mary.scheduled(first, weekly(3))
    second = mary.add("Metoject PEN")
    with clock.at(clock.now() + timedelta(minutes=5)):
        mary.say(mary.doses()[0], "taken")
        assert mary.delete(f"/schedules/{made['id']}").status_code == 204
        for each in (first, second):
            assert mary.post(f"/medicines/{each['id']}/schedules", {"pattern": weekly(4)}).status_code == 422
        mary.post(f"/medicines/{first['id']}/stop", {"why": "The injection now."})
        assert mary.post(f"/medicines/{second['id']}/schedules", {"pattern": weekly(4)}).status_code == 422
        mary.scheduled(second, weekly(4), starts_on="2026-11-25")


def test_two_alike_scheduled_at_one_moment_are_not_both_taken(app: Flask, mary: Table) -> None:
    for _ in range(3):
        made = [mary.add("Methotrexate 2.5mg tablets"), mary.add("Maxtrex")]

        def schedule(medicine: Any) -> int:
            with app.app_context():
                table = Table(app.test_client(), mary.url, mary.headers)
                return table.post(f"/medicines/{medicine['id']}/schedules", {"pattern": weekly(1)}).status_code

        with ThreadPoolExecutor(2) as both:
            assert sorted(both.map(schedule, made)) == [201, 422]
        for medicine in made:
            mary.post(f"/medicines/{medicine['id']}/stop", {"why": "Another."})


def test_another_class_brings_its_own_window_and_reminders(mary: Table) -> None:
    made = mary.add("Co-careldopa")
    assert (made["window_minutes"], made["remind_every"]) == (60, 30)
    path = f"/medicines/{made['id']}"
    critical = mary.patch(path, made["version"], {"time_critical": "parkinsons"}).get_json()
    assert (critical["window_minutes"], critical["remind_every"]) == (30, 5)
    before = mary.get(f"{path}/history")["items"][0]["details"]["before"]
    assert before == {"time_critical": None, "window_minutes": 60, "remind_every": 30}
    said = mary.patch(path, critical["version"], {"time_critical": "epilepsy", "window_minutes": 45}).get_json()
    assert (said["window_minutes"], said["remind_every"]) == (45, 10)
    kept = mary.patch(path, said["version"], {"time_critical": "epilepsy", "form": "tablet"}).get_json()
    assert (kept["window_minutes"], kept["remind_every"]) == (45, 10)


def test_one_repeat_at_least_fits_the_window(mary: Table) -> None:
    for said in ({"window_minutes": 30, "remind_every": 30}, {"remind_every": 60}):
        answer = mary.post("/medicines", {"typed": "Ramipril"} | said)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/remind_every"]
    short = mary.add(window_minutes=15)
    assert (short["window_minutes"], short["remind_every"]) == (15, 7)
    made = mary.add()
    path = f"/medicines/{made['id']}"
    assert mary.patch(path, made["version"], {"remind_every": 60}).status_code == 422
    assert mary.patch(path, made["version"], {"window_minutes": 20}).get_json()["remind_every"] == 10
