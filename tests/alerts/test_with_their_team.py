"""An alert and a to-do stand with the team that has the patient, however they came to another one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access.roles import Role
from app.alerts.models import Alert
from app.alerts.service import passing_on
from app.core import events, rows
from app.core.db import db
from app.core.events import EventRerun
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.patients import service as enrolling
from app.patients.events import HandedOver
from app.patients.models import Patient
from app.patients.service import changing
from app.teams import service as teams
from app.teams.models import Team
from app.todos import service as todos
from app.todos.models import Todo
from tests.alerts.sending import Sender, alerts, history
from tests.people import World, signed_in
from tests.texting.conftest import Refusing, refusing

__all__ = ["refusing"]  # a fixture


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Sender:
    return Sender(client, signed_in(client, world.mary), world.mary_patient.id)


@pytest.fixture
def nights(world: World) -> Team:
    """Another team of the organisation; somebody new coordinates there."""
    with unit_of_work():
        team = teams.add_team(world.organisation.id, "Riverside Nights")
        teams.give_role(world.organisation.id, team.id, world.stranger.id, Role.COORDINATOR)
    return team


def what_waits_for(client: FlaskClient, who: dict[str, str]) -> list[tuple[str, str]]:
    return [(one["kind"], one["owner"]) for one in client.get("/api/worklist", headers=who).get_json()["items"]]


def test_what_was_open_when_care_ended_goes_to_the_team_that_begins_again(
    client: FlaskClient, world: World, mary: Sender, nights: Team
) -> None:
    mary.oxygen(88)
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        todos.add(patient, "check_number", "1", "Check the number")
        changing.end_care(patient, "moved")
    with unit_of_work():
        enrolling.enrol(nights, world.mary, enrolling.NewPatient(coordinator_id=world.stranger.id))
    newcomer, priya, name = signed_in(client, world.stranger), signed_in(client, world.priya), world.stranger.name
    assert what_waits_for(client, newcomer) == [("alert", name), ("todo", name)]
    assert what_waits_for(client, priya) == []
    assert history(alerts()[0]) == ["opened", "handed_over"]


def test_what_was_written_while_the_patient_was_handed_over_follows_within_a_minute(
    client: FlaskClient, world: World, mary: Sender, nights: Team
) -> None:
    mary.oxygen(88)
    record = f"/api/patients/{world.mary_patient.id}"
    priya = signed_in(client, world.priya)
    change = {"team_id": str(nights.id), "coordinator_id": str(world.stranger.id)}
    tag = client.get(record, headers=priya).headers["ETag"]
    assert client.patch(record, json=change, headers=priya | {"If-Match": tag}).status_code == 200
    with unit_of_work():  # as a transaction leaves them that began before the hand-over and committed after it
        todos.add(patients.admitted_one(world.mary_patient.id), "check_number", "1", "Check the number")
        for table in (Alert, Todo):
            db.session.execute(update(table).values(team_id=world.team.id, owner_id=world.priya.id))
    newcomer, name = signed_in(client, world.stranger), world.stranger.name
    assert what_waits_for(client, newcomer) == []
    for _ in range(2):
        bring_home()
    assert what_waits_for(client, newcomer) == [("alert", name), ("todo", name)]
    assert what_waits_for(client, priya) == []
    assert history(alerts()[0]) == ["opened", "handed_over", "handed_over"]


def bring_home() -> None:
    with rows.within(rows.SERVICE), unit_of_work():
        passing_on.bring_home()


def test_it_follows_within_a_team_too(client: FlaskClient, world: World, mary: Sender) -> None:
    """Priya is on leave and all of hers are handed over, while an alert of Mary is written with her as its owner."""
    mary.oxygen(88)
    with unit_of_work():
        todos.add(patients.admitted_one(world.mary_patient.id), "check_number", "1", "Check the number")
        teams.give_role(world.organisation.id, world.team.id, world.lind.id, Role.COORDINATOR)
        db.session.get_one(Patient, world.mary_patient.id).coordinator_id = world.lind.id
    for _ in range(2):
        bring_home()
    name = world.lind.name
    assert what_waits_for(client, signed_in(client, world.priya)) == [("alert", name), ("todo", name)]
    assert history(alerts()[0]) == ["opened", "handed_over"]


def test_whoever_was_named_since_owns_it_however_late_the_hand_over_is_heard_of(
    client: FlaskClient, world: World, mary: Sender, nights: Team
) -> None:
    mary.oxygen(88)
    with unit_of_work():
        record = db.session.get_one(Patient, world.mary_patient.id)
        late = HandedOver(record.organisation_id, record.id)
        record.team_id, record.coordinator_id = nights.id, world.stranger.id
    with rows.within(rows.SERVICE), unit_of_work():
        events.publish(late)
    assert what_waits_for(client, signed_in(client, world.stranger)) == [("alert", world.stranger.name)]


def test_one_whose_hand_over_fails_is_run_again_and_not_asked_for_each_minute(
    world: World, mary: Sender, nights: Team, refusing: Refusing
) -> None:
    mary.oxygen(88)
    with unit_of_work():
        record = db.session.get_one(Patient, world.mary_patient.id)
        record.team_id, record.coordinator_id = nights.id, world.stranger.id
    with refusing("alert", "version = 1"):
        for _ in range(3):
            bring_home()
        reruns = db.session.scalars(select(EventRerun).where(EventRerun.done_at.is_(None))).all()
        assert [one.handler for one in reruns] == ["pass alerts on"]
