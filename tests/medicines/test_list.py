"""The list of medicines over the API: entered, changed, stopped, started again, with its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import Medicine
from app.patients import queries, service
from app.todos.models import Todo
from tests.medicines.table import MORNING_AND_EVENING, Table, table_of, times
from tests.people import World


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Table:
    return table_of(client, world, world.mary)


def give_tom(world: World, right: Right) -> None:
    with unit_of_work():
        patient = queries.admitted_one(world.mary_patient.id)
        (tom,) = [place.member for place in queries.circle(patient) if place.person.id == world.tom.id]
        ends_on = clock.today(patient.zone) + timedelta(days=30)
        service.give_grant(patient, tom.id, Category.MEDICINES, right, ends_on, by=world.mary.id)


def test_what_was_typed_is_kept_whatever_is_said_later(mary: Table) -> None:
    made = mary.add(
        "ramipril 5mg caps, 1 om", name="Ramipril", strength="5 mg", form="capsule", reason="Blood pressure"
    )
    assert (made["name"], made["typed"], made["source"]) == ("Ramipril", "ramipril 5mg caps, 1 om", "patient")
    changed = mary.patch(f"/medicines/{made['id']}", made["version"], {"name": "Ramipril capsules", "reason": None})
    assert changed.status_code == 200
    assert (changed.get_json()["typed"], changed.get_json()["reason"]) == ("ramipril 5mg caps, 1 om", None)
    history = mary.get(f"/medicines/{made['id']}/history")["items"]
    assert [(one["kind"], one["by"], one["role"]) for one in history] == [
        ("changed", "Mary Okafor", "patient"), ("added", "Mary Okafor", "patient"),
    ]  # fmt: skip
    assert history[0]["details"] == {"before": {"name": "Ramipril", "reason": "Blood pressure"}}


def test_words_of_a_person_are_sealed(mary: Table, world: World) -> None:
    mary.add("Ramipril", reason="Blood pressure", prescriber="Dr Lind", prescriber_phone="020 7946 0018")
    row = db.session.scalars(select(Medicine)).one()
    for name in ("name", "typed", "reason", "prescriber", "prescriber_phone"):
        assert getattr(row, name).encode() not in getattr(row, f"{name}_sealed")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing typed": ({"typed": ""}, "/typed"),
    "a code without its level": ({"typed": "Ramipril", "code": "318900002"}, "/code_level"),
    "a code that is none": ({"typed": "Ramipril", "code": "318x", "code_level": "VMP"}, "/code"),
    "a level that is none": ({"typed": "Ramipril", "code": "318900002", "code_level": "XYZ"}, "/code_level"),
    "a class that is none": ({"typed": "Ramipril", "time_critical": "tea"}, "/time_critical"),
    "an ingredient that is none": ({"typed": "Ramipril", "ingredients": {"gold": "1"}}, "/ingredients"),
    "a window of days": ({"typed": "Ramipril", "window_minutes": 4000}, "/window_minutes"),
    "a field too many": ({"typed": "Ramipril", "dose_advice": "double it"}, "/dose_advice"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_be_no_medicine_is_refused_and_changes_nothing(mary: Table, case: str) -> None:
    body, pointer = WRONG[case]
    answer = mary.post("/medicines", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]
    assert mary.get("/medicines")["items"] == []


def test_two_who_change_at_once_do_not_overwrite_each_other(mary: Table) -> None:
    made = mary.add()
    assert mary.patch(f"/medicines/{made['id']}", made["version"], {"form": "tablet"}).status_code == 200
    assert mary.patch(f"/medicines/{made['id']}", made["version"], {"form": "liquid"}).status_code == 412


def test_what_holds_the_same_is_named(mary: Table) -> None:
    first = mary.add("Paracetamol 500 mg tablets", ingredients={"paracetamol": "500"})
    second = mary.add("Co-codamol 8/500", ingredients={"paracetamol": "500"})
    assert [(one["name"], one["ingredients"]) for one in second["alike"]] == [
        ("Paracetamol 500 mg tablets", ["paracetamol"])
    ]
    mary.post(f"/medicines/{first['id']}/stop", {"why": "Not needed any more."})
    assert mary.get(f"/medicines/{second['id']}")["alike"] == []


def test_a_stop_ends_its_doses_and_a_start_brings_them_back(mary: Table) -> None:
    made = mary.add()
    mary.scheduled(made)
    assert times(mary.doses()) == ["18 20:00", "19 08:00", "19 20:00"]
    assert mary.post(f"/medicines/{made['id']}/stop", {"why": "A rash."}).get_json()["stopped_at"]
    assert mary.doses() == []
    assert mary.get("/medicines")["items"] == []
    assert [one["id"] for one in mary.get("/medicines?stopped=true")["items"]] == [made["id"]]
    assert mary.post(f"/medicines/{made['id']}/start").status_code == 200
    assert times(mary.doses()) == ["18 20:00", "19 08:00", "19 20:00"]
    assert mary.post(f"/medicines/{made['id']}/start").status_code == 409
    kinds = [one["kind"] for one in mary.get(f"/medicines/{made['id']}/history")["items"]]
    assert kinds == ["started_again", "stopped", "scheduled", "added"]


def test_who_may_see_may_not_change_and_who_acts_may(client: FlaskClient, world: World, mary: Table) -> None:
    made = mary.add()
    tom = table_of(client, world, world.tom)
    assert client.get(tom.url + "/medicines", headers=tom.headers).status_code == 403
    give_tom(world, Right.SEE)
    assert [one["id"] for one in tom.get("/medicines")["items"]] == [made["id"]]
    assert tom.post("/medicines", {"typed": "Aspirin"}).status_code == 403
    assert tom.post(f"/medicines/{made['id']}/stop", {"why": "No."}).status_code == 403
    give_tom(world, Right.ACT)
    assert tom.add("Aspirin 75 mg")["source"] == "member"


def test_nothing_is_entered_once_care_has_ended(mary: Table, world: World) -> None:
    made = mary.add()
    mary.scheduled(made)
    with unit_of_work():
        service.end_care(queries.admitted_one(world.mary_patient.id), "moved")
    assert mary.doses() == []
    assert mary.post("/medicines", {"typed": "Aspirin"}).status_code == 409


def test_text_that_disagrees_makes_no_dose_but_a_to_do(client: FlaskClient, world: World, mary: Table) -> None:
    made = mary.add()
    schedule = mary.scheduled(made, MORNING_AND_EVENING, instructions="Take one capsule THREE times a day")
    assert schedule["unclear"]
    assert mary.doses() == []
    (todo,) = db.session.scalars(select(Todo).where(Todo.kind == "medicine_unclear"))
    assert todo.done_at is None
    assert mary.post(f"/schedules/{schedule['id']}/settle").status_code == 403
    lind = table_of(client, world, world.lind)
    seen = {"If-Match": f'"{schedule["version"]}"'}
    assert lind.post(f"/schedules/{schedule['id']}/settle", **seen).get_json()["unclear"] is None
    assert times(mary.doses()) == ["18 20:00", "19 08:00", "19 20:00"]
    db.session.refresh(todo)
    assert todo.done_at is not None


def test_weekly_methotrexate_is_never_daily(mary: Table) -> None:
    made = mary.add("Methotrexate 2.5 mg tablets", ingredients={"methotrexate": "2.5"})
    daily = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}]}]}
    answer = mary.post(f"/medicines/{made['id']}/schedules", {"pattern": daily})
    assert answer.status_code == 422
    weekly = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}], "days": {"weekdays": [1]}}]}
    assert mary.post(f"/medicines/{made['id']}/schedules", {"pattern": weekly}).status_code == 201


def test_a_stop_hangs_on_no_box_and_on_no_single_schedule(mary: Table) -> None:
    daily = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}]}]}
    weekly = {"version": 1, "kind": "phases", "phases": [{"slots": [{"at": "08:00"}], "days": {"weekdays": [1]}}]}
    by_name = mary.add("methotrexate 2.5mg tabs")
    assert mary.post(f"/medicines/{by_name['id']}/schedules", {"pattern": daily}).status_code == 422
    mary.scheduled(by_name, weekly)
    assert mary.post(f"/medicines/{by_name['id']}/schedules", {"pattern": weekly}).status_code == 422
    by_box = mary.add("Maxtrex", ingredients={"methotrexate": None})
    assert mary.post(f"/medicines/{by_box['id']}/schedules", {"pattern": weekly}).status_code == 422
    unnamed = mary.add("The yellow ones")
    mary.scheduled(unnamed, daily)
    named = mary.patch(f"/medicines/{unnamed['id']}", unnamed["version"], {"ingredients": {"methotrexate": None}})
    assert named.status_code == 422
    assert mary.get(f"/medicines/{unnamed['id']}")["ingredients"] == {}


def test_text_for_some_days_agrees_with_a_last_day(mary: Table) -> None:
    said = {"starts_on": "2026-11-18", "ends_on": "2026-11-24", "instructions": "Take one twice a day for 7 days"}
    schedule = mary.scheduled(mary.add("Amoxicillin 500 mg"), **said)
    assert schedule["unclear"] is None
    assert len(mary.doses("2026-11-18T00:00:00Z", "2026-12-18T00:00:00Z")) == 13
