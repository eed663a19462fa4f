"""Stock: counted, reckoned forward, and people reminded to order more in time, once each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.core.unit_of_work import unit_of_work
from app.medicines import queries
from app.medicines.entering import NewCount
from app.medicines.models import RefillNudge, StockCount
from app.medicines.queries import stocking
from app.medicines.service import counting, making, nudging, overdue
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.by import By
from tests import queries_counted
from tests.conftest import NOW
from tests.medicines.due import HOUR, MINUTE, deliveries, utc
from tests.medicines.table import Table, table_of
from tests.medicines.test_answering import WHEN_NEEDED, given_now
from tests.medicines.test_overdue import may_be_told
from tests.people import World

DAY = timedelta(days=1)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def medicine(mary: Table) -> Any:
    made = mary.add()
    mary.scheduled(made)
    return made


def at_eight(client: FlaskClient, world: World) -> tuple[Table, list[Any]]:
    """Mary in the evening, and her doses of then."""
    table = table_of(client, world, world.mary)
    return table, table.doses()


def counted(table: Table, medicine: Any, **said: Any) -> Any:
    answer = table.post(f"/medicines/{medicine['id']}/stock", said)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def left(table: Table, medicine: Any) -> Any:
    return table.get(f"/medicines/{medicine['id']}/stock")


def test_nothing_is_known_before_a_count(mary: Table, medicine: Any) -> None:
    found = left(mary, medicine)
    assert (found["counted"], found["left"], found["runs_out_on"]) == (None, None, None)
    assert mary.post(f"/medicines/{medicine['id']}/stock", {"came": "28"}).status_code == 422


def test_the_day_it_runs_out_comes_from_the_doses_ahead(mary: Table, medicine: Any) -> None:
    found = counted(mary, medicine, quantity="5")
    # Today at 20:00, then two a day: the sixth is on the fourth morning.
    assert (found["left"], found["runs_out_on"], found["count_again"]) == ("5.000", "2026-11-21", False)
    assert found["lasts_until"] == "2026-11-20T20:00:00+00:00"


def test_what_was_taken_is_not_there_and_what_was_skipped_is(
    client: FlaskClient, world: World, mary: Table, medicine: Any
) -> None:
    counted(mary, medicine, quantity="5")
    with clock.at(NOW + 10 * HOUR):
        mary, (first, *_) = at_eight(client, world)
        mary.say(first, "taken", amount="2")
        assert left(mary, medicine)["left"] == "3.000"
        mary.say(first, "undone")
        assert left(mary, medicine)["left"] == "5.000"
        mary.say(first, "skipped", why="unwell")
        assert left(mary, medicine)["left"] == "5.000"


def test_what_nobody_recorded_counts_as_taken(mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    with clock.at(NOW + 23 * HOUR), unit_of_work():
        assert overdue.settle() == 1
    assert left(mary, medicine)["left"] == "4.000"


def test_what_came_is_added_to_what_is_left(client: FlaskClient, world: World, mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    with clock.at(NOW + 10 * HOUR):
        mary, (first, *_) = at_eight(client, world)
        mary.say(first, "taken")
        assert counted(mary, medicine, came="28")["left"] == "32.000"
        counts = mary.get(f"/medicines/{medicine['id']}/stock/counts")["items"]
    assert [one["quantity"] for one in counts] == ["32.000", "5.000"]


def test_a_count_of_before_knows_of_what_was_taken_since(
    client: FlaskClient, world: World, mary: Table, medicine: Any
) -> None:
    with clock.at(NOW + 10 * HOUR):
        mary, (first, *_) = at_eight(client, world)
        mary.say(first, "taken")
        assert counted(mary, medicine, quantity="5", counted_at=NOW.isoformat())["left"] == "4.000"


def test_more_taken_than_counted_asks_for_another_count(
    client: FlaskClient, world: World, mary: Table, medicine: Any
) -> None:
    counted(mary, medicine, quantity="1")
    with clock.at(NOW + 10 * HOUR):
        mary, (first, *_) = at_eight(client, world)
        mary.say(first, "taken", amount="2")
        found = left(mary, medicine)
    assert (found["left"], found["count_again"]) == ("0.000", True)


def test_of_what_is_taken_as_needed_nothing_is_predicted(mary: Table) -> None:
    made = mary.add("Paracetamol 500 mg tablets")
    mary.scheduled(made, WHEN_NEEDED)
    found = counted(mary, made, quantity="1")
    assert (found["as_needed"], found["runs_out_on"]) == (True, None)


def test_a_change_of_the_schedule_changes_the_day(mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    pause = {"starts_at": "2026-11-18T12:00:00Z", "ends_at": "2026-11-20T12:00:00Z", "why": "holiday"}
    assert mary.post("/medicine-pauses", pause).status_code == 201
    assert left(mary, medicine)["runs_out_on"] == "2026-11-23"


def test_a_count_of_before_the_last_changes_nothing_and_says_so(mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    before = (NOW - HOUR).isoformat()
    answer = mary.post(f"/medicines/{medicine['id']}/stock", {"quantity": "28", "counted_at": before})
    assert answer.status_code == 422
    assert "counted again on 18 November at 10:00" in answer.get_json()["detail"]
    assert left(mary, medicine)["left"] == "5.000"


def test_what_came_came_now(world: World, mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    patient = patients.admitted_one(world.mary_patient.id)
    row, by = queries.medicine(patient, medicine["id"]), By(world.mary.id, Role.PATIENT)
    with pytest.raises(Invalid, match="it needs no time"):
        counting.count(patient, row, NewCount(came=Decimal(28), counted_at=NOW - HOUR), by)


def test_one_as_needed_that_was_taken_back_is_still_there(mary: Table) -> None:
    made = mary.add("Paracetamol 500 mg tablets")
    mary.scheduled(made, WHEN_NEEDED)
    counted(mary, made, quantity="10")
    with clock.at(NOW + MINUTE):
        given = given_now(mary, made).get_json()
        assert left(mary, made)["left"] == "8.000"
        mary.say(given, "undone")
        assert left(mary, made)["left"] == "10.000"
    with clock.at(NOW + 23 * HOUR), unit_of_work():
        assert overdue.settle() == 0


def test_of_two_taken_both_are_out_of_the_box(client: FlaskClient, world: World, mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    with clock.at(NOW + 10 * HOUR):
        mary, (first, *_) = at_eight(client, world)
        mary.say(first, "two_taken")
        assert left(mary, medicine)["left"] == "3.000"


WRONG: dict[str, dict[str, Any]] = {
    "nothing": {},
    "both": {"quantity": "1", "came": "1"},
    "less than nothing": {"quantity": "-1"},
    "nothing came": {"came": "0"},
    "no number": {"quantity": "many"},
    "not a number at all": {"quantity": "NaN"},
    "too many": {"quantity": "100001"},
    "a time to come": {"quantity": "1", "counted_at": "2026-11-19T10:00:00Z"},
    "a time long gone": {"quantity": "1", "counted_at": "2026-01-19T10:00:00Z"},
    "what came at a time": {"came": "1", "counted_at": "2026-11-18T09:00:00Z"},
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_be_no_count_is_refused(mary: Table, medicine: Any, case: str) -> None:
    assert mary.post(f"/medicines/{medicine['id']}/stock", WRONG[case]).status_code == 422
    assert mary.get(f"/medicines/{medicine['id']}/stock/counts")["items"] == []


def test_a_resend_is_one_count(mary: Table, medicine: Any) -> None:
    key = {"Idempotency-Key": "1c9d7f4e-0000-4000-8000-000000000001"}
    for _ in range(2):
        answer = mary.post(f"/medicines/{medicine['id']}/stock", {"quantity": "5"}, **key)
        assert answer.status_code == 201
    assert len(db.session.scalars(select(StockCount)).all()) == 1


def test_a_list_asks_as_little_for_many_as_for_one(app: Flask, mary: Table, world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)

    def asked() -> int:
        medicines = queries.medicines(patient)
        with queries_counted.counted() as statements:
            stocking.of(patient, medicines)
        return len(statements)

    counted(mary, scheduled(mary, "Ramipril"), quantity="5")
    one = asked()
    for name in ("Bisoprolol", "Furosemide", "Aspirin"):
        counted(mary, scheduled(mary, name), quantity="5")
    assert asked() == one == 3


def scheduled(mary: Table, name: str) -> Any:
    made = mary.add(name)
    mary.scheduled(made)
    return made


def nudge(moment: datetime) -> int:
    with clock.at(moment), unit_of_work():
        making.make_ahead()
    with clock.at(moment), unit_of_work():
        return nudging.nudge_all()


def live(since: datetime, days: int) -> list[tuple[str, int]]:
    """Each three hours of some days: at which moments how many messages were written."""
    told = []
    for step in range(days * 8):
        moment = since + step * 3 * HOUR
        if count := nudge(moment):
            told.append((f"{moment:%d %H:%M}", count))
    return told


def test_the_patient_seven_working_days_ahead_and_the_circle_three(world: World, mary: Table, medicine: Any) -> None:
    may_be_told(world, world.tom)
    counted(mary, medicine, quantity="40")  # short on the evening of Tuesday 8 December
    assert live(utc("2026-11-25 00:00"), 14) == [("27 09:00", 1), ("03 09:00", 2)]
    bodies = [(one.recipient_id, one.body) for one in deliveries()]
    assert bodies == [
        (
            world.mary.id,
            "Kith: you may run out of a medicine on 8 December. Please order more, from your pharmacy or GP. "
            "See http://localhost/ Not for emergencies: 999 or 111.",
        ),
        bodies[1],
        (
            world.tom.id,
            "Kith: Tom, Mary O. may run out of a medicine on 8 December. Please ask whether more is ordered, or see "
            "http://localhost/ Not for emergencies: 999 or 111.",
        ),
    ]
    assert bodies[1] == bodies[0]


def test_one_message_for_all_and_none_at_night(world: World, mary: Table) -> None:
    for name in ("Ramipril", "Bisoprolol"):
        counted(mary, scheduled(mary, name), quantity="5")
    assert nudge(utc("2026-11-18 03:00")) == 0
    assert nudge(utc("2026-11-18 12:00")) == 1
    assert nudge(utc("2026-11-18 15:00")) == 0
    with unit_of_work():
        assert len(db.session.scalars(select(RefillNudge)).all()) == 2


def test_a_new_count_begins_anew(world: World, mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")
    assert nudge(NOW) == 1
    counted(mary, medicine, came="100")
    assert nudge(NOW + HOUR) == 0
    counted(mary, medicine, quantity="4")
    assert nudge(NOW + 2 * HOUR) == 1


def stopped(mary: Table, medicine: Any, world: World) -> None:
    mary.post(f"/medicines/{medicine['id']}/stop", {"why": "No longer needed."})


def ended(mary: Table, medicine: Any, world: World) -> None:
    with unit_of_work():
        patient_service.end_care(patients.admitted_one(world.mary_patient.id), "moved")


@pytest.mark.parametrize("off", [stopped, ended])
def test_nobody_is_reminded_of_what_is_off(world: World, mary: Table, medicine: Any, off: Any) -> None:
    counted(mary, medicine, quantity="5")
    off(mary, medicine, world)
    assert nudge(NOW + HOUR) == 0


def test_two_workers_remind_once(app: Flask, world: World, mary: Table, medicine: Any) -> None:
    counted(mary, medicine, quantity="5")

    def work(_: int) -> int:
        with app.app_context():
            return nudge(NOW)

    with ThreadPoolExecutor(3) as together:
        assert sum(together.map(work, range(6))) == 1
    assert len(deliveries()) == 1
