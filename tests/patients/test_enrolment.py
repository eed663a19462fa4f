"""Enrolment over HTTP and in SQL: one person, again after the end of care, and who may do it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import clock, embedded
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import Conflict
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import service
from app.patients.models import Patient
from app.teams import service as teams
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.queries_counted import counted, waiting_for_a_lock

ANN = {
    "given_name": "Ann",
    "family_name": "Reed",
    "phone": "07700 900301",
    "email": "ann.reed@kith.example",
    "language": "cy",
    "nhs_number": "943 476 5919",
    "born_on": "1950-02-28",
    "zone": "Europe/London",
    "conditions": ["Diabetes"],
    "allergies": "Latex",
    "communication_needs": "Welsh, please",
}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def enrol(client: FlaskClient, world: World, headers: dict[str, str], **changes: Any) -> TestResponse:
    body = {**ANN, "coordinator_id": str(world.priya.id), **changes}
    return client.post(f"/api/teams/{world.team.id}/patients", headers=headers | key(), json=body)


def end(client: FlaskClient, headers: dict[str, str], patient_id: str, reason: str = "moved") -> TestResponse:
    return client.post(f"/api/patients/{patient_id}/end", headers=headers, json={"reason": reason})


def test_a_coordinator_enrols_somebody_and_reads_the_record(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    made = enrol(client, world, priya)
    assert made.status_code == 201
    patient = made.get_json()
    assert patient | ANN | {"phone": "+447700900301", "nhs_number": "9434765919"} == patient
    assert patient["coordinator"]["name"] == "Priya Shah"
    assert patient["team"]["name"] == "Riverside Long-Term Conditions"
    assert (patient["ended_at"], patient["is_pregnant"], patient["version"]) == (None, False, 1)
    read = client.get(f"/api/patients/{patient['id']}", headers=priya)
    assert (read.get_json(), read.headers["ETag"]) == (patient, '"1"')
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "enrol")).one()
    assert (str(entry.patient_id), entry.actor_id, entry.role) == (patient["id"], world.priya.id, "coordinator")


def test_what_is_personal_is_sealed_in_the_table(client: FlaskClient, world: World) -> None:
    patient = enrol(client, world, signed_in(client, world.priya)).get_json()
    row = db.session.execute(text("select p::text from patient p where id = :id"), {"id": patient["id"]}).scalar_one()
    for secret in ("9434765919", "Latex", "Welsh"):
        assert secret not in row
        assert secret.encode().hex() not in row


def test_who_may_enrol(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        nights = teams.add_team(world.organisation.id, "Riverside Nights")
    here, there = f"/api/teams/{world.team.id}/patients", f"/api/teams/{nights.id}/patients"
    body = {**ANN, "coordinator_id": str(world.priya.id)}
    cases = (
        (world.lind, here, 403),  # a clinician does not enrol
        (world.admin, here, 403),  # nor does an admin
        (world.mary, here, 403),
        (world.stranger, here, 403),
        (world.priya, there, 403),  # a coordinator, but of another team of the organisation
        (world.other_coordinator, here, 404),  # of another organisation
        (world.priya, f"/api/teams/{uuid4()}/patients", 404),
        (world.lead, here, 201),
    )
    for person, path, status in cases:
        answer = client.post(path, headers=signed_in(client, person) | key(), json=body)
        assert answer.status_code == status, (person.name, path)
        imported = client.post(f"{path}/import", headers=signed_in(client, person), json={"csv": "no list"})
        assert imported.status_code == (422 if status == 201 else status)
    assert client.post(here, headers=key(), json=body).status_code == 401


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "role": ({"role": "admin"}, "/role"),
    "patient_id": ({"patient_id": str(uuid4())}, "/patient_id"),
    "verified": ({"verified": True}, "/verified"),
    "organisation_id": ({"organisation_id": str(uuid4())}, "/organisation_id"),
    "ended_at": ({"ended_at": None}, "/ended_at"),
    "a name with NUL": ({"given_name": "A\x00n"}, "/given_name"),
    "a name of spaces": ({"given_name": "   "}, "/given_name"),
    "a name that is a list": ({"family_name": ["Reed"]}, "/family_name"),
    "a phone that is none": ({"phone": "12"}, "/phone"),
    "an e-mail that is none": ({"email": "ann"}, "/email"),
    "a language in words": ({"language": "Welsh"}, "/language"),
    "an unknown zone": ({"zone": "Mars/Olympus"}, "/zone"),
    "a wrong check digit": ({"nhs_number": "9434765918"}, "/nhs_number"),
    "a number as a number": ({"nhs_number": 9434765919}, "/nhs_number"),
    "born tomorrow": ({"born_on": "2026-11-19"}, "/born_on"),
    "born before 1900": ({"born_on": "1899-12-31"}, "/born_on"),
    "born at no date": ({"born_on": "yesterday"}, "/born_on"),
    "pregnant in words": ({"is_pregnant": "yes"}, "/is_pregnant"),
    "pregnant as one": ({"is_pregnant": 1}, "/is_pregnant"),
    "conditions in one text": ({"conditions": "COPD"}, "/conditions"),
    "a condition with NUL": ({"conditions": ["CO\x00PD"]}, "/conditions/0"),
    "too many conditions": ({"conditions": ["COPD"] * 51}, "/conditions"),
    "allergies of a book": ({"allergies": "a" * 2001}, "/allergies"),
    "no way to be found": ({"phone": None, "email": None, "nhs_number": None}, "/phone"),
    "a coordinator who is none": ({"coordinator_id": "Priya"}, "/coordinator_id"),
    "no coordinator": ({"coordinator_id": None}, "/coordinator_id"),
}


@pytest.mark.parametrize(("changes", "pointer"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(
    client: FlaskClient, world: World, changes: dict[str, Any], pointer: str
) -> None:
    before = count(Person), count(Patient)
    answer = enrol(client, world, signed_in(client, world.priya), **changes)
    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.get_json()["errors"]]
    assert (count(Person), count(Patient)) == before


def count(table: type[Person] | type[Patient]) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_coordinator_must_be_one_of_that_team_now(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    for person in (world.lind, world.other_coordinator, world.mary, world.lead):
        assert enrol(client, world, priya, coordinator_id=str(person.id)).status_code == 422
    with unit_of_work():
        left = teams.give_role(world.organisation.id, world.team.id, world.stranger.id, Role.COORDINATOR)
        teams.end_role(world.team, left.id)
    assert enrol(client, world, priya, coordinator_id=str(world.stranger.id)).status_code == 422


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("coordinator_id", "null"),
        ("coordinator_id", "(select id from person where given_name = 'Anna')"),  # a clinician of the team
        ("coordinator_id", "(select id from person where given_name = 'Owen')"),  # a coordinator of another team
        ("coordinator_role", "'clinician'"),
        ("coordinator_role", "null"),
        ("team_id", "(select id from team where name = 'Hillside Community Team')"),  # a team without her
        ("team_id", "null"),
    ],
)
def test_the_database_holds_exactly_one_coordinator_of_the_team(world: World, column: str, value: str) -> None:
    change = text(f"update patient set {column} = {value} where id = :id")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(change, {"id": world.mary_patient.id})


def test_the_database_keeps_a_coordinators_membership(server: embedded.Server, database: str, world: World) -> None:
    url = server.url("kith_owner", database).replace("+psycopg", "")
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("delete from membership where person_id = %s", (world.priya.id,))


def test_an_nhs_number_is_one_record_in_an_organisation_and_free_in_another(client: FlaskClient, world: World) -> None:
    priya, owen = signed_in(client, world.priya), signed_in(client, world.other_coordinator)
    assert enrol(client, world, priya).status_code == 201
    again = enrol(client, world, priya)
    assert again.status_code == 409
    somebody_else = {"given_name": "Bob", "phone": "07700 900302", "email": None}
    refused = enrol(client, world, priya, **somebody_else)
    assert refused.status_code == 409
    assert "Ann" not in refused.get_data(as_text=True)
    elsewhere = f"/api/teams/{world.other_team.id}/patients"
    body = {**ANN, "coordinator_id": str(world.other_coordinator.id)}
    made = client.post(elsewhere, headers=owen | key(), json=body)
    assert made.status_code == 201
    assert client.get(f"/api/patients/{made.get_json()['id']}", headers=priya).status_code == 404


def test_enrolling_again_reopens_the_record_and_keeps_what_is_not_said(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    first = enrol(client, world, priya).get_json()
    assert end(client, priya, first["id"]).status_code == 200
    with clock.at(NOW + timedelta(minutes=5)):
        again = enrol(client, world, priya, phone="07700 900399", email=None, allergies=None, conditions=["COPD"])
    assert again.status_code == 201
    record = again.get_json()
    assert (record["id"], record["ended_at"], record["ended_reason"]) == (first["id"], None, None)
    assert (record["phone"], record["email"]) == ("+447700900399", "ann.reed@kith.example")
    assert (record["allergies"], record["conditions"]) == ("Latex", ["COPD"])
    assert record["enrolled_at"] > first["enrolled_at"]
    assert count(Patient) == 3


def test_an_ended_record_is_not_reopened_for_another_number_or_name(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    first = enrol(client, world, priya).get_json()
    end(client, priya, first["id"])
    assert enrol(client, world, priya, nhs_number="999 000 0034").status_code == 409
    assert enrol(client, world, priya, given_name="Bob", phone="07700 900302", email=None).status_code == 409
    assert client.get(f"/api/patients/{first['id']}", headers=priya).get_json()["ended_reason"] == "moved"


def test_somebody_known_elsewhere_is_found_and_stays_as_they_are(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    owen = {"given_name": "Owen", "family_name": "Pugh", "email": "owen.pugh@kith.example", "phone": "07700 900777"}
    made = enrol(client, world, priya, **owen)
    assert made.status_code == 201
    assert made.get_json()["phone"] == "+447700900104"
    assert enrol(client, world, priya, **owen | {"given_name": "Evan"}, nhs_number=None).status_code == 409


def test_a_role_cannot_end_while_an_enrolment_under_it_is_on_its_way(
    world: World, server: embedded.Server, database: str
) -> None:
    """The enrolment locks the coordinator's membership, so ending the role waits and then sees the patient."""
    url = server.url("kith_app", database).replace("+psycopg", "")
    with unit_of_work():
        new = service.NewPatient(coordinator_id=world.priya.id)
        service.enrol(world.team, world.stranger, new)
        with psycopg.connect(url) as other:
            other.execute("set lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("select id from membership where person_id = %s for update", (world.priya.id,))
    held = teams.give_role(world.organisation.id, world.team.id, world.priya.id, Role.COORDINATOR)
    with pytest.raises(Conflict, match="3 patients"):
        teams.end_role(world.team, held.id)


def test_an_enrolment_waits_for_a_role_that_is_being_ended_and_is_refused(
    client: FlaskClient, world: World, server: embedded.Server, database: str
) -> None:
    url, priya = server.url("kith_app", database).replace("+psycopg", ""), signed_in(client, world.priya)
    with psycopg.connect(url) as ending, ThreadPoolExecutor(1) as thread:
        hers = (world.priya.id,)
        ending.execute("select id from membership where person_id = %s for update", hers)
        ending.execute("update membership set ended_at = now() where person_id = %s", hers)
        enrolment = thread.submit(enrol, client, world, priya)
        while not waiting_for_a_lock(url):
            assert not enrolment.done()
        ending.commit()
        assert enrolment.result(timeout=10).status_code == 422


def test_the_list_of_a_team_is_flat_and_paged(client: FlaskClient, world: World) -> None:
    priya, path = signed_in(client, world.priya), f"/api/teams/{world.team.id}/patients"
    with counted() as few:
        assert len(client.get(path, headers=priya).get_json()["items"]) == 2
    for number in range(3):
        enrol(client, world, priya, phone=f"07700 90040{number}", email=None, nhs_number=None)
    with counted() as more:
        assert len(client.get(path, headers=priya).get_json()["items"]) == 5
    assert len(few) == len(more)
    seen: list[str] = []
    query = "?limit=2"
    for _ in range(3):
        page = client.get(path + query, headers=priya).get_json()
        seen += [item["id"] for item in page["items"]]
        query = f"?limit=2&cursor={page['next']}"
    assert (len(seen), len(set(seen)), page["next"]) == (5, 5, None)
    for wrong in ("?limit=0", "?limit=201", "?limit=x", "?limit=1.5", "?cursor=forged", "?verified=true"):
        assert client.get(path + wrong, headers=priya).status_code == 422, wrong
    assert client.get(path, headers=signed_in(client, world.lind)).status_code == 200
    assert client.get(path, headers=signed_in(client, world.other_coordinator)).status_code == 404
    assert client.get(path, headers=signed_in(client, world.admin)).status_code == 403
