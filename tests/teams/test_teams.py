"""Teams over HTTP: what an admin makes and changes, what staff see, what nobody else does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import embedded
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.teams import service
from app.teams.models import Team
from tests.people import World, signed_in
from tests.queries_counted import waiting_for_a_lock

HELP = "Nobody is here now. Call 111, or 999 in an emergency."


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def patch(client: FlaskClient, headers: dict[str, str], team: Team, version: int, body: Any) -> TestResponse:
    return client.patch(f"/api/teams/{team.id}", headers=headers | {"If-Match": f'"{version}"'}, json=body)


def test_an_admin_makes_a_team_and_its_staff_see_it(client: FlaskClient, world: World) -> None:
    admin = signed_in(client, world.admin)
    new = {
        "name": "Riverside Nights",
        "zone": "Europe/London",
        "service_hours": {"sat": ["09:00", "13:00"]},
        "out_of_hours_sentence": HELP,
        "out_of_hours_number": "020 7946 0018",
        "minutes_to_acknowledge": {"red": 30},
    }
    made = client.post("/api/teams", headers=admin | key(), json=new)
    assert made.status_code == 201
    team = made.get_json()
    assert team | new | {"minutes_to_acknowledge": {"emergency": 15, "red": 30, "amber": 480}} == team
    assert team["organisation_id"] == str(world.organisation.id)
    for person in (world.priya, world.lind, world.admin):
        headers = signed_in(client, person)
        names = [item["name"] for item in client.get("/api/teams", headers=headers).get_json()["items"]]
        assert names == ["Riverside Long-Term Conditions", "Riverside Nights"]
        assert client.get(f"/api/teams/{team['id']}", headers=headers).headers["ETag"] == '"1"'


def test_a_team_sent_twice_is_made_once(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.admin) | key()
    answers = [client.post("/api/teams", headers=headers, json={"name": "Nights"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    taken = client.post("/api/teams", headers=headers | key(), json={"name": "Nights"})
    assert taken.status_code == 409


def test_teams_are_made_by_admins_and_run_by_admins_and_their_leads(client: FlaskClient, world: World) -> None:
    version = world.team.version
    for person, status in ((world.priya, 403), (world.lind, 403), (world.mary, 403), (world.stranger, 403)):
        headers = signed_in(client, person)
        assert client.post("/api/teams", headers=headers | key(), json={"name": "Mine"}).status_code == status
        assert patch(client, headers, world.team, version, {"name": "Mine"}).status_code == status
    lead = signed_in(client, world.lead)
    assert client.post("/api/teams", headers=lead | key(), json={"name": "Mine"}).status_code == 403
    assert patch(client, lead, world.team, version, {"lead_id": None}).status_code == 403
    db.session.refresh(world.team)
    assert world.team.version == version
    assert patch(client, lead, world.team, version, {"minutes_to_acknowledge": {"red": 20}}).status_code == 200


def test_a_lead_runs_their_own_team_alone(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        nights = service.add_team(world.organisation.id, "Riverside Nights")
    lead = signed_in(client, world.lead)
    assert client.get(f"/api/teams/{nights.id}", headers=lead).status_code == 200
    assert patch(client, lead, nights, 1, {"name": "Mine"}).status_code == 403
    assert client.post(f"/api/teams/{nights.id}/members", headers=lead | key(), json=NEW_ROLE).status_code == 403
    assert client.get(f"/api/teams/{nights.id}/members", headers=lead).get_json() == {"items": []}


def test_another_organisation_is_not_there(client: FlaskClient, world: World) -> None:
    admin, owen = signed_in(client, world.admin), signed_in(client, world.other_coordinator)
    for method, path in (("get", ""), ("patch", ""), ("get", "/members"), ("post", "/members")):
        answer = getattr(client, method)(
            f"/api/teams/{world.other_team.id}{path}",
            headers=admin | key() | {"If-Match": '"1"'},
            **({"json": NEW_ROLE if method == "post" else {}} if method != "get" else {}),
        )
        assert answer.status_code == 404, (method, path)
    assert client.get(f"/api/teams/{world.team.id}", headers=owen).status_code == 404
    assert client.get(f"/api/teams/{uuid4()}", headers=owen).status_code == 404
    elsewhere = {"name": "Mine", "organisation_id": str(world.elsewhere.id)}
    assert client.post("/api/teams", headers=admin | key(), json=elsewhere).status_code == 422
    assert client.get("/api/teams").status_code == 401


def test_a_change_needs_the_version_last_read(client: FlaskClient, world: World) -> None:
    admin = signed_in(client, world.admin)
    path, version = f"/api/teams/{world.team.id}", world.team.version
    assert client.patch(path, headers=admin, json={"name": "New"}).status_code == 428
    assert patch(client, admin, world.team, version + 7, {"name": "New"}).status_code == 412
    assert client.patch(path, headers=admin | {"If-Match": "*"}, json={"name": "New"}).status_code == 412
    changed = patch(client, admin, world.team, version, {"name": "New", "minutes_to_acknowledge": {"amber": 60}})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == f'"{version + 1}"'
    assert changed.get_json()["minutes_to_acknowledge"] == {"emergency": 15, "red": 15, "amber": 60}
    assert patch(client, admin, world.team, version, {"name": "Older"}).status_code == 412
    assert client.get(path, headers=admin).get_json()["name"] == "New"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "role": ({"role": "admin"}, "/role"),
    "patient_id": ({"patient_id": str(uuid4())}, "/patient_id"),
    "verified": ({"verified": True}, "/verified"),
    "version": ({"version": 9}, "/version"),
    "a name that is a number": ({"name": 5}, "/name"),
    "a name with NUL": ({"name": "a\x00b"}, "/name"),
    "an empty name": ({"name": ""}, "/name"),
    "a name of a page": ({"name": "n" * 101}, "/name"),
    "an unknown zone": ({"zone": "Europe/Nowhere"}, "/zone"),
    "a zone that is a folder": ({"zone": "Europe"}, "/zone"),
    "a zone that climbs": ({"zone": "../../etc/passwd"}, "/zone"),
    "hours that are a list": ({"service_hours": []}, "/service_hours"),
    "hours of an unknown day": ({"service_hours": {"monday": ["08:00", "18:00"]}}, "/service_hours/monday"),
    "hours that end first": ({"service_hours": {"mon": ["18:00", "08:00"]}}, "/service_hours/mon"),
    "hours of no length": ({"service_hours": {"mon": ["08:00", "08:00"]}}, "/service_hours/mon"),
    "hours with one end": ({"service_hours": {"mon": ["08:00"]}}, "/service_hours/mon"),
    "hours in other words": ({"service_hours": {"mon": ["8", "18:00"]}}, "/service_hours/mon/0"),
    "an hour that is none": ({"service_hours": {"mon": ["08:00", "24:00"]}}, "/service_hours/mon/1"),
    "minutes of zero": ({"minutes_to_acknowledge": {"red": 0}}, "/minutes_to_acknowledge/red"),
    "minutes past a day": ({"minutes_to_acknowledge": {"red": 1441}}, "/minutes_to_acknowledge/red"),
    "minutes beyond measure": ({"minutes_to_acknowledge": {"red": 2**62}}, "/minutes_to_acknowledge/red"),
    "minutes as text": ({"minutes_to_acknowledge": {"red": "15"}}, "/minutes_to_acknowledge/red"),
    "minutes of an unknown severity": ({"minutes_to_acknowledge": {"note": 15}}, "/minutes_to_acknowledge/note"),
    "a sentence without help": ({"out_of_hours_sentence": "We are closed."}, "/out_of_hours_sentence"),
    "a number that is none": ({"out_of_hours_number": "call us"}, "/out_of_hours_number"),
    "a lead who is no uuid": ({"lead_id": "Grace"}, "/lead_id"),
}


@pytest.mark.parametrize(("body", "pointer"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_and_named(
    client: FlaskClient, world: World, body: dict[str, Any], pointer: str
) -> None:
    admin, version = signed_in(client, world.admin), world.team.version
    answer = patch(client, admin, world.team, version, body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert pointer in [fault["pointer"] for fault in answer.get_json()["errors"]]
    if "lead_id" not in body:
        assert client.post("/api/teams", headers=admin | key(), json={"name": "Other"} | body).status_code == 422
    db.session.refresh(world.team)
    assert world.team.version == version


def test_no_json_is_no_team(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.admin) | key() | {"Content-Type": "application/json"}
    for body, status in ((b"[]", 422), (b"null", 422), (b"{", 400), (b'{"name": NaN}', 400), (b"\xff", 400)):
        answer = client.post("/api/teams", headers=headers | key(), data=body)
        assert answer.status_code == status, body


NEW_ROLE = {
    "role": "coordinator",
    "given_name": "Noor",
    "family_name": "Haddad",
    "email": "Noor.Haddad@kith.example",
    "phone": "07700 900111",
}


def test_a_role_is_given_to_somebody_new_and_ended(client: FlaskClient, world: World) -> None:
    admin, path = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    given = client.post(path, headers=admin | key(), json=NEW_ROLE)
    assert given.status_code == 201
    member = given.get_json()
    assert (member["given_name"], member["role"]) == ("Noor", "coordinator")
    assert member["id"] in [item["id"] for item in client.get(path, headers=admin).get_json()["items"]]
    assert client.delete(f"{path}/{member['id']}", headers=admin).status_code == 204
    assert member["id"] not in [item["id"] for item in client.get(path, headers=admin).get_json()["items"]]
    assert client.delete(f"{path}/{member['id']}", headers=admin).status_code == 404


def test_a_role_is_given_to_a_colleague_without_changing_them(client: FlaskClient, world: World) -> None:
    admin, path = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    body = {"role": "clinician", "given_name": "priya", "family_name": "SHAH", "email": world.priya.email}
    given = client.post(path, headers=admin | key(), json=body | {"phone": None})
    assert given.get_json()["person_id"] == str(world.priya.id)
    assert given.get_json()["given_name"] == "Priya"
    other_name = body | {"given_name": "Evan"}
    refused = client.post(path, headers=admin | key(), json=other_name)
    assert refused.status_code == 409
    assert "Priya" not in refused.get_data(as_text=True)


def test_only_a_role_of_a_team_can_be_given(client: FlaskClient, world: World) -> None:
    admin, path = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    for change in ({"role": "admin"}, {"role": "patient"}, {"role": None}, {"verified": True}, {"patient_id": "x"}):
        assert client.post(path, headers=admin | key(), json=NEW_ROLE | change).status_code == 422
    for change in ({"email": "not an address"}, {"given_name": "  "}, {"phone": "12"}, {"family_name": "\x00"}):
        assert client.post(path, headers=admin | key(), json=NEW_ROLE | change).status_code == 422
    priya = signed_in(client, world.priya)
    assert client.post(path, headers=priya | key(), json=NEW_ROLE).status_code == 403


def test_a_named_coordinator_cannot_lose_the_role(client: FlaskClient, world: World) -> None:
    admin, path = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    members = {item["given_name"]: item["id"] for item in client.get(path, headers=admin).get_json()["items"]}
    refused = client.delete(f"{path}/{members['Priya']}", headers=admin)
    assert refused.status_code == 409
    assert refused.get_json()["detail"].startswith("2 patients have this person as named coordinator.")
    assert client.delete(f"{path}/{members['Anna']}", headers=admin).status_code == 204
    other = f"/api/teams/{world.other_team.id}/members/{members['Priya']}"
    assert client.delete(other, headers=admin).status_code == 404


def test_the_lead_is_named_from_the_leads_and_cannot_lose_the_role(client: FlaskClient, world: World) -> None:
    admin, path = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    version = world.team.version
    assert patch(client, admin, world.team, version, {"lead_id": str(world.priya.id)}).status_code == 422
    members = {item["given_name"]: item["id"] for item in client.get(path, headers=admin).get_json()["items"]}
    assert client.delete(f"{path}/{members['Grace']}", headers=admin).status_code == 409
    assert patch(client, admin, world.team, version, {"lead_id": None}).status_code == 200
    assert client.delete(f"{path}/{members['Grace']}", headers=admin).status_code == 204


def test_a_role_that_ended_opens_nothing_from_then_on(client: FlaskClient, world: World) -> None:
    lind = signed_in(client, world.lind)
    assert client.get("/api/teams", headers=lind).status_code == 200
    with unit_of_work():
        held = service.give_role(world.organisation.id, world.team.id, world.lind.id, Role.CLINICIAN)
        service.end_role(world.team, held.id)
    assert client.get("/api/teams", headers=lind).status_code == 403


def test_of_two_who_make_one_team_at_once_the_second_is_told(
    client: FlaskClient, world: World, server: embedded.Server, database: str
) -> None:
    """The second looks before the first has committed, and meets the unique constraint instead."""
    headers, first = signed_in(client, world.admin) | key(), uuid4()
    url = server.url("kith_app", database).replace("+psycopg", "")
    rest = (
        "organisation_id, zone, service_hours, out_of_hours_sentence, out_of_hours_number, minutes_to_acknowledge,"
        " version, created_at"
    )
    copy = f"insert into team (id, name, {rest}) select %s, 'Nights', {rest} from team where id = %s"
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as thread:
        other.execute(copy, (first, world.team.id))
        answer = thread.submit(client.post, "/api/teams", headers=headers, json={"name": "Nights"})
        while not waiting_for_a_lock(url):
            assert not answer.done()
        other.commit()
        assert answer.result(timeout=10).status_code == 409
