"""Doses made ahead: one for each slot of each day, and only the future changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import Dose, Schedule
from app.medicines.service import making, reminding
from app.notifications.models import Delivery
from app.patients import queries, service
from tests.conftest import NOW
from tests.medicines.table import Table, table_of, times
from tests.people import World


def at(*clock_times: str, **days: Any) -> dict[str, Any]:
    phase: dict[str, Any] = {"slots": [{"at": time} for time in clock_times]}
    return {"version": 1, "kind": "phases", "phases": [phase | ({"days": days} if days else {})]}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


def change(mary: Table, schedule: Any, pattern: Any) -> Any:
    answer = mary.patch(f"/schedules/{schedule['id']}", schedule["version"], {"pattern": pattern})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_fourteen_days_are_made_and_no_dose_of_the_past(mary: Table) -> None:
    mary.scheduled(mary.add())
    doses = mary.doses("2026-11-17T00:00:00Z", "2026-12-31T00:00:00Z")
    assert times(doses)[0] == "18 20:00"  # it is 10:00
    assert len(doses) == 28


def test_a_time_that_moves_moves_its_dose_and_makes_no_other(mary: Table) -> None:
    schedule = mary.scheduled(mary.add(), at("12:00", "20:00"))
    noon = mary.doses()[0]
    change(mary, schedule, at("12:00", "21:30"))
    assert times(mary.doses()) == ["18 12:00", "18 21:30", "19 12:00", "19 21:30"]
    assert mary.doses()[0]["id"] == noon["id"]
    assert len(set(db.session.scalars(select(Dose.id).where(Dose.due_at < datetime(2026, 11, 19, tzinfo=UTC))))) == 2


def test_what_was_answered_is_never_asked_again_that_day(mary: Table) -> None:
    schedule = mary.scheduled(mary.add(), at("12:00"))
    mary.say(mary.doses()[0], "taken")  # early: it is 10:00
    change(mary, schedule, at("18:00"))
    doses = mary.doses()
    assert [(dose["state"], dose["due_at"][8:16]) for dose in doses] == [("taken", "18T12:00"), ("due", "19T18:00")]


def test_one_time_less_leaves_the_others_as_they_were(mary: Table) -> None:
    schedule = mary.scheduled(mary.add(), at("11:00", "14:00", "20:00"))
    first, _, last, *_ = mary.doses()
    change(mary, schedule, at("11:00", "20:00"))
    kept = mary.doses()
    assert times(kept) == ["18 11:00", "18 20:00", "19 11:00", "19 20:00"]
    assert [kept[0]["id"], kept[1]["id"]] == [first["id"], last["id"]]


def test_what_is_taken_back_can_be_set_again(mary: Table) -> None:
    made = mary.add()
    schedule = mary.scheduled(made, at("20:00"))
    schedule = change(mary, schedule, at("09:00"))
    assert times(mary.doses()) == ["19 09:00"]
    change(mary, schedule, at("21:00"))
    assert times(mary.doses()) == ["18 21:00", "19 21:00"]


def test_a_pause_keeps_its_doses_and_ends_by_itself(mary: Table) -> None:
    mary.scheduled(mary.add())
    pause = {"starts_at": "2026-11-18T12:00:00Z", "ends_at": "2026-11-19T12:00:00Z", "why": "hospital"}
    answer = mary.post("/medicine-pauses", pause)
    assert answer.status_code == 201
    assert [dose["state"] for dose in mary.doses()] == ["paused", "paused", "due"]
    assert mary.delete(f"/medicine-pauses/{answer.get_json()['id']}").status_code == 204
    assert [dose["state"] for dose in mary.doses()] == ["due", "due", "due"]
    assert mary.get("/medicine-pauses")["items"] == []


def test_another_zone_is_another_instant(client: FlaskClient, world: World, mary: Table) -> None:
    mary.scheduled(mary.add(), at("20:00"))
    answer = mary.put("/day/zone-seen", {"zone": "Europe/Madrid"})
    assert answer.get_json()["asks_about_zone"] == "Europe/Madrid"
    assert times(mary.doses()) == ["18 20:00", "19 20:00"]  # asked first
    assert mary.put("/day/zone-kept").get_json()["asks_about_zone"] is None
    priya = table_of(client, world, world.priya)
    record = client.get(priya.url, headers=priya.headers)
    changed = client.patch(
        priya.url, json={"zone": "Europe/Madrid"}, headers=priya.headers | {"If-Match": record.headers["ETag"]}
    )
    assert changed.status_code == 200
    assert times(mary.doses()) == ["18 19:00", "19 19:00"]


def test_a_day_of_ones_own_moves_what_hangs_on_it(mary: Table) -> None:
    pattern = {"version": 1, "kind": "phases", "phases": [{"slots": [{"anchor": "evening_meal"}]}]}
    mary.scheduled(mary.add(), pattern)
    assert times(mary.doses()) == ["18 18:00", "19 18:00"]
    assert mary.put("/day/times", {"times": {"evening_meal": "19:15"}}).status_code == 200
    assert times(mary.doses()) == ["18 19:15", "19 19:15"]


def test_the_horizon_rolls_on_and_nothing_is_made_twice(mary: Table, world: World) -> None:
    schedule = mary.scheduled(mary.add())
    with unit_of_work():
        assert making.make_ahead() == 0
    with unit_of_work():
        db.session.get_one(Schedule, schedule["id"]).made_until -= timedelta(days=3)
    for expected in (1, 0):
        with unit_of_work():
            assert making.make_ahead() == expected
    assert db.session.scalar(select(func.count()).select_from(Dose)) == 28


def test_one_that_cannot_be_read_holds_up_no_other(mary: Table, world: World) -> None:
    """They are made many at once; where that fails, one by one."""
    bad, good = (mary.scheduled(mary.add())["id"] for _ in range(2))
    with unit_of_work():
        db.session.execute(update(Schedule).values(made_until=Schedule.made_until - timedelta(days=3)))
        db.session.execute(update(Schedule).where(Schedule.id == bad).values(said_sealed=b"broken"))
    for expected in (1, 0):
        with unit_of_work():
            assert making.make_ahead() == expected
    made = {str(row.id): row.made_until for row in db.session.execute(select(Schedule.id, Schedule.made_until))}
    assert (made[good] - made[bad]) == timedelta(days=3)


def stop(mary: Table, medicine: Any, schedule: Any) -> int:
    return int(mary.post(f"/medicines/{medicine['id']}/stop", {"why": "A rash."}).status_code)


def pause(mary: Table, medicine: Any, schedule: Any) -> int:
    hours = {"starts_at": "2026-11-18T10:00:00Z", "ends_at": "2026-11-20T10:00:00Z"}
    return int(mary.post("/medicine-pauses", hours | {"why": "hospital"}).status_code)


def end(mary: Table, medicine: Any, schedule: Any) -> int:
    return int(mary.delete(f"/schedules/{schedule['id']}").status_code)


def make_unclear(mary: Table, medicine: Any, schedule: Any) -> int:
    said = {"pattern": at("10:00"), "instructions": "Take one THREE times a day"}
    return int(mary.patch(f"/schedules/{schedule['id']}", schedule["version"], said).status_code)


@pytest.mark.parametrize("act", [stop, pause, end, make_unclear])
def test_the_dose_of_a_minute_ago_is_not_reminded_of_once_it_is_off(mary: Table, act: Any) -> None:
    with clock.at(NOW - timedelta(hours=1)):
        medicine = mary.add(remind_every=15)
        schedule = mary.scheduled(medicine, at("10:00"))
    reminding.remind()
    assert [one.state for one in db.session.scalars(select(Delivery).where(Delivery.about == "doses"))] == ["pending"]
    db.session.rollback()
    with clock.at(NOW + timedelta(seconds=20)):
        assert act(mary, medicine, schedule) in (200, 201, 204)
    for minutes in (0, 12, 30):
        with clock.at(NOW + timedelta(minutes=minutes, seconds=30)):
            reminding.remind()
    states = [one.state for one in db.session.scalars(select(Delivery).where(Delivery.about == "doses"))]
    assert states == ["stale"]
    with clock.at(NOW + timedelta(minutes=2)):
        (dose,) = mary.doses("2026-11-18T00:00:00Z", "2026-11-18T23:00:00Z")
        assert mary.say(dose, "taken")["outcome"] == "recorded"  # it can still be said that it was taken


def test_a_dose_nobody_answered_moves_with_its_time(mary: Table) -> None:
    with clock.at(NOW - timedelta(hours=3)):
        schedule = mary.scheduled(mary.add(), at("08:00"))
    (missed, *_) = mary.doses()
    change(mary, schedule, at("20:00"))
    doses = mary.doses()
    assert times(doses) == ["18 20:00", "19 20:00"]
    assert doses[0]["id"] == missed["id"]


def test_nothing_is_made_ahead_once_care_has_ended(mary: Table, world: World) -> None:
    mary.scheduled(mary.add())
    with unit_of_work():
        service.end_care(queries.admitted_one(world.mary_patient.id), "moved")
    with clock.at(NOW + timedelta(days=10)):
        for _ in range(2):
            with unit_of_work():
                making.make_ahead()
    assert db.session.scalar(select(func.count()).select_from(Dose).where(Dose.state != "withdrawn")) == 0
