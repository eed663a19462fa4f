"""What is said of doses: once, by anybody, by any way in, in any order; and doses when needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from app.access.permissions import Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.medicines import ticking
from app.medicines.entering import NewAnswer
from app.medicines.models import Dose, DoseAnswer, Medicine, Schedule
from app.medicines.service import answering
from app.medicines.ticking import Outcome, Said, Standing
from app.patients import queries as patients
from app.patients.by import By
from app.todos.models import Todo
from tests.conftest import NOW
from tests.medicines.table import Table, table_of
from tests.medicines.test_list import give_tom
from tests.people import World

AT = datetime(2026, 11, 18, 8, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WHEN_NEEDED = {
    "version": 1, "kind": "as_needed", "minimum_gap_minutes": 240, "most_in_24_hours": "8", "amount": "2",
}  # fmt: skip


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


@pytest.fixture
def dose(mary: Table) -> Any:
    mary.scheduled(mary.add())
    return mary.doses()[0]


def test_taken_is_taken_once_whoever_says_so(client: FlaskClient, world: World, mary: Table, dose: Any) -> None:
    give_tom(world, Right.ACT)
    tom = table_of(client, world, world.tom)
    first, second = mary.say(dose, "taken"), tom.say(dose, "taken")
    assert (first["outcome"], first["asks_two"]) == ("recorded", False)
    assert (second["outcome"], second["asks_two"]) == ("already", True)
    assert (second["dose"]["state"], second["dose"]["taken_at"]) == ("taken", first["dose"]["taken_at"])


def test_a_resend_is_the_same_answer(mary: Table, dose: Any) -> None:
    said = {"id": str(new_id()), "dose_id": dose["id"], "answer": "taken"}
    answers = [mary.post("/doses/answers", {"answers": [said]}).get_json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert db.session.scalar(select(func.count()).select_from(DoseAnswer)) == 1
    other = mary.post("/doses/answers", {"answers": [said | {"answer": "missed"}]})
    assert other.status_code == 409


def test_what_was_recorded_is_taken_back_and_never_overwritten(mary: Table, dose: Any) -> None:
    mary.say(dose, "taken")
    assert mary.say(dose, "skipped", why="unwell")["outcome"] == "recorded_otherwise"
    assert mary.say(dose, "undone")["dose"]["state"] == "due"
    assert mary.say(dose, "skipped", why="unwell")["dose"]["state"] == "skipped"
    history = mary.get(f"/doses/{dose['id']}")["answers"]
    assert [(one["answer"], one["counted"]) for one in history] == [
        ("taken", True), ("skipped", False), ("undone", True), ("skipped", True),
    ]  # fmt: skip


def test_later_asks_again_and_nothing_else(mary: Table, dose: Any) -> None:
    assert mary.say(dose, "later", minutes=30)["outcome"] == "recorded"
    row = db.session.get_one(Dose, dose["id"])
    assert row.remind_at == datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
    assert row.state == "due"


def test_two_taken_is_looked_at_by_a_human(mary: Table, dose: Any) -> None:
    mary.say(dose, "taken")
    assert mary.say(dose, "two_taken")["outcome"] == "recorded"
    (todo,) = db.session.scalars(select(Todo).where(Todo.kind == "dose_twice"))
    assert "pharmacist or 111" in (todo.reason or "")


def test_two_said_first_of_all_is_taken_and_twice(mary: Table, dose: Any) -> None:
    told = mary.say(dose, "two_taken")
    assert (told["outcome"], told["dose"]["state"], told["dose"]["amount_taken"]) == ("recorded", "taken", "2.000")
    row = db.session.get_one(Dose, dose["id"])
    assert (row.remind_at, row.taken_at) == (None, NOW)
    assert db.session.scalars(select(Todo).where(Todo.kind == "dose_twice")).one()


def test_two_after_one_is_twice_as_much_once_and_the_first_stays_who_said_it(
    client: FlaskClient, world: World, mary: Table, dose: Any
) -> None:
    give_tom(world, Right.ACT)
    mary.say(dose, "taken")
    tom = table_of(client, world, world.tom)
    assert tom.say(dose, "two_taken")["dose"]["amount_taken"] == "2.000"
    again = mary.say(dose, "two_taken")
    assert (again["outcome"], again["dose"]["amount_taken"]) == ("already", "2.000")
    assert db.session.get_one(Dose, dose["id"]).answered_by == world.mary.id
    mary.say(dose, "undone")
    mary.say(dose, "taken")
    assert mary.say(dose, "two_taken")["outcome"] == "recorded"


def test_two_of_a_dose_to_come_is_not_yet_and_nobody_looks(mary: Table, dose: Any) -> None:
    tomorrow = mary.doses()[-1]
    assert mary.say(tomorrow, "two_taken")["outcome"] == "not_yet"
    assert db.session.scalars(select(Todo).where(Todo.kind == "dose_twice")).all() == []


def test_the_question_is_asked_again_when_its_answer_was_lost(mary: Table, dose: Any) -> None:
    mary.say(dose, "taken")
    said = {"id": str(new_id()), "dose_id": dose["id"], "answer": "taken"}
    for _ in range(2):
        (told,) = mary.post("/doses/answers", {"answers": [said]}).get_json()["items"]
        assert (told["outcome"], told["asks_two"]) == ("already", True)


def test_taken_long_before_its_time_is_no_answer_to_it(mary: Table, dose: Any) -> None:
    due_at = datetime.fromisoformat(dose["due_at"])
    early = (due_at - 12 * HOUR - MINUTE).isoformat()
    assert mary.say(dose, "taken", taken_at=early)["outcome"] == "not_yet"
    assert mary.say(dose, "taken", taken_at=(due_at - 12 * HOUR).isoformat())["outcome"] == "recorded"


# Minutes after its time when it was said, and when it is reminded of next.
REPEATS = {"at once": (1, 15), "on a repeat": (15, 15), "the last": (44, 45), "too late": (46, None), "before": (-5, 0)}


@pytest.mark.parametrize("case", REPEATS)
def test_a_wrong_tick_taken_back_is_reminded_of_again(client: FlaskClient, world: World, dose: Any, case: str) -> None:
    due_at, (said, expected) = datetime.fromisoformat(dose["due_at"]), REPEATS[case]
    with unit_of_work():
        db.session.execute(update(Medicine).values(window_minutes=60, remind_every=15))
    with clock.at(due_at + said * MINUTE):
        mary = table_of(client, world, world.mary)
        mary.say(dose, "taken")
        assert mary.say(dose, "undone")["dose"]["state"] == "due"
    remind_at = db.session.get_one(Dose, dose["id"]).remind_at
    assert remind_at == (None if expected is None else due_at + expected * MINUTE)


WRONG: dict[str, dict[str, Any]] = {
    "later without minutes": {"answer": "later"},
    "later by any number": {"answer": "later", "minutes": 7},
    "skipped without why": {"answer": "skipped"},
    "a reason that is none": {"answer": "skipped", "why": "because"},
    "missed at a time": {"answer": "missed", "taken_at": "2026-11-18T09:00:00Z"},
    "a word that is none": {"answer": "eaten"},
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_be_no_answer_is_refused(mary: Table, dose: Any, case: str) -> None:
    said = {"id": str(new_id()), "dose_id": dose["id"]} | WRONG[case]
    assert mary.post("/doses/answers", {"answers": [said]}).status_code == 422
    assert mary.doses()[0]["state"] == "due"


def test_a_dose_of_somebody_else_is_not_there(client: FlaskClient, world: World, mary: Table, dose: Any) -> None:
    khan = table_of(client, world, world.khan)
    url = f"/api/patients/{world.khan_patient.id}/doses"
    said = {"id": str(new_id()), "dose_id": dose["id"], "answer": "taken"}
    assert client.post(f"{url}/answers", json={"answers": [said]}, headers=khan.headers).status_code == 404
    assert client.get(f"{url}/{dose['id']}", headers=khan.headers).status_code == 404


def test_ten_ticks_at_once_are_one_dose(client: FlaskClient, world: World, mary: Table, dose: Any) -> None:
    give_tom(world, Right.ACT)
    tables = [mary, table_of(client, world, world.tom)] * 5

    def tick(one: Table) -> str:
        own = Table(client.application.test_client(), one.url, one.headers)
        return str(own.say(dose, "taken")["outcome"])

    with ThreadPoolExecutor(10) as together:
        outcomes = list(together.map(tick, tables))
    assert sorted(outcomes) == ["already"] * 9 + ["recorded"]


ANSWERS = st.lists(
    st.builds(
        Said,
        st.sampled_from(("taken", "later", "skipped", "missed", "undone", "two_taken")),
        st.integers(-30, 2000).map(lambda minutes: AT + minutes * MINUTE),
        until=st.integers(-30, 2000).map(lambda minutes: AT + minutes * MINUTE),
    ),
    max_size=12,
)


@given(ANSWERS)
def test_any_answers_leave_one_true_record(said: list[Said]) -> None:
    dose = Standing("due", AT, AT + 12 * HOUR)
    for one in said:
        result = ticking.answered(dose, one)
        if result.outcome is not Outcome.RECORDED:
            assert result.after == dose
        elif dose.state == "taken":
            assert one.answer in ("undone", "two_taken")  # nothing else moves what was taken
        assert (result.after.taken_at is not None) == (result.after.state == "taken")
        assert (result.after.due_at, result.after.settle_at) == (dose.due_at, dose.settle_at)
        dose = result.after


def needed(mary: Table, typed: str = "Paracetamol 500 mg tablets") -> Any:
    made = mary.add(typed, ingredients={"paracetamol": "500"}, prescriber="Dr Lind", prescriber_phone="020 7946 0018")
    mary.scheduled(made, WHEN_NEEDED)
    return made


def given_now(table: Table, medicine: Any, **more: Any) -> Any:
    return table.post(f"/medicines/{medicine['id']}/given", {"id": str(new_id()), "amount": "2"} | more)


def test_a_dose_too_near_is_refused_politely_and_recorded_when_it_happened(
    client: FlaskClient, world: World, mary: Table
) -> None:
    give_tom(world, Right.ACT)
    tom, medicine = table_of(client, world, world.tom), needed(mary)
    assert given_now(tom, medicine).status_code == 201
    refused = given_now(mary, medicine)
    assert refused.status_code == 409
    assert refused.get_json()["next_possible_at"] == "2026-11-18T14:00:00+00:00"
    assert "14:00" in refused.get_json()["detail"]
    told = mary.get(f"/medicines/{medicine['id']}/possible")
    for said in ("Tom Okafor", "14:00", "Dr Lind", "020 7946 0018", "999 or 111"):
        assert said in told["detail"]
    assert len(mary.doses()) == 1
    assert given_now(mary, medicine, happened=True).status_code == 201
    assert len(mary.doses()) == 2
    assert db.session.scalars(select(Todo).where(Todo.kind == "dose_twice")).one()


def test_another_medicine_with_the_same_ingredient_counts(mary: Table) -> None:
    first, second = needed(mary), needed(mary, "Co-codamol 8/500 tablets")
    assert mary.get(f"/medicines/{second['id']}/possible")["possible"] is True
    assert given_now(mary, first).status_code == 201
    assert mary.get(f"/medicines/{second['id']}/possible")["possible"] is False
    assert given_now(mary, second).status_code == 409


def test_two_who_give_at_once_give_one(client: FlaskClient, world: World, mary: Table) -> None:
    give_tom(world, Right.ACT)
    medicine, tom = needed(mary), table_of(client, world, world.tom)

    def give(one: Table) -> int:
        return int(given_now(Table(client.application.test_client(), one.url, one.headers), medicine).status_code)

    with ThreadPoolExecutor(2) as together:
        assert sorted(together.map(give, (mary, tom))) == [201, 409]


def test_sent_again_it_is_the_same_dose(mary: Table) -> None:
    medicine, one = needed(mary), {"id": str(new_id()), "amount": "2"}
    answers = [mary.post(f"/medicines/{medicine['id']}/given", one) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json()["id"] == answers[1].get_json()["id"]


def test_an_id_of_something_else_is_refused(mary: Table, dose: Any) -> None:
    medicine, other = needed(mary), needed(mary, "Ibuprofen 200 mg tablets")
    one = {"id": str(new_id()), "amount": "2"}
    assert mary.post(f"/medicines/{medicine['id']}/given", one).status_code == 201
    assert mary.post(f"/medicines/{other['id']}/given", one).status_code == 409
    said = {"id": str(new_id()), "dose_id": dose["id"], "answer": "taken"}
    mary.post("/doses/answers", {"answers": [said]})
    assert mary.post(f"/medicines/{medicine['id']}/given", {"id": said["id"]}).status_code == 409
    assert mary.post(f"/medicines/{dose['medicine_id']}/given", {"id": said["id"]}).status_code == 409


def test_one_as_needed_taken_back_is_no_dose(mary: Table) -> None:
    medicine = needed(mary)
    made = given_now(mary, medicine).get_json()
    taken_back = {"id": str(new_id()), "dose_id": made["id"], "answer": "undone"}
    for _ in range(2):
        (told,) = mary.post("/doses/answers", {"answers": [taken_back]}).get_json()["items"]
        assert (told["outcome"], told["dose"]["state"]) == ("recorded", "withdrawn")
    row = db.session.get_one(Dose, made["id"])
    assert (row.remind_at, row.taken_at, row.amount_taken, row.answered_at) == (None, None, None, None)
    assert mary.doses() == []
    assert mary.say(made, "taken")["dose"]["state"] == "withdrawn"
    assert given_now(mary, medicine).status_code == 201


def test_every_schedule_as_needed_holds(mary: Table) -> None:
    medicine = needed(mary)
    mary.scheduled(medicine, {"version": 1, "kind": "as_needed", "minimum_gap_minutes": 60})
    assert given_now(mary, medicine).status_code == 201
    assert given_now(mary, medicine).get_json()["next_possible_at"] == "2026-11-18T14:00:00+00:00"


def test_a_long_gap_is_looked_back_on_as_far_as_it_reaches(client: FlaskClient, world: World, mary: Table) -> None:
    medicine = mary.add("Fentanyl 12 micrograms/hour patches")
    mary.scheduled(medicine, {"version": 1, "kind": "as_needed", "minimum_gap_minutes": 72 * 60})
    assert given_now(mary, medicine).status_code == 201
    with clock.at(NOW + 60 * HOUR):
        mary = table_of(client, world, world.mary)
        assert mary.get(f"/medicines/{medicine['id']}/possible")["next_possible_at"] == "2026-11-21T10:00:00+00:00"


def test_of_what_is_unclear_nobody_says_that_it_is_possible(mary: Table) -> None:
    medicine = needed(mary)
    with unit_of_work():
        db.session.scalars(select(Schedule)).one().unclear = "The text says something else."
    told = mary.get(f"/medicines/{medicine['id']}/possible")
    assert (told["possible"], told["next_possible_at"]) == (False, None)
    for said in ("text and the numbers", "your team is looking at it", "Dr Lind on 020 7946 0018", "999 or 111"):
        assert said in told["detail"]
    refused = given_now(mary, medicine)
    assert (refused.status_code, "your team is looking at it" in refused.get_json()["detail"]) == (409, True)
    assert mary.doses() == []
    assert given_now(mary, medicine, happened=True).status_code == 201
    assert db.session.scalars(select(Todo).where(Todo.kind == "dose_twice")).all() == []  # within the numbers
    assert given_now(mary, medicine, happened=True).status_code == 201
    assert db.session.scalars(select(Todo).where(Todo.kind == "dose_twice")).one()


def test_what_was_counted_without_an_amount_is_said(mary: Table) -> None:
    medicine = mary.add("Paracetamol 500 mg tablets")
    mary.scheduled(medicine, {"version": 1, "kind": "as_needed", "most_in_24_hours": "8"})
    url = f"/medicines/{medicine['id']}/possible"
    assert mary.get(url) == {"possible": True, "next_possible_at": None, "detail": None}
    assert given_now(mary, medicine, amount=None).status_code == 201
    assert mary.get(url)["detail"] == "One dose had no amount and was counted as one."
    assert given_now(mary, medicine, amount=None).status_code == 201
    assert mary.get(url)["detail"] == "2 doses had no amount and were each counted as one."


def test_a_scheduled_dose_counts_as_much_as_it_was_to_be(mary: Table) -> None:
    medicine, cold = needed(mary), mary.add("Co-codamol 8/500 tablets", ingredients={"paracetamol": "500"})
    mary.scheduled(cold, {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "20:00", "amount": "7"}]}]})
    mary.say(mary.doses()[0], "taken")
    with unit_of_work():
        db.session.execute(update(Dose).values(amount_taken=None, taken_at=NOW - 5 * HOUR))
    refused = given_now(mary, medicine)
    assert (refused.status_code, "more than" in mary.get(f"/medicines/{medicine['id']}/possible")["detail"]) == (
        409,
        True,
    )


def test_a_tick_and_a_dose_as_needed_at_once_see_each_other(
    app: Flask, client: FlaskClient, world: World, mary: Table
) -> None:
    medicine, cold = needed(mary), mary.add("Co-codamol 8/500 tablets", ingredients={"paracetamol": "500"})
    mary.scheduled(cold)
    ticked = NewAnswer(new_id(), UUID(mary.doses()[0]["id"]), "taken", taken_at=NOW)

    def give(_: int) -> int:
        return int(given_now(Table(app.test_client(), mary.url, mary.headers), medicine).status_code)

    with ThreadPoolExecutor(1) as beside:
        with unit_of_work():
            answering.answer(patients.admitted_one(world.mary_patient.id), [ticked], By(world.mary.id, Role.PATIENT))
            giving = beside.submit(give, 0)
            with pytest.raises(TimeoutError):
                giving.result(timeout=2)  # it waits for the tick
        assert giving.result() == 409
