"""The worklist over the API, given again while nothing changed: always what a list made afresh would say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Permission
from app.core import clock
from app.core.audit.entries import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.todos import service as todos
from app.todos.models import Todo
from tests.alerts.sending import Sender, alerts
from tests.conftest import NOW
from tests.people import World, signed_in

Asked = Callable[[], str]
FORGOTTEN = timedelta(seconds=61)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Sender:
    return Sender(client, signed_in(client, world.mary), world.mary_patient.id)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world.priya)


@pytest.fixture
def asked(client: FlaskClient, priya: dict[str, str]) -> Asked:
    """Asks twice, so that the second may be what was kept; then when that is forgotten; all three are the same."""

    def ask() -> str:
        answers = [client.get("/api/worklist", headers=priya) for _ in range(2)]
        with clock.at(NOW + FORGOTTEN):
            answers.append(client.get("/api/worklist", headers=priya))
        assert [one.status_code for one in answers] == [200] * 3
        assert len({one.text for one in answers}) == 1
        return answers[-1].text

    return ask


def test_whatever_changes_on_it_the_next_asker_is_told(
    client: FlaskClient, world: World, mary: Sender, priya: dict[str, str], asked: Asked
) -> None:
    told = [asked()]

    def changed(what: str) -> None:
        answer = asked()
        assert answer not in told, what
        told.append(answer)

    mary.oxygen(93)
    changed("an alert opens")
    mary.oxygen(80)
    changed("it becomes worse")
    url = f"/api/patients/{world.mary_patient.id}/alerts/{alerts()[-1].id}"
    assert client.post(f"{url}/acknowledge", headers=priya).status_code == 200
    changed("somebody takes it")
    patient = patients.admitted_one(world.khan_patient.id)
    with unit_of_work():
        todos.add(patient, "check_number", "1", "Check the number")
    changed("a to-do is added")
    with unit_of_work():
        todos.add(patient, "check_number", "2", "Check the other number")
    changed("another, which is due later or at the same time")
    with unit_of_work():
        db.session.scalars(select(Todo).where(Todo.done_at.is_(None)).limit(1)).one().reason = "Check it at once"
    changed("a to-do has other words")
    with unit_of_work():
        one = db.session.scalars(select(Todo).where(Todo.done_at.is_(None)).limit(1)).one()
        one.done_at, one.done_by = NOW, world.priya.id
    changed("a to-do is done")
    closed = client.post(f"{url}/resolve", json={"outcome": "patient_well"}, headers=priya)
    assert closed.status_code == 200
    changed("the alert is resolved")


def test_each_look_is_noted_also_at_a_list_given_again(
    client: FlaskClient, world: World, mary: Sender, priya: dict[str, str]
) -> None:
    mary.oxygen(80)
    with unit_of_work():
        todos.add(patients.admitted_one(world.khan_patient.id), "check_number", "1", "Check the number")
    for _ in range(3):
        assert client.get("/api/worklist", headers=priya).status_code == 200
    looks = (AuditEntry.actor_id == world.priya.id, AuditEntry.action == str(Permission.SEE_CASELOAD))
    noted = db.session.scalars(select(AuditEntry.patient_ids).where(*looks)).all()
    assert [set(one) for one in noted] == [{world.mary_patient.id, world.khan_patient.id}] * 3


def test_nobody_of_another_team_is_given_what_was_kept(
    client: FlaskClient, world: World, mary: Sender, priya: dict[str, str]
) -> None:
    mary.oxygen(80)
    assert client.get("/api/worklist", headers=priya).get_json()["count"] == 1
    theirs = client.get("/api/worklist", headers=signed_in(client, world.other_coordinator)).get_json()
    assert (theirs["count"], theirs["items"]) == (0, [])


def test_a_name_that_is_corrected_shows_within_a_minute(
    client: FlaskClient, world: World, mary: Sender, priya: dict[str, str]
) -> None:
    mary.oxygen(80)
    assert "Mary Okafor" in client.get("/api/worklist", headers=priya).text
    with unit_of_work():
        world.mary.given_name = "Maria"
    assert "Mary Okafor" in client.get("/api/worklist", headers=priya).text
    with clock.at(NOW + FORGOTTEN):
        assert "Maria Okafor" in client.get("/api/worklist", headers=priya).text
