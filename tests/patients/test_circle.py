"""The circle and its grants: given, seen, running out, ended; and what /api/me says of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients import queries, service
from app.patients.models import CircleGrant
from tests.conftest import NOW
from tests.people import World, signed_in
from tests.queries_counted import counted

ADA = {
    "role": "member",
    "relationship": "neighbour",
    "given_name": "Ada",
    "family_name": "Stone",
    "phone": "07700 900401",
}


def circle(world: World) -> str:
    return f"/api/patients/{world.mary_patient.id}/circle"


def post(client: FlaskClient, path: str, headers: dict[str, str], body: Any) -> TestResponse:
    return client.post(path, headers=headers | {"Idempotency-Key": str(uuid4())}, json=body)


def members(client: FlaskClient, world: World, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {item["given_name"]: item for item in client.get(circle(world), headers=headers).get_json()["items"]}


def test_a_patient_adds_somebody_who_sees_nothing_until_granted(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    added = post(client, circle(world), mary, ADA)
    assert added.status_code == 201
    member = added.get_json()
    assert (member["given_name"], member["role"], member["grants"]) == ("Ada", "member", [])
    assert "phone" not in member
    grant = {"category": "readings", "right": "see", "ends_on": "2027-01-31"}
    given = post(client, f"{circle(world)}/{member['id']}/grants", mary, grant | {"wording_version": 1})
    assert given.status_code == 201
    assert given.get_json() | grant == given.get_json()
    assert given.get_json()["given_by"] == "Mary Okafor"
    assert members(client, world, mary)["Ada"]["grants"] == [given.get_json()]
    assert post(client, circle(world), mary, ADA).status_code == 409


def test_somebody_known_is_found_and_a_patient_is_no_member_of_their_own(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    khan = ADA | {"given_name": "imran", "family_name": "khan", "phone": "07700 900202"}
    assert post(client, circle(world), mary, khan).get_json()["person_id"] == str(world.khan.id)
    herself = ADA | {"given_name": "Mary", "family_name": "Okafor", "phone": "07700 900201"}
    assert post(client, circle(world), mary, herself).status_code == 409
    wrong_name = post(client, circle(world), mary, ADA | {"phone": "07700 900205"})
    assert wrong_name.status_code == 409
    assert "Sam" not in wrong_name.get_data(as_text=True)


def test_a_device_joins_as_a_device(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    scales = {"given_name": "Mary's", "family_name": "scales", "email": "scales.1@devices.kith.example"}
    added = post(client, circle(world), mary, scales | {"role": "service", "relationship": "scales"})
    assert (added.status_code, added.get_json()["role"]) == (201, "service")
    human = post(client, circle(world), mary, scales | {"role": "member", "relationship": "scales"})
    assert human.status_code == 409


def test_who_sees_and_changes_the_circle(client: FlaskClient, world: World) -> None:
    cases = (  # sees, changes
        (world.mary, 200, 201),
        (world.lead, 200, 409),  # Ada is in it by then
        (world.lind, 200, 403),
        (world.tom, 403, 403),
        (world.device, 403, 403),
        (world.stranger, 404, 404),
        (world.other_coordinator, 404, 404),
        (world.admin, 404, 404),
    )
    for person, sees, changes in cases:
        headers = signed_in(client, person)
        assert client.get(circle(world), headers=headers).status_code == sees, person.name
        assert post(client, circle(world), headers, ADA).status_code == changes, person.name


REFUSED: dict[str, dict[str, Any]] = {
    "an admin": ADA | {"role": "admin"},
    "a coordinator": ADA | {"role": "coordinator"},
    "patient_id": ADA | {"patient_id": str(uuid4())},
    "verified": ADA | {"verified": True},
    "no relationship": {name: value for name, value in ADA.items() if name != "relationship"},
    "a relationship with NUL": ADA | {"relationship": "neigh\x00bour"},
    "a name that is a number": ADA | {"given_name": 5},
    "a phone that is none": ADA | {"phone": "none"},
    "nobody": {},
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_no_member_is_refused(client: FlaskClient, world: World, body: dict[str, Any]) -> None:
    mary = signed_in(client, world.mary)
    assert post(client, circle(world), mary, body).status_code == 422
    assert set(members(client, world, mary)) == {"Tom", "Bola", "Mary's"}


GRANT = {"category": "plan", "right": "see", "ends_on": "2027-01-31", "wording_version": 2}
NO_GRANTS: dict[str, dict[str, Any]] = {
    "no end": {name: value for name, value in GRANT.items() if name != "ends_on"},
    "no wording": {name: value for name, value in GRANT.items() if name != "wording_version"},
    "a wording that is no number": GRANT | {"wording_version": "2"},
    "a null end": GRANT | {"ends_on": None},
    "an end in the past": GRANT | {"ends_on": "2026-11-17"},
    "an end in two years": GRANT | {"ends_on": "2028-11-18"},
    "an end that is no date": GRANT | {"ends_on": "2027-02-30"},
    "an unknown category": GRANT | {"category": "everything"},
    "an unknown right": GRANT | {"right": "own"},
    "role": GRANT | {"role": "admin"},
    "patient_id": GRANT | {"patient_id": str(uuid4())},
    "verified": GRANT | {"verified": True},
}


@pytest.mark.parametrize("body", NO_GRANTS.values(), ids=NO_GRANTS)
def test_what_is_no_grant_is_refused(client: FlaskClient, world: World, body: dict[str, Any]) -> None:
    mary = signed_in(client, world.mary)
    tom = members(client, world, mary)["Tom"]
    assert post(client, f"{circle(world)}/{tom['id']}/grants", mary, body).status_code == 422
    assert members(client, world, mary)["Tom"]["grants"] == tom["grants"]


def test_a_grant_given_again_moves_its_day(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    tom = members(client, world, mary)["Tom"]
    body = {"category": "readings", "right": "see", "ends_on": "2026-11-20", "wording_version": 1}
    assert post(client, f"{circle(world)}/{tom['id']}/grants", mary, body).status_code == 201
    assert [grant["ends_on"] for grant in members(client, world, mary)["Tom"]["grants"]] == ["2026-11-20"]


def grants_of(client: FlaskClient, headers: dict[str, str]) -> list[str]:
    (place,) = client.get("/api/me", headers=headers).get_json()["circles"]
    return [f"{grant['category']} {grant['right']}" for grant in place["grants"]]


def test_a_grant_runs_to_the_end_of_its_day(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    tom = members(client, world, mary)["Tom"]
    post(client, f"{circle(world)}/{tom['id']}/grants", mary, GRANT | {"ends_on": "2026-11-20"})
    with clock.at(NOW + timedelta(days=2, hours=13)):  # the same day, 23:00
        assert sorted(grants_of(client, signed_in(client, world.tom))) == ["plan see", "readings see"]
    with clock.at(NOW + timedelta(days=2, hours=15)):
        assert grants_of(client, signed_in(client, world.tom)) == ["readings see"]


def test_an_ended_grant_and_an_ended_membership_are_gone_at_once(client: FlaskClient, world: World) -> None:
    mary, tom = signed_in(client, world.mary), signed_in(client, world.tom)
    known = members(client, world, mary)
    member, grant = known["Tom"]["id"], known["Tom"]["grants"][0]["id"]
    other = known["Bola"]["id"]
    assert client.delete(f"{circle(world)}/{other}/grants/{grant}", headers=mary).status_code == 404
    assert client.delete(f"{circle(world)}/{member}/grants/{grant}", headers=tom).status_code == 403
    assert grants_of(client, tom) == ["readings see"]
    assert client.delete(f"{circle(world)}/{member}/grants/{grant}", headers=mary).status_code == 204
    assert grants_of(client, tom) == []
    assert client.delete(f"{circle(world)}/{member}/grants/{grant}", headers=mary).status_code == 404
    assert client.delete(f"{circle(world)}/{member}", headers=mary).status_code == 204
    assert client.get("/api/me", headers=tom).get_json()["circles"] == []
    assert client.delete(f"{circle(world)}/{member}", headers=mary).status_code == 404
    assert client.delete(f"{circle(world)}/{other}", headers=mary).status_code == 204
    left = select(CircleGrant.member_id).where(CircleGrant.ended_at.is_(None))
    assert [str(one) for one in db.session.scalars(left)] == [known["Mary's"]["id"]]
    back = ADA | {"given_name": "Tom", "family_name": "Okafor", "phone": "07700 900203", "relationship": "son"}
    assert post(client, circle(world), mary, back).get_json()["grants"] == []


def test_a_member_of_another_circle_is_none_of_this(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        khan = queries.admitted([world.khan_patient.id])[world.khan_patient.id]
        member = service.add_member(khan, world.stranger, Role.MEMBER, "friend", world.khan.id)
        ends_on = NOW.date() + timedelta(days=9)
        grant = service.give_grant(khan, member.id, Category.PLAN, Right.SEE, ends_on, world.khan.id)
    mary = signed_in(client, world.mary)
    assert client.delete(f"{circle(world)}/{member.id}", headers=mary).status_code == 404
    assert client.delete(f"{circle(world)}/{member.id}/grants/{grant.id}", headers=mary).status_code == 404
    assert post(client, f"{circle(world)}/{member.id}/grants", mary, GRANT).status_code == 404
    stranger = signed_in(client, world.stranger)
    (place,) = client.get("/api/me", headers=stranger).get_json()["circles"]
    assert (place["given_name"], place["relationship"]) == ("Imran", "friend")


def test_nobody_introduces_dozens_in_a_day(client: FlaskClient, world: World) -> None:
    mary = signed_in(client, world.mary)
    statuses = [
        post(client, circle(world), mary, ADA | {"phone": f"07700 9005{number:02}"}).status_code for number in range(31)
    ]
    assert (set(statuses[:30]), statuses[30]) == ({201}, 429)


def test_me_says_who_i_am_in_each_part(client: FlaskClient, world: World) -> None:
    me = {person.given_name: client.get("/api/me", headers=signed_in(client, person)).get_json() for person in
          (world.mary, world.tom, world.priya, world.admin, world.stranger)}  # fmt: skip
    assert [record["patient_id"] for record in me["Mary"]["records"]] == [str(world.mary_patient.id)]
    assert (me["Mary"]["phone"], me["Mary"]["circles"], me["Mary"]["roles"]) == ("+447700900201", [], [])
    (place,) = me["Tom"]["circles"]
    assert (place["patient_id"], place["relationship"]) == (str(world.mary_patient.id), "son")
    (role,) = me["Priya"]["roles"]
    assert (role["team"], role["organisation"], role["role"]) == (
        "Riverside Long-Term Conditions",
        "Riverside Care",
        "coordinator",
    )
    assert me["Ruth"]["roles"][0]["team"] is None
    assert (me["Sam"]["roles"], me["Sam"]["records"], me["Sam"]["circles"]) == ([], [], [])
    assert client.get("/api/me").status_code == 401


def test_me_and_the_circle_stay_flat(client: FlaskClient, world: World) -> None:
    mary, stranger = signed_in(client, world.mary), signed_in(client, world.stranger)

    def cost() -> tuple[int, int]:
        with counted() as of_me:
            client.get("/api/me", headers=stranger)
        with counted() as of_circle:
            client.get(circle(world), headers=mary)
        return len(of_me), len(of_circle)

    def join(patient_id: Any) -> None:
        patient = queries.admitted([patient_id])[patient_id]
        member = service.add_member(patient, world.stranger, Role.VISITOR, "carer", world.priya.id)
        service.give_grant(patient, member.id, Category.PLAN, Right.SEE, NOW.date(), world.priya.id)

    with unit_of_work():
        join(world.mary_patient.id)
    before = cost()
    with unit_of_work():
        join(world.khan_patient.id)
        mine = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
        for person in (world.khan, world.lind, world.other_coordinator):
            service.add_member(mine, person, Role.MEMBER, "friend", world.mary.id)
    assert cost() == before
