"""Members change, leave, and are visitors by their work: what they were granted follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock, embedded
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications.models import Delivery
from app.patients import consents, queries, service
from app.patients.models import CircleGrant, CircleMember
from app.teams import service as teams
from app.todos.models import Todo
from tests.conftest import NOW
from tests.patients.circles import circle_of
from tests.people import World, signed_in
from tests.queries_counted import waiting_for_a_lock


def test_who_somebody_is_by_now_ends_what_is_not_kept(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    kept = mary.give("Tom", "plan", "see").get_json()["id"]
    tom = mary.members()["Tom"]
    change = {"relationship": "former husband", "role": "member", "keep": [kept]}
    changed = mary.patch(f"/circle/{tom['id']}", tom["version"], change)
    assert changed.status_code == 200
    assert changed.headers["ETag"] == f'"{tom["version"] + 1}"'
    assert mary.members()["Tom"]["relationship"] == "former husband"
    assert mary.grants("Tom") == ["plan see"]
    past = [one for one in mary.get("/circle/history")["items"] if one["member_name"] == "Tom Okafor"]
    whys = {one["id"]: one["ended_why"] for one in past}
    assert whys == {kept: None, tom["grants"][0]["id"]: "changed"}
    assert mary.patch(f"/circle/{tom['id']}", tom["version"], change | {"role": "visitor"}).status_code == 412


def test_the_same_as_before_ends_nothing(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    tom = mary.members()["Tom"]
    same = {"relationship": "son", "role": "member", "keep": []}
    assert mary.patch(f"/circle/{tom['id']}", tom["version"], same).status_code == 200
    assert mary.grants("Tom") == ["readings see"]


BODY = {"relationship": "friend", "role": "member", "keep": []}
REFUSED = {
    "a person becomes a device": ("Tom", BODY | {"role": "service"}, 422),
    "a device becomes a person": ("Mary's", BODY, 422),
    "staff": ("Tom", BODY | {"role": "coordinator"}, 422),
    "no word of what stays": ("Tom", {"relationship": "friend", "role": "member"}, 422),
    "a grant of nobody": ("Tom", BODY | {"keep": ["0192f0c2-7b1e-7c3a-9d55-3f1a2b4c5d6e"]}, 422),
    "no relationship": ("Tom", BODY | {"relationship": ""}, 422),
    "a field too many": ("Tom", BODY | {"person_id": "x"}, 422),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_nobody_becomes(client: FlaskClient, world: World, case: str) -> None:
    name, body, status = REFUSED[case]
    mary = circle_of(client, world, world.mary)
    before = mary.get("/circle")
    member = before["items"][[one["given_name"] for one in before["items"]].index(name)]
    assert mary.patch(f"/circle/{member['id']}", member["version"], body).status_code == status
    assert mary.get("/circle") == before


def test_a_grant_of_another_member_is_not_kept_for_this_one(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    bola, tom = mary.members()["Bola"], mary.members()["Tom"]
    body = BODY | {"keep": [bola["grants"][0]["id"]]}
    assert mary.patch(f"/circle/{tom['id']}", tom["version"], body).status_code == 422


def test_who_acts_is_family_or_friend_and_stays_so(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    mary.act("Tom", "consent", "plan")
    tom = mary.members()["Tom"]
    assert tom["acts_for_patient"] is True
    assert mary.patch(f"/circle/{tom['id']}", tom["version"], BODY | {"role": "visitor"}).status_code == 409


def version(category: Category, right: Right) -> int:
    """The version of the words that are read today."""
    return consents.current(f"{category}.{right}", "en").version


def test_a_device_is_granted_sending_only(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    given = {f"{c} {r}": mary.give("Mary's", c, r, version=version(c, r)).status_code for c in Category for r in Right}
    assert {what for what, status in given.items() if status == 201} == {"readings act", "medicines act"}
    assert set(given.values()) == {201, 422}


def test_somebody_leaves_by_themselves(client: FlaskClient, world: World) -> None:
    mary, tom = circle_of(client, world, world.mary), signed_in(client, world.tom)
    mary.act("Tom", "consent", "circle")
    (place,) = client.get("/api/me", headers=tom).get_json()["circles"]
    assert client.delete(f"/api/me/circles/{place['member_id']}", headers=tom).status_code == 204
    me = client.get("/api/me", headers=tom).get_json()
    assert (me["circles"], me["acting"]) == ([], [])
    assert client.get(f"{mary.record}/readings", headers=tom).status_code == 404
    member = db.session.get_one(CircleMember, place["member_id"])
    assert (member.ended_why, member.ended_by) == ("left", world.tom.id)
    (noted,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "leave_circle"))
    assert (noted.actor_id, noted.patient_id, noted.role) == (world.tom.id, world.mary_patient.id, "member")
    assert client.delete(f"/api/me/circles/{place['member_id']}", headers=tom).status_code == 404


LEAVES = {"by the page": False, "by closing the account": True}


@pytest.mark.parametrize("case", LEAVES)
def test_a_carer_who_leaves_is_missed(client: FlaskClient, world: World, case: str) -> None:
    """Tom and Bola are told about readings, and Tom alone about the plan; Bola, who visits, is all that is left."""
    mary, tom = circle_of(client, world, world.mary), signed_in(client, world.tom)
    for name, category in (("Tom", "readings"), ("Tom", "plan"), ("Bola", "readings"), ("Tom", "visits")):
        assert mary.give(name, category, "see" if category == "visits" else "be_told").status_code == 201
    if LEAVES[case]:
        answer = client.post("/api/me/closing", json={"confirmed": True}, headers=tom)
    else:
        (place,) = client.get("/api/me", headers=tom).get_json()["circles"]
        answer = client.delete(f"/api/me/circles/{place['member_id']}", headers=tom)
    assert answer.status_code == 204
    (todo,) = db.session.scalars(select(Todo))
    assert (todo.kind, todo.owner_id) == ("nobody_told", world.priya.id)
    assert todo.reason == (
        "Tom Okafor (son) has left the circle, and now no family or friend is in it and nobody in it is told about "
        "the plan. Ask Mary whether somebody else should be."
    )
    (text,) = db.session.scalars(select(Delivery))
    assert text.recipient_id == world.mary.id
    assert (text.body or "").startswith("Kith: Mary, Tom has left your circle and sees nothing of yours any more.")


def test_where_somebody_is_told_still_only_the_patient_hears_of_it(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    for name in ("Tom", "Bola"):
        assert mary.give(name, "readings", "be_told").status_code == 201
    with unit_of_work():
        patient = queries.admitted_one(world.mary_patient.id)
        service.add_member(patient, world.stranger, Role.MEMBER, "neighbour", world.mary.id)
        service.leave(world.tom.id, UUID(mary.member("Tom")))
    assert db.session.scalars(select(Todo)).all() == []
    assert [one.recipient_id for one in db.session.scalars(select(Delivery))] == [world.mary.id]


def test_after_the_end_of_care_whoever_leaves_goes_quietly(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    assert mary.give("Tom", "readings", "be_told").status_code == 201
    member = UUID(mary.member("Tom"))
    with unit_of_work():
        service.end_care(queries.admitted([world.mary_patient.id])[world.mary_patient.id], "died")
        service.leave(world.tom.id, member)
    assert db.session.scalars(select(Todo)).all() == []
    assert db.session.scalars(select(Delivery)).all() == []


def works_as_visitor(world: World) -> str:
    with unit_of_work():
        return str(teams.give_role(world.organisation.id, world.team.id, world.adeyemi.id, Role.VISITOR).id)


def end_role(client: FlaskClient, world: World, membership: str, by: str = "lead") -> int:
    path = f"/api/teams/{world.team.id}/members/{membership}"
    return client.delete(path, headers=signed_in(client, getattr(world, by))).status_code


@pytest.mark.parametrize("who", ["lead", "admin"])
def test_a_visitors_grants_end_with_their_last_role(client: FlaskClient, world: World, who: str) -> None:
    mary, bola = circle_of(client, world, world.mary), signed_in(client, world.adeyemi)
    membership = works_as_visitor(world)
    with unit_of_work():
        clinic = str(teams.give_role(world.organisation.id, world.team.id, world.adeyemi.id, Role.CLINICIAN).id)
    bola = signed_in(client, world.adeyemi)
    assert end_role(client, world, clinic) == 204
    assert client.get(f"{mary.record}/readings", headers=bola).status_code == 200
    assert mary.grants("Bola") == ["readings see", "readings act"]
    assert end_role(client, world, membership, who) == 204
    assert client.get(f"{mary.record}/readings", headers=bola).status_code == 403
    assert mary.grants("Bola") == []
    ended = db.session.scalars(select(CircleGrant).where(CircleGrant.ended_why == "duty")).all()
    assert [(one.ended_by, one.ended_at) for one in ended] == [(None, NOW)] * 2
    (todo,) = db.session.scalars(select(Todo).where(Todo.kind == "visitor_left"))
    assert todo.owner_id == world.priya.id
    assert todo.reason == (
        "Bola Adeyemi (district nurse) works here no more, so what Mary had given has ended: see readings and send "
        "readings. Ask Mary whether to take Bola out of the circle."
    )
    assert mary.grants("Tom") == ["readings see"]


def test_of_two_roles_that_end_at_the_same_moment_one_is_the_last(
    client: FlaskClient, world: World, server: embedded.Server, database: str
) -> None:
    """The lead ends Bola's other role, and has not yet committed, when the admin ends the last but one."""
    mary, membership = circle_of(client, world, world.mary), works_as_visitor(world)
    with unit_of_work():
        clinic = teams.give_role(world.organisation.id, world.team.id, world.adeyemi.id, Role.CLINICIAN).id
    url = server.url("kith_app", database).replace("+psycopg", "")
    teams.end_role(world.team, clinic)
    with ThreadPoolExecutor(1) as thread:
        ending = thread.submit(end_role, client, world, membership, "admin")
        while not waiting_for_a_lock(url):
            assert not ending.done(), "nobody waited for whoever came first"
        db.session.commit()
        assert ending.result(timeout=10) == 204
    assert mary.grants("Bola") == []
    assert len(db.session.scalars(select(Todo).where(Todo.kind == "visitor_left")).all()) == 1


def test_a_relative_who_works_here_keeps_what_family_was_given(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    with unit_of_work():
        membership = teams.give_role(world.organisation.id, world.team.id, world.tom.id, Role.CLINICIAN)
    assert end_role(client, world, str(membership.id)) == 204
    assert mary.grants("Tom") == ["readings see"]
    assert db.session.scalars(select(Todo)).all() == []


def test_a_duty_in_another_organisation_goes_on(client: FlaskClient, world: World) -> None:
    """Somebody who works for two: what they see here ends with the role here, not with the one there."""
    mary = circle_of(client, world, world.mary)
    here = works_as_visitor(world)
    with unit_of_work():
        there = teams.give_role(world.elsewhere.id, world.other_team.id, world.adeyemi.id, Role.CLINICIAN)
    with unit_of_work():
        teams.end_role(world.other_team, there.id)
    assert len(mary.grants("Bola")) == 2
    with unit_of_work():
        teams.give_role(world.elsewhere.id, world.other_team.id, world.adeyemi.id, Role.CLINICIAN)
    assert end_role(client, world, here) == 204
    assert mary.grants("Bola") == []


def test_somebody_of_an_agency_ends_everywhere_when_they_work_for_nobody(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        there = teams.give_role(world.elsewhere.id, world.other_team.id, world.adeyemi.id, Role.CLINICIAN)
    with unit_of_work():
        teams.end_role(world.other_team, there.id)
    assert circle_of(client, world, world.mary).grants("Bola") == []


def test_what_had_run_out_is_not_ended_again(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    membership = works_as_visitor(world)
    with unit_of_work():
        admitted = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
        service.give_grant(admitted, mary.member("Bola"), Category.PLAN, Right.SEE, NOW.date(), world.mary.id)  # type: ignore[arg-type]
    with clock.at(NOW.replace(day=20)):
        assert end_role(client, world, membership) == 204
    plan = db.session.scalars(select(CircleGrant).where(CircleGrant.category == "plan")).one()
    assert plan.ended_why is None
