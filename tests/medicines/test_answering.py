"""What is said of doses: once, by anybody, by any way in, in any order; and doses when needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.access.permissions import Right
from app.core.db import db
from app.core.ids import new_id
from app.medicines import ticking
from app.medicines.models import Dose, DoseAnswer
from app.medicines.ticking import Outcome, Said, Standing
from app.todos.models import Todo
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
