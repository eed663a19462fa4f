"""To-dos: added once for one cause, listed worst due first, done once, seen by their team alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients import service as enrolment
from app.patients.admission import AdmittedPatient
from app.todos import queries, service
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.queries_counted import counted


def admitted(patient_id: UUID) -> AdmittedPatient:
    return patients.admitted([patient_id])[patient_id]


def add(world: World, cause: str, kind: str = "check_number", reason: str = "Is 380 right?") -> UUID:
    with unit_of_work():
        return service.add(admitted(world.mary_patient.id), kind, cause, reason)


def test_one_cause_asks_for_one_to_do_until_it_is_done(world: World) -> None:
    first = add(world, "reading 1")
    assert add(world, "reading 1", reason="Other words") == first
    assert add(world, "reading 2") != first
    assert add(world, "reading 1", kind="call_back") != first
    with unit_of_work():
        service.do(first, [world.team.id], world.priya.id)
    assert add(world, "reading 1") != first
    assert len(queries.open_todos([world.team.id])) == 3


def test_a_to_do_is_the_coordinators_and_due_the_same_working_day(world: World) -> None:
    todo = db.session.get_one(Todo, add(world, "reading 1"))
    assert (todo.owner_id, todo.team_id, todo.patient_id) == (world.priya.id, world.team.id, world.mary_patient.id)
    assert (todo.reason, todo.due_at) == ("Is 380 right?", NOW + timedelta(hours=8))
    with unit_of_work():
        mary = admitted(world.mary_patient.id)
        given = service.add(mary, "call_back", "her wish", "Call her", due_at=NOW + timedelta(days=3))
    assert db.session.get_one(Todo, given).due_at == NOW + timedelta(days=3)


def test_why_is_sealed_in_the_table(world: World) -> None:
    row = db.session.execute(text("select t::text from todo t where id = :id"), {"id": add(world, "1")}).scalar_one()
    assert "Is 380" not in row
    assert b"Is 380 right?".hex() not in row


def test_settling_closes_the_to_do_of_a_cause_that_is_gone(world: World) -> None:
    gone, stays = add(world, "reading 1"), add(world, "reading 2")
    with unit_of_work():
        service.settle(world.mary_patient.id, "check_number", "reading 1", world.mary.id)
    assert [one.todo.id for one in queries.open_todos([world.team.id])] == [stays]
    assert db.session.get_one(Todo, gone, populate_existing=True).done_by == world.mary.id


def test_done_by_nobody_is_not_done(world: World) -> None:
    todo = add(world, "reading 1")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("update todo set done_at = now() where id = :id"), {"id": todo})


def test_the_list_shows_who_it_is_for_and_is_written_down(client: FlaskClient, world: World) -> None:
    todo = add(world, "reading 1")
    for person in (world.priya, world.lind, world.lead):
        (item,) = client.get("/api/todos", headers=signed_in(client, person)).get_json()["items"]
        assert (item["id"], item["patient_name"], item["owner_name"]) == (str(todo), "Mary Okafor", "Priya Shah")
        assert (item["reason"], item["kind"], item["done_at"]) == ("Is 380 right?", "check_number", None)
    seen = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "handle_todos")).all()
    assert [entry.patient_id for entry in seen] == [world.mary_patient.id] * 3


def test_who_sees_and_does_to_dos(client: FlaskClient, world: World) -> None:
    todo = add(world, "reading 1")
    owen = signed_in(client, world.other_coordinator)
    assert client.get("/api/todos", headers=owen).get_json() == {"items": [], "next": None}
    assert client.post(f"/api/todos/{todo}/done", headers=owen).status_code == 404
    for person in (world.mary, world.tom, world.device, world.admin, world.stranger):
        headers = signed_in(client, person)
        assert client.get("/api/todos", headers=headers).status_code == 403, person.name
        assert client.post(f"/api/todos/{todo}/done", headers=headers).status_code == 403, person.name
    assert client.get("/api/todos").status_code == 401
    assert [one.todo.id for one in queries.open_todos([world.team.id])] == [todo]


def test_done_twice_is_done_once(client: FlaskClient, world: World) -> None:
    todo, priya, lind = add(world, "reading 1"), signed_in(client, world.priya), signed_in(client, world.lind)
    first = client.post(f"/api/todos/{todo}/done", headers=priya)
    assert (first.status_code, first.get_json()["done_by"]) == (200, str(world.priya.id))
    with clock.at(NOW + timedelta(minutes=1)):
        again = client.post(f"/api/todos/{todo}/done", headers=lind)
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert client.get("/api/todos", headers=priya).get_json()["items"] == []
    assert client.post(f"/api/todos/{uuid4()}/done", headers=priya).status_code == 404


def test_pages_by_cursor_are_due_first_and_stay_stable(client: FlaskClient, world: World) -> None:
    mary, hours = admitted(world.mary_patient.id), (5, 1, 3, 1, 9)
    with unit_of_work():
        for number, hour in enumerate(hours):
            service.add(mary, "check_number", str(number), "Look", due_at=NOW + timedelta(hours=hour))
    priya = signed_in(client, world.priya)
    first = client.get("/api/todos?limit=2", headers=priya).get_json()
    with unit_of_work():  # due before the cursor: seen on the next reading, never twice now
        service.add(mary, "check_number", "urgent", "Look", due_at=NOW)
    second = client.get(f"/api/todos?limit=2&cursor={first['next']}", headers=priya).get_json()
    third = client.get(f"/api/todos?limit=2&cursor={second['next']}", headers=priya).get_json()
    due = [item["due_at"] for page in (first, second, third) for item in page["items"]]
    assert due == [(NOW + timedelta(hours=hour)).isoformat() for hour in sorted(hours)]
    assert third["next"] is None
    for wrong in ("limit=0", "limit=201", "limit=all", "cursor=forged", "patient_id=1", "role=admin"):
        assert client.get(f"/api/todos?{wrong}", headers=priya).status_code == 422, wrong


def test_the_list_is_flat_in_patients(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    add(world, "reading 1")
    with counted() as few:
        client.get("/api/todos", headers=priya)
    with unit_of_work():
        for person in (world.stranger, world.tom, world.adeyemi):
            new = enrolment.enrol(world.team, person, enrolment.NewPatient(coordinator_id=world.priya.id))
            service.add(admitted(new.id), "check_number", "1", "Look")
    with counted() as more:
        assert len(client.get("/api/todos", headers=priya).get_json()["items"]) == 4
    assert len(more) == len(few)


def test_adding_is_one_statement(world: World) -> None:
    mary = admitted(world.mary_patient.id)
    with unit_of_work(), counted() as statements:
        service.add(mary, "check_number", "reading 1", "Look")
    assert len(statements) == 1
