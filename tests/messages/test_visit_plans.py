"""Visits planned: made two weeks ahead, once for each plan and date; a change moves the future and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.messages.models import Visit
from app.messages.service import visit_making
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from tests.conftest import NOW
from tests.messages.door import Door, door, may_visit
from tests.people import World

DAY = timedelta(days=1)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Door:
    may_visit(world)
    return door(client, world, world.mary)


def days(found: list[dict[str, str]]) -> list[str]:
    return [f"{one['local_date'][8:]} {one['due_at'][11:16]}" for one in found]


def test_two_weeks_are_made_at_once(mary: Door, world: World) -> None:
    plan = mary.plans(visitor_id=str(world.adeyemi.id))
    found = mary.visits()
    assert days(found) == [f"{day} 10:30" for day in "18 19 20 23 24 25 26 27 30 01".split()]
    assert {one["visitor"] for one in found} == {"Bola Adeyemi"}
    assert {one["plan_id"] for one in found} == {plan["id"]}
    assert {one["state"] for one in found} == {"planned"}


def test_a_plan_sent_twice_is_one_and_otherwise_a_conflict(mary: Door) -> None:
    said = {"id": str(new_id())}
    assert mary.plans(**said) == mary.plans(**said)
    again = {"what": "Evening care", "weekdays": [1], "at": "10:30", "minutes": 45, "starts_on": "2026-11-18"}
    assert mary.post("/visit-plans", said | again).status_code == 409
    assert len(mary.get("/visit-plans")["items"]) == 1
    assert len(mary.visits()) == 10


def test_the_clock_makes_each_day_once(mary: Door) -> None:
    mary.plans()
    for later in range(1, 20):
        with clock.at(NOW + later * DAY), unit_of_work():
            visit_making.make_ahead()
            visit_making.make_ahead()
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 10 + 13
    doubles = select(Visit.local_date).group_by(Visit.local_date).having(func.count() > 1)
    assert db.session.scalars(doubles).all() == []
    rows = db.session.scalars(select(Visit)).all()
    assert {one.what for one in rows} == {"Morning care"}


def test_a_change_moves_what_is_to_come(mary: Door) -> None:
    plan = mary.plans(at="09:00")
    first = mary.plans_one(at="10:15")
    with clock.at(NOW + DAY):  # Thursday, when the time of the visit of nine is over and nobody came
        changed = mary.patch(f"/visit-plans/{plan['id']}", plan["version"], {"at": "15:00", "weekdays": [4, 5]})
        assert changed.status_code == 200
        assert changed.get_json()["weekdays"] == [4, 5]
        found = [one for one in mary.visits() if one["id"] != first["id"]]
    assert days(found) == ["19 15:00", "20 15:00", "26 15:00", "27 15:00"]


def test_a_day_on_which_somebody_came_gets_no_second_visit(mary: Door, client: FlaskClient, world: World) -> None:
    plan, nurse = mary.plans(at="10:30", weekdays=[3]), door(client, world, world.adeyemi)
    with clock.at(NOW + timedelta(minutes=30)):
        nurse.arrives(mary.visits()[0])
        mary.patch(f"/visit-plans/{plan['id']}", plan["version"], {"at": "15:00"})
        assert days(mary.visits()) == ["18 10:30", "25 15:00"]


def test_days_that_come_back_are_there_again(mary: Door) -> None:
    plan = mary.plans()
    before = mary.visits()
    once = mary.patch(f"/visit-plans/{plan['id']}", plan["version"], {"weekdays": [1]}).get_json()
    assert days(mary.visits()) == ["23 10:30", "30 10:30"]
    mary.patch(f"/visit-plans/{plan['id']}", once["version"], {"weekdays": [1, 2, 3, 4, 5]})
    assert [one["id"] for one in mary.visits()] == [one["id"] for one in before]


def test_what_a_person_called_off_stays_so_whatever_becomes_of_the_plan(mary: Door) -> None:
    plan = mary.plans()
    thursday = mary.visits()[1]
    answer = mary.post(f"/visits/{thursday['id']}/calling-off", {"why": "I am at the clinic."})
    assert answer.get_json()["state"] == "called_off"
    mary.patch(f"/visit-plans/{plan['id']}", plan["version"], {"at": "12:00"})
    kept = mary.visits()[1]
    assert (kept["state"], kept["why"], kept["due_at"]) == ("called_off", "I am at the clinic.", thursday["due_at"])
    assert mary.post(f"/visits/{thursday['id']}/calling-off", {"why": "Another."}).get_json()["why"] == kept["why"]


def test_who_comes_to_one_stays_when_the_plan_gets_another(mary: Door, world: World) -> None:
    plan = mary.plans(visitor_id=str(world.adeyemi.id))
    one = mary.visits()[2]
    answer = mary.patch(f"/visits/{one['id']}", one["version"], {"visitor_id": str(world.lind.id)})
    assert answer.get_json()["visitor"] == "Anna Lind"
    mary.patch(f"/visit-plans/{plan['id']}", plan["version"], {"visitor_id": str(world.priya.id)})
    assert [each["visitor"] for each in mary.visits()][1:4] == ["Priya Shah", "Anna Lind", "Priya Shah"]
    assert mary.patch(f"/visits/{one['id']}", 99, {"visitor_id": None}).status_code == 412


def test_only_who_may_come_can_be_expected(mary: Door, world: World) -> None:
    body = {"id": str(new_id()), "what": "Tea", "on": "2026-11-19", "at": "15:00", "minutes": 30}
    for nobody in (world.tom, world.stranger, world.other_coordinator):
        answer = mary.post("/visits", body | {"visitor_id": str(nobody.id)})
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/visitor_id")
    assert mary.visits() == []


def test_an_ended_plan_has_no_more_visits(mary: Door) -> None:
    plan = mary.plans()
    assert mary.delete(f"/visit-plans/{plan['id']}").status_code == 204
    assert mary.delete(f"/visit-plans/{plan['id']}").status_code == 204
    assert mary.visits() == []
    assert mary.get("/visit-plans")["items"] == []
    assert mary.patch(f"/visit-plans/{plan['id']}", 2, {"at": "12:00"}).status_code == 409


def test_care_that_ends_and_goes_on(mary: Door, world: World) -> None:
    mary.plans()
    mary.plans_one(at="15:00")
    patient_id = world.mary_patient.id
    with unit_of_work():
        service.end_care(patients.admitted([patient_id])[patient_id], "discharged")
    assert mary.visits() == []
    assert db.session.scalars(select(Visit.look_at).where(Visit.look_at.is_not(None))).all() == []
    answer = mary.post(
        "/visits", {"id": str(new_id()), "what": "Tea", "on": "2026-11-19", "at": "15:00", "minutes": 30}
    )
    assert answer.status_code == 409


def test_another_zone_moves_the_visits(mary: Door, world: World) -> None:
    mary.plans()
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        service.change(patient, patients.record(patient).version, {"zone": "Europe/Madrid"})
    assert {one["due_at"][11:16] for one in mary.visits()[1:]} == {"09:30"}


def test_a_single_visit_is_one_however_often_it_is_sent(mary: Door) -> None:
    said = {"id": str(new_id())}
    assert mary.plans_one(**said) == mary.plans_one(**said)
    body = said | {"what": "Other", "on": "2026-11-18", "at": "10:30", "minutes": 40}
    assert mary.post("/visits", body).status_code == 409
    assert len(mary.visits()) == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"on": "2026-11-17"}, "/on"),
        ({"on": "1890-01-01"}, "/on"),
        ({"minutes": 4}, "/minutes"),
        ({"what": ""}, "/what"),
        ({"what": "a\x00b"}, "/what"),
        ({"at": "25:00"}, "/at"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_cannot_be_is_refused(mary: Door, wrong: dict[str, object], pointer: str) -> None:
    body = {"id": str(new_id()), "what": "Tea", "on": "2026-11-19", "at": "15:00", "minutes": 30}
    answer = mary.post("/visits", body | wrong)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert mary.visits() == []


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"weekdays": []}, "/weekdays"),
        ({"weekdays": [8]}, "/weekdays/0"),
        ({"every_weeks": 53}, "/every_weeks"),
        ({"ends_on": "2026-11-17"}, "/ends_on"),
        ({"starts_on": "9999-12-31"}, "/starts_on"),
        ({"late_after": 1}, "/late_after"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(mary: Door, wrong: dict[str, object], pointer: str) -> None:
    plan = {
        "id": str(new_id()),
        "what": "Care",
        "weekdays": [1],
        "at": "10:30",
        "minutes": 45,
        "starts_on": "2026-11-18",
    }
    answer = mary.post("/visit-plans", plan | wrong)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)


def test_called_off_is_told_to_those_who_are_told_and_to_who_would_have_come(mary: Door, world: World) -> None:
    one = mary.plans_one(visitor_id=str(world.adeyemi.id))
    mary.post(f"/visits/{one['id']}/calling-off", {"why": "My daughter is here."})
    told = db.session.scalars(select(Delivery).where(Delivery.about == "news visits")).all()
    assert {each.recipient_id for each in told} == {world.tom.id, world.adeyemi.id}
    assert all("10:30 is called off" in str(each.body) and "daughter" not in str(each.body) for each in told)
