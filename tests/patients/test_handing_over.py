"""Hand over all: every patient of one coordinator to another of the same team, in one act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.guards import Caller
from app.access.roles import Role
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.patients.service import emergency, handing_over
from app.teams import service as teams
from app.todos import service as todos
from app.todos.models import Todo
from tests.alerts.sending import Sender, alerts
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.web.browsing import Browser, words

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
    assert (done.status_code, done.get_json()) == (200, {"handed_over": 2})
    assert coordinators() == {world.mary_patient.id: noor.id, world.khan_patient.id: noor.id}
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


def test_what_is_open_after_the_end_of_care_stays_with_somebody_who_works_here(
    client: FlaskClient, world: World, noor: Person
) -> None:
    """Mr Khan's care ends with a red alert and a to-do open, and his coordinator leaves."""
    khan = Sender(client, signed_in(client, world.khan), world.khan_patient.id)
    khan.oxygen(70)
    lead, team = signed_in(client, world.lead), f"/api/teams/{world.team.id}"
    with unit_of_work():
        for one in (world.mary_patient, world.khan_patient):
            patient = patients.admitted([one.id])[one.id]
            todos.add(patient, "check_number", "a reading", "Is 380 right?")
            service.end_care(patient, "discharged")
    listed = client.get(f"{team}/members", headers=lead).get_json()["items"]
    (priya,) = [one["id"] for one in listed if one["given_name"] == "Priya"]
    assert client.delete(f"{team}/members/{priya}", headers=lead).status_code == 409
    page = Browser(client.application.test_client())
    page.have_session(world.lead)
    assert "Priya Shah (0 patients)" in words(page.get(f"/admin/teams/{world.team.id}"))
    assert hand_over(client, world, world.lead, world.priya.id, noor.id).get_json() == {"handed_over": 2}
    assert client.delete(f"{team}/members/{priya}", headers=lead).status_code == 204
    db.session.rollback()
    assert {one.owner_id for one in alerts()} == {noor.id}
    assert set(db.session.scalars(select(Todo.owner_id))) == {noor.id}


def caller(person: Person, *memberships: tuple[UUID, UUID | None, Role]) -> Caller:
    return Caller(person.id, uuid4(), person.given_name, person.family_name, False, memberships, True, NOW)


ACTS: dict[str, Callable[[World, Person], Any]] = {
    "hand over all": lambda w, n: handing_over.hand_over_all(w.team, w.priya.id, n.id, caller(w.lead)),
    "change": lambda w, n: service.change(mary_of(w), w.mary_patient.version, {"coordinator_id": n.id}),
    "end care": lambda w, n: service.end_care(mary_of(w), "discharged"),
    "emergency": lambda w, n: emergency.open_record(
        caller(n, (w.organisation.id, uuid4(), Role.CLINICIAN)), "Found unwell at home.", w.mary_patient.id
    ),
}


def mary_of(world: World) -> AdmittedPatient:
    return patients.admitted([world.mary_patient.id])[world.mary_patient.id]


@pytest.mark.parametrize("act", ACTS)
def test_a_reading_is_taken_while_a_record_is_held(client: FlaskClient, world: World, noor: Person, act: str) -> None:
    """The act has locked Mary's record, and not yet committed, when her reading comes."""
    mary = Sender(client, signed_in(client, world.mary), world.mary_patient.id)
    ACTS[act](world, noor)
    answer = mary.post("weight", 63, "kg")
    db.session.rollback()
    assert answer.status_code == 201, answer.get_json()


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
