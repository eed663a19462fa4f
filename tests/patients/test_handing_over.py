"""Hand over all: every running patient of one coordinator to another of the same team, in one act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients.models import Patient
from app.teams import service as teams
from app.todos.models import Todo
from tests.people import World, signed_in

Ids = Callable[[World, Person], tuple[UUID, UUID]]


@pytest.fixture
def noor(world: World) -> Person:
    """Sam Stranger has become the team's second coordinator."""
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.stranger.id, Role.COORDINATOR)
    return world.stranger


def hand_over(client: FlaskClient, world: World, by: Person, from_id: UUID, to_id: UUID, **more: Any) -> TestResponse:
    body = {"from_id": str(from_id), "to_id": str(to_id)} | more
    return client.post(f"/api/teams/{world.team.id}/hand-over", headers=signed_in(client, by), json=body)


def coordinators() -> dict[UUID, UUID]:
    db.session.rollback()
    return {row[0]: row[1] for row in db.session.execute(select(Patient.id, Patient.coordinator_id))}


def test_a_lead_hands_all_over_in_one_act(client: FlaskClient, world: World, noor: Person) -> None:
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
    priya = signed_in(client, world.priya)
    ended = client.post(f"/api/patients/{world.khan_patient.id}/end", headers=priya, json={"reason": "discharged"})
    assert ended.status_code == 200
    done = hand_over(client, world, world.lead, world.priya.id, noor.id)
    assert (done.status_code, done.get_json()) == (200, {"handed_over": 1})
    assert coordinators() == {world.mary_patient.id: noor.id, world.khan_patient.id: world.priya.id}
    again = hand_over(client, world, world.lead, world.priya.id, noor.id)
    assert again.get_json() == {"handed_over": 0}


def test_every_patient_is_noted_and_their_todos_go_along(client: FlaskClient, world: World, noor: Person) -> None:
    assert hand_over(client, world, world.lead, world.priya.id, noor.id).get_json() == {"handed_over": 2}
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "hand_over")).all()
    assert {(one.patient_id, one.actor_id, one.role) for one in noted} == {
        (world.mary_patient.id, world.lead.id, "lead"),
        (world.khan_patient.id, world.lead.id, "lead"),
    }
    assert set(db.session.scalars(select(Todo.owner_id).where(Todo.done_at.is_(None)))) <= {noor.id}


def test_then_the_role_of_the_former_coordinator_can_end(client: FlaskClient, world: World, noor: Person) -> None:
    admin, members = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    (priya,) = [
        one["id"] for one in client.get(members, headers=admin).get_json()["items"] if one["given_name"] == "Priya"
    ]
    assert client.delete(f"{members}/{priya}", headers=admin).status_code == 409
    hand_over(client, world, world.lead, world.priya.id, noor.id)
    assert client.delete(f"{members}/{priya}", headers=admin).status_code == 204


REFUSED: dict[str, tuple[str, Ids, int]] = {
    "by a coordinator": ("priya", lambda w, n: (w.priya.id, n.id), 403),
    "by an admin": ("admin", lambda w, n: (w.priya.id, n.id), 403),
    "by a coordinator elsewhere": ("other_coordinator", lambda w, n: (w.priya.id, n.id), 403),
    "to somebody who coordinates nothing": ("lead", lambda w, n: (w.priya.id, w.lind.id), 422),
    "to a coordinator elsewhere": ("lead", lambda w, n: (w.priya.id, w.other_coordinator.id), 422),
    "to nobody": ("lead", lambda w, n: (w.priya.id, uuid4()), 422),
    "to the same": ("lead", lambda w, n: (w.priya.id, w.priya.id), 422),
}


@pytest.mark.parametrize(("who", "ids", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(
    client: FlaskClient, world: World, noor: Person, who: str, ids: Ids, status: int
) -> None:
    before = coordinators()
    answer = hand_over(client, world, getattr(world, who), *ids(world, noor))
    assert answer.status_code == status
    assert coordinators() == before
    noted = select(AuditEntry.id).where(AuditEntry.action == "hand_over")
    assert db.session.scalars(noted).all() == []


def test_a_lead_elsewhere_finds_no_such_team(client: FlaskClient, world: World, noor: Person) -> None:
    with unit_of_work():
        teams.give_role(world.elsewhere.id, world.other_team.id, world.other_coordinator.id, Role.LEAD)
    before = coordinators()
    assert hand_over(client, world, world.other_coordinator, world.priya.id, noor.id).status_code == 404
    assert coordinators() == before


def test_how_many_patients_each_has_is_counted_without_names(client: FlaskClient, world: World, noor: Person) -> None:
    path = f"/api/teams/{world.team.id}/caseloads"
    for who in (world.admin, world.lead):
        answer = client.get(path, headers=signed_in(client, who))
        assert answer.get_json() == {"items": [{"person_id": str(world.priya.id), "patients": 2}]}
    assert client.get(path, headers=signed_in(client, world.priya)).status_code == 403
    with unit_of_work():
        teams.give_role(world.elsewhere.id, None, world.other_coordinator.id, Role.ADMIN)
    assert client.get(path, headers=signed_in(client, world.other_coordinator)).status_code == 404
