"""A patient's record: reading, changing, handing over, and the end of care."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import clock, events
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.events import Handler
from app.core.unit_of_work import unit_of_work
from app.patients import queries
from app.patients.events import CareEnded
from app.patients.models import Patient
from app.teams import service as teams
from app.todos import service as todos
from app.todos.models import Todo
from tests.people import World, signed_in


def path(world: World) -> str:
    return f"/api/patients/{world.mary_patient.id}"


def patch(client: FlaskClient, world: World, headers: dict[str, str], body: Any, version: int = 1) -> TestResponse:
    return client.patch(path(world), headers=headers | {"If-Match": f'"{version}"'}, json=body)


def test_who_reads_the_record(client: FlaskClient, world: World) -> None:
    cases = (
        (world.mary, 200),
        (world.priya, 200),
        (world.lind, 200),
        (world.lead, 200),
        (world.tom, 403),  # in the circle, but who she is and where she lives is not in his grants
        (world.adeyemi, 403),
        (world.device, 403),
        (world.khan, 404),
        (world.admin, 404),
        (world.stranger, 404),
        (world.other_coordinator, 404),
    )
    for person, status in cases:
        answer = client.get(path(world), headers=signed_in(client, person))
        assert answer.status_code == status, person.name
        if status != 200:
            assert "Okafor" not in answer.get_data(as_text=True)
    refused = db.session.scalars(select(AuditEntry.role).where(AuditEntry.action == "refused see_patient")).all()
    assert sorted(refused) == ["member", "service", *["stranger"] * 4, "visitor"]


def test_a_record_is_changed_with_the_version_last_read(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    changes = {
        "allergies": None,
        "conditions": ["COPD"],
        "communication_needs": "Large print",
        "zone": "Europe/Lisbon",
        "nhs_number": "943 476 5919",
        "born_on": "1948-03-10",
        "is_pregnant": False,
    }
    assert client.patch(path(world), headers=priya, json=changes).status_code == 428
    assert patch(client, world, priya, changes, version=2).status_code == 412
    changed = patch(client, world, priya, changes)
    assert changed.status_code == 200
    body = changed.get_json()
    assert body | changes | {"nhs_number": "9434765919"} == body
    assert changed.headers["ETag"] == '"2"'
    assert patch(client, world, priya, {"zone": "Europe/London"}).status_code == 412


def test_a_change_of_contact_alone_is_a_new_version(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    changed = patch(client, world, priya, {"phone": "07700 900555", "language": "ig"})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.get_json()["phone"], changed.get_json()["language"]) == ("+447700900555", "ig")
    assert patch(client, world, priya, {"phone": "07700 900203"}, version=2).status_code == 409  # Tom's
    assert client.get(path(world), headers=priya).get_json()["phone"] == "+447700900555"


def test_who_may_change_the_record(client: FlaskClient, world: World) -> None:
    cases = ((world.mary, 403), (world.lind, 403), (world.tom, 403), (world.stranger, 404), (world.lead, 200))
    for person, status in cases:
        assert patch(client, world, signed_in(client, person), {"zone": "Europe/London"}).status_code == status
    for person, status in ((world.mary, 403), (world.lind, 403), (world.other_coordinator, 404), (world.lead, 200)):
        ended = client.post(f"{path(world)}/end", headers=signed_in(client, person), json={"reason": "moved"})
        assert ended.status_code == status


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "role": ({"role": "admin"}, "/role"),
    "patient_id": ({"patient_id": str(uuid4())}, "/patient_id"),
    "verified": ({"verified": True}, "/verified"),
    "version": ({"version": 7}, "/version"),
    "organisation_id": ({"organisation_id": str(uuid4())}, "/organisation_id"),
    "a null name": ({"given_name": None}, "/given_name"),
    "a null coordinator": ({"coordinator_id": None}, "/coordinator_id"),
    "needs with NUL": ({"communication_needs": "\x00"}, "/communication_needs"),
    "born in the future": ({"born_on": "2027-01-01"}, "/born_on"),
    "a wrong check digit": ({"nhs_number": "9990000019"}, "/nhs_number"),
    "an unknown zone": ({"zone": "Nowhere"}, "/zone"),
    "a phone that is none": ({"phone": "x"}, "/phone"),
}


@pytest.mark.parametrize(("body", "pointer"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(client: FlaskClient, world: World, body: dict[str, Any], pointer: str) -> None:
    answer = patch(client, world, signed_in(client, world.priya), body)
    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.get_json()["errors"]]
    assert client.get(path(world), headers=signed_in(client, world.priya)).headers["ETag"] == '"1"'


def test_a_number_of_another_record_is_refused(client: FlaskClient, world: World) -> None:
    answer = patch(client, world, signed_in(client, world.priya), {"nhs_number": "999 000 0026"})  # Mr Khan's
    assert answer.status_code == 409


def test_staff_who_are_patients_keep_their_sign_in(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        teams.give_role(world.elsewhere.id, world.other_team.id, world.mary.id, Role.CLINICIAN)
    priya = signed_in(client, world.priya)
    assert patch(client, world, priya, {"email": "other@kith.example"}).status_code == 409
    assert patch(client, world, priya, {"conditions": []}).status_code == 200


def test_handing_over_takes_the_open_to_dos_along(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        nights = teams.add_team(world.organisation.id, "Riverside Nights")
        teams.give_role(world.organisation.id, nights.id, world.lead.id, Role.COORDINATOR)
        mary = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
        todos.add(mary, "check_number", "reading 1", "Check this number")
    priya = signed_in(client, world.priya)
    assert patch(client, world, priya, {"team_id": str(nights.id)}).status_code == 422  # Priya is none of theirs
    elsewhere = {"team_id": str(world.other_team.id), "coordinator_id": str(world.other_coordinator.id)}
    assert patch(client, world, priya, elsewhere).status_code == 404
    over = patch(client, world, priya, {"team_id": str(nights.id), "coordinator_id": str(world.lead.id)})
    assert over.status_code == 200
    assert over.get_json()["coordinator"]["name"] == "Grace Mensah"
    assert client.get(path(world), headers=priya).status_code == 404
    (todo,) = db.session.scalars(select(Todo).execution_options(populate_existing=True)).all()
    assert (todo.team_id, todo.owner_id) == (nights.id, world.lead.id)


@pytest.mark.parametrize("reason", ["died", "moved", "discharged", "declined"])
def test_care_ends_once_with_its_reason(client: FlaskClient, world: World, reason: str) -> None:
    priya, tom = signed_in(client, world.priya), signed_in(client, world.tom)
    ended = client.post(f"{path(world)}/end", headers=priya, json={"reason": reason})
    assert (ended.status_code, ended.get_json()["ended_reason"]) == (200, reason)
    again = client.post(f"{path(world)}/end", headers=priya, json={"reason": reason})
    assert again.status_code == 409
    # What was granted runs until its day; nobody is given more.
    circles = client.get("/api/me", headers=tom).get_json()["circles"]
    assert [len(circle["grants"]) for circle in circles] == [1]
    member = client.get(f"{path(world)}/circle", headers=priya).get_json()["items"][0]["id"]
    grant = {"category": "plan", "right": "see", "ends_on": "2026-12-01", "wording_version": 1}
    more = client.post(
        f"{path(world)}/circle/{member}/grants", headers=priya | {"Idempotency-Key": str(uuid4())}, json=grant
    )
    assert more.status_code == 409
    assert client.delete(f"{path(world)}/circle/{member}", headers=priya).status_code == 204


def test_the_end_of_care_is_told_in_the_same_transaction(client: FlaskClient, world: World) -> None:
    told: list[CareEnded] = []
    listener = Handler("test.listens", consider=lambda event: event, act=told.append)
    events.subscribe(CareEnded, listener)
    try:
        client.post(f"{path(world)}/end", headers=signed_in(client, world.priya), json={"reason": "died"})
    finally:
        events._handlers[CareEnded].remove(listener)
    (event,) = told
    assert (event.patient_id, event.organisation_id, event.reason) == (
        world.mary_patient.id,
        world.organisation.id,
        "died",
    )


def test_the_end_of_care_takes_only_a_reason_of_the_list(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    for body in ({}, {"reason": "bored"}, {"reason": None}, {"reason": "died", "verified": True}, [], "died"):
        assert client.post(f"{path(world)}/end", headers=priya, json=body).status_code == 422, body
    patient = db.session.get_one(Patient, world.mary_patient.id, populate_existing=True)
    assert patient.ended_at is None


@pytest.mark.parametrize(
    "change",
    ["ended_reason = 'died'", "ended_at = now()", "ended_at = now(), ended_reason = 'bored'"],
)
def test_the_database_knows_no_end_without_a_reason(world: World, change: str) -> None:
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text(f"update patient set {change} where id = :id"), {"id": world.mary_patient.id})


def test_an_ended_record_can_be_corrected_after_its_coordinator_left(client: FlaskClient, world: World) -> None:
    """As they could before whoever leaves had to hand over also those whose care has ended."""
    lead = signed_in(client, world.lead)
    for patient in (world.mary_patient, world.khan_patient):
        client.post(f"/api/patients/{patient.id}/end", headers=lead, json={"reason": "moved"})
    with unit_of_work():
        held = teams.give_role(world.organisation.id, world.team.id, world.priya.id, Role.COORDINATOR)
        held.ended_at = clock.now()
    assert patch(client, world, lead, {"born_on": "1948-03-11"}, version=2).status_code == 200
