"""The people of an organisation: who sees them, roles given and ended, admins, accounts locked; each refusal changes
nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import clock, embedded
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.demo.people import person
from app.identity.models import DeviceSession, Person
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.teams import service
from app.teams.models import Membership, Team
from app.teams.service import accounts, roles
from tests.people import PASSWORD, World, signed_in
from tests.queries_counted import waiting_for_a_lock

NOOR = {"given_name": "Noor", "family_name": "Haddad", "email": "noor.haddad@kith.example"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def here(world: World, path: str = "") -> str:
    return f"/api/organisations/{world.organisation.id}{path}"


def witness() -> tuple[Any, ...]:
    """What must be as before after a refusal: every role, every account, every team, every session that runs."""
    db.session.rollback()
    held = db.session.execute(select(Membership.id, Membership.ended_at).order_by(Membership.id)).all()
    accounts = db.session.execute(select(Person.id, Person.locked_at).order_by(Person.id)).all()
    teams = db.session.execute(select(Team.id, Team.version, Team.lead_id).order_by(Team.id)).all()
    ended = db.session.scalar(select(func.count()).where(DeviceSession.revoked_at.is_not(None)))
    return tuple(map(tuple, held)), tuple(map(tuple, accounts)), tuple(map(tuple, teams)), ended


def held(world: World, who: str, team: Team | None = None) -> UUID:
    """The id of the one role that somebody holds."""
    mine = (Membership.person_id == getattr(world, who).id, Membership.ended_at.is_(None))
    where = (Membership.team_id == team.id,) if team else ()
    return db.session.scalars(select(Membership.id).where(*mine, *where)).one()


@pytest.fixture
def ida(world: World) -> Person:
    """A second admin."""
    with unit_of_work():
        ida = person("Ida", "Berg", "07700900131")
        service.give_role(world.organisation.id, None, ida.id, Role.ADMIN)
    return ida


@pytest.fixture
def lind_elsewhere(world: World) -> None:
    """Dr Lind works in Hillside too."""
    with unit_of_work():
        service.give_role(world.elsewhere.id, world.other_team.id, world.lind.id, Role.CLINICIAN)


# who looks -> whom they see of Riverside (None: refused with this status)
SEEN: dict[str, set[str] | int] = {
    "admin": {"Ruth", "Priya", "Anna", "Grace"},
    "lead": {"Priya", "Anna", "Grace"},
    "priya": 403,
    "lind": 403,
    "adeyemi": 403,
    "mary": 403,
    "stranger": 403,
    "other_coordinator": 403,
}


@pytest.mark.parametrize(("who", "seen"), SEEN.items(), ids=SEEN)
def test_who_sees_the_people(client: FlaskClient, world: World, who: str, seen: set[str] | int) -> None:
    answer = client.get(here(world, "/people"), headers=signed_in(client, getattr(world, who)))
    if isinstance(seen, int):
        assert answer.status_code == seen
        assert "Priya" not in answer.text
    else:
        assert {one["given_name"] for one in answer.get_json()["items"]} == seen


def test_of_a_colleague_it_says_how_they_sign_in_and_nothing_of_elsewhere(
    client: FlaskClient, world: World, lind_elsewhere: None
) -> None:
    signed_in(client, world.lind)
    items = client.get(here(world, "/people"), headers=signed_in(client, world.admin)).get_json()["items"]
    (lind,) = [one for one in items if one["given_name"] == "Anna"]
    assert [(role["team"], role["role"]) for role in lind["roles"]] == [("Riverside Long-Term Conditions", "clinician")]
    assert lind["last_signed_in_at"] == clock.now().isoformat()
    assert lind["locked_at"] is None
    one = client.get(here(world, f"/people/{world.lind.id}"), headers=signed_in(client, world.admin))
    assert one.get_json() == lind


def test_people_come_in_pages(client: FlaskClient, world: World) -> None:
    admin, path, names = signed_in(client, world.admin), here(world, "/people?limit=3"), []
    first = client.get(path, headers=admin).get_json()
    rest = client.get(f"{path}&cursor={first['next']}", headers=admin).get_json()
    names = [one["given_name"] for one in (*first["items"], *rest["items"])]
    assert sorted(names) == ["Anna", "Grace", "Priya", "Ruth"]
    assert rest["next"] is None
    assert client.get(here(world, "/people?cursor=forged"), headers=admin).status_code == 422


NOT_THERE = ["/people", "/people/{lind}", "/people/{lind}/lock", "/people/{lind}/unlock", "/people/{lind}/sign-out"]


@pytest.mark.parametrize("path", [*NOT_THERE, "/admins"])
def test_the_people_of_another_organisation_are_not_there(client: FlaskClient, world: World, path: str) -> None:
    with unit_of_work():
        service.give_role(world.elsewhere.id, None, world.stranger.id, Role.ADMIN)
    stranger, before = signed_in(client, world.stranger), witness()
    send = client.get if path in NOT_THERE[:2] else client.post
    answers = []
    for organisation in (world.organisation.id, uuid4()):
        where = f"/api/organisations/{organisation}{path.format(lind=world.lind.id)}"
        more: dict[str, Any] = {"json": NOOR} if path == "/admins" else {}
        answers.append(send(where, headers=stranger | key(), **more))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_data() == answers[1].get_data()
    mine = send(f"/api/organisations/{world.elsewhere.id}{path.format(lind=world.lind.id)}", headers=stranger | key())
    if "{lind}" in path:
        assert mine.status_code == 404
    assert witness() == before


# who gives -> the roles they may give in Riverside's team
GIVEN: dict[str, set[str]] = {
    "admin": {"coordinator", "clinician", "visitor", "lead"},
    "lead": {"coordinator", "clinician", "visitor"},
    "priya": set(),
    "lind": set(),
    "other_coordinator": set(),
    "mary": set(),
}


@pytest.mark.parametrize("role", sorted(GIVEN["admin"]))
@pytest.mark.parametrize(("who", "may"), GIVEN.items(), ids=GIVEN)
def test_who_gives_and_ends_which_role(client: FlaskClient, world: World, who: str, may: set[str], role: str) -> None:
    by, path, before = signed_in(client, getattr(world, who)), f"/api/teams/{world.team.id}/members", witness()
    given = client.post(path, headers=by | key(), json=NOOR | {"role": role})
    if role in may:
        assert given.status_code == 201
        assert client.delete(f"{path}/{given.get_json()['id']}", headers=by).status_code == 204
        return
    assert given.status_code == 403
    assert witness() == before
    with unit_of_work():
        held = service.give_role(world.organisation.id, world.team.id, world.stranger.id, Role(role))
    assert client.delete(f"{path}/{held.id}", headers=by).status_code == 403
    assert db.session.get_one(Membership, held.id, populate_existing=True).ended_at is None


@pytest.mark.parametrize("who", ["admin", "lead"])
def test_nobody_gives_a_role_to_themselves(client: FlaskClient, world: World, who: str) -> None:
    one: Person = getattr(world, who)
    body = {"given_name": one.given_name, "family_name": one.family_name, "email": one.email, "role": "clinician"}
    before = witness()
    by = signed_in(client, one)
    assert client.post(f"/api/teams/{world.team.id}/members", headers=by | key(), json=body).status_code == 403
    assert witness() == before


def test_a_visitor_of_a_team_sees_a_patient_only_by_their_circle(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        for visitor in (world.adeyemi, world.stranger):
            service.give_role(world.organisation.id, world.team.id, visitor.id, Role.VISITOR)
    nurse, other = signed_in(client, world.adeyemi), signed_in(client, world.stranger)
    path = f"/api/patients/{world.mary_patient.id}/readings"
    assert client.get(path, headers=nurse).status_code == 200
    assert client.get(path, headers=other).status_code == 404
    for headers in (nurse, other):
        assert client.get(f"/api/patients/{world.khan_patient.id}/readings", headers=headers).status_code == 404
        assert client.get(f"/api/teams/{world.team.id}/patients", headers=headers).status_code == 403
        assert client.get("/api/teams", headers=headers).status_code == 403


def test_roles_change_what_a_token_issued_before_opens(client: FlaskClient, world: World) -> None:
    stranger, path = signed_in(client, world.stranger), f"/api/patients/{world.mary_patient.id}"
    assert client.get(path, headers=stranger).status_code == 404
    admin, members = signed_in(client, world.admin), f"/api/teams/{world.team.id}/members"
    sam = {"given_name": "Sam", "family_name": "Stranger", "email": "sam.stranger@kith.example"}
    with unit_of_work():  # he worked here once, so he is no stranger to this organisation
        once = service.give_role(world.organisation.id, world.team.id, world.stranger.id, Role.VISITOR)
        service.end_role(world.team, once.id)
    ids = [
        client.post(members, headers=admin | key(), json=sam | {"role": role}).get_json()["id"]
        for role in ("clinician", "coordinator")
    ]
    assert client.get(path, headers=stranger).status_code == 200
    assert client.delete(f"{members}/{ids[0]}", headers=admin).status_code == 204
    assert client.get(path, headers=stranger).status_code == 200
    assert client.delete(f"{members}/{ids[1]}", headers=admin).status_code == 204
    assert client.get(path, headers=stranger).status_code == 404


def test_an_admin_makes_an_admin_and_ends_them(client: FlaskClient, world: World) -> None:
    admin = signed_in(client, world.admin)
    made = client.post(here(world, "/admins"), headers=admin | key(), json=NOOR)
    assert (made.status_code, made.get_json()["role"]) == (201, "admin")
    assert client.delete(here(world, f"/admins/{made.get_json()['id']}"), headers=admin).status_code == 204
    assert client.delete(here(world, f"/admins/{made.get_json()['id']}"), headers=admin).status_code == 404
    noted = db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == world.admin.id)).all()
    assert {"give role admin", "end role admin"} <= set(noted)


Cases = dict[str, tuple[str, Callable[[World], str], int]]
# who asks, for what, and how it is refused
REFUSED: Cases = {
    "one's own admin role": ("admin", lambda w: f"/admins/{held(w, 'admin')}", 409),
    "a role of a team as an admin's": ("admin", lambda w: f"/admins/{held(w, 'priya')}", 404),
    "an admin's role by a lead": ("lead", lambda w: f"/admins/{held(w, 'admin')}", 403),
    "an admin's role by a coordinator": ("priya", lambda w: f"/admins/{held(w, 'admin')}", 403),
    "nobody's role": ("admin", lambda w: f"/admins/{uuid4()}", 404),
    "one's own account": ("admin", lambda w: f"/people/{w.admin.id}/lock", 409),
    "an account by a lead": ("lead", lambda w: f"/people/{w.priya.id}/lock", 403),
    "somebody who works elsewhere too": ("admin", lambda w: f"/people/{w.lind.id}/lock", 409),
    "signing out somebody who works elsewhere too": ("admin", lambda w: f"/people/{w.lind.id}/sign-out", 409),
    "somebody who works elsewhere": ("admin", lambda w: f"/people/{w.other_coordinator.id}/lock", 404),
    "a patient": ("admin", lambda w: f"/people/{w.mary.id}/lock", 404),
    "unlocking a patient": ("admin", lambda w: f"/people/{w.mary.id}/unlock", 404),
    "signing a patient out": ("admin", lambda w: f"/people/{w.mary.id}/sign-out", 404),
    "signing out by a lead": ("lead", lambda w: f"/people/{w.priya.id}/sign-out", 403),
    "unlocking by a lead": ("lead", lambda w: f"/people/{w.priya.id}/unlock", 403),
}


@pytest.mark.parametrize(("who", "what", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(
    client: FlaskClient, world: World, lind_elsewhere: None, who: str, what: Callable[[World], str], status: int
) -> None:
    path = here(world, what(world))
    by, before = signed_in(client, getattr(world, who)), witness()
    send = client.delete if "/admins/" in path else client.post
    assert send(path, headers=by | key()).status_code == status
    assert witness() == before


def lock(client: FlaskClient, world: World, whom: Person, by: Person | None = None) -> TestResponse:
    return client.post(here(world, f"/people/{whom.id}/lock"), headers=signed_in(client, by or world.admin))


def test_a_locked_person_is_refused_at_once_until_unlocked(client: FlaskClient, world: World) -> None:
    priya = signed_in(client, world.priya)
    assert client.get("/api/me", headers=priya).status_code == 200
    sign_in = {"identifier": world.priya.email, "password": PASSWORD}
    assert client.post("/api/sign-in", json=sign_in).status_code == 200
    locked = lock(client, world, world.priya)
    assert locked.status_code == 200
    assert locked.get_json()["locked_at"] == clock.now().isoformat()
    assert client.get("/api/me", headers=priya).status_code == 401
    assert client.post("/api/sign-in", json=sign_in).status_code == 401
    unlock = here(world, f"/people/{world.priya.id}/unlock")
    assert client.post(unlock, headers=signed_in(client, world.admin)).status_code == 204
    assert client.get("/api/me", headers=priya).status_code == 401  # the sessions of before stay ended
    assert client.get("/api/me", headers=signed_in(client, world.priya)).status_code == 200


def test_alerts_still_reach_whoever_is_locked(client: FlaskClient, world: World) -> None:
    assert lock(client, world, world.priya).status_code == 200
    low = {"measure": "oxygen_saturation", "value": 88, "unit": "%", "context": {"on_oxygen": False}}
    body = low | {"id": str(uuid4()), "measured_at": clock.now().isoformat()}
    mary, path = signed_in(client, world.mary), f"/api/patients/{world.mary_patient.id}/readings"
    assert client.post(path, headers=mary, json=body).status_code == 201
    assert sending.send_all_due() == 1
    told = db.session.scalars(select(Delivery).where(Delivery.recipient_id == world.priya.id)).one()
    assert told.state in ("accepted", "delivered")


def test_whoever_is_locked_and_lost_their_roles_can_be_unlocked(client: FlaskClient, world: World) -> None:
    assert lock(client, world, world.lind).status_code == 200
    with unit_of_work():
        service.end_role(db.session.get_one(Team, world.team.id), held(world, "lind"))
    admin = signed_in(client, world.admin)
    items = client.get(here(world, "/people"), headers=admin).get_json()["items"]
    (lind,) = [one for one in items if one["given_name"] == "Anna"]
    assert lind["roles"] == []
    assert client.post(here(world, f"/people/{world.lind.id}/unlock"), headers=admin).status_code == 204
    assert "Anna" not in [
        one["given_name"] for one in client.get(here(world, "/people"), headers=admin).get_json()["items"]
    ]


@pytest.fixture
def hilda(world: World) -> Person:
    """The admin of Hillside, where Dr Lind has worked before."""
    with unit_of_work():
        hilda = person("Hilda", "Moor", "07700900132")
        service.give_role(world.elsewhere.id, None, hilda.id, Role.ADMIN)
        former = service.give_role(world.elsewhere.id, world.other_team.id, world.lind.id, Role.CLINICIAN)
        service.end_role(world.other_team, former.id)
    return hilda


def unlock(client: FlaskClient, organisation_id: UUID, whom: Person, by: Person) -> TestResponse:
    path = f"/api/organisations/{organisation_id}/people/{whom.id}/unlock"
    return client.post(path, headers=signed_in(client, by))


def test_a_former_employer_neither_sees_nor_lifts_a_lock(client: FlaskClient, world: World, hilda: Person) -> None:
    assert lock(client, world, world.lind).status_code == 200
    before = witness()
    people = client.get(f"/api/organisations/{world.elsewhere.id}/people", headers=signed_in(client, hilda))
    assert "Anna" not in people.text
    assert unlock(client, world.elsewhere.id, world.lind, hilda).status_code == 404
    assert witness() == before


def test_a_lock_is_lifted_by_who_set_it_or_once_they_left_by_who_employs_them_now(
    client: FlaskClient, world: World, hilda: Person
) -> None:
    assert lock(client, world, world.lind).status_code == 200
    with unit_of_work():
        service.give_role(world.elsewhere.id, world.other_team.id, world.lind.id, Role.CLINICIAN)
    before = witness()
    refused = unlock(client, world.elsewhere.id, world.lind, hilda)
    assert (refused.status_code, refused.get_json()["detail"]) == (409, accounts.LOCKED_ELSEWHERE)
    assert witness() == before
    with unit_of_work():
        service.end_role(db.session.get_one(Team, world.team.id), held(world, "lind", world.team))
    assert unlock(client, world.elsewhere.id, world.lind, hilda).status_code == 204
    stored = db.session.get_one(Person, world.lind.id, populate_existing=True)
    assert (stored.locked_at, stored.locked_by) == (None, None)


def test_signing_out_everywhere_ends_every_session(client: FlaskClient, world: World) -> None:
    phone, tablet = signed_in(client, world.priya), signed_in(client, world.priya)
    path = here(world, f"/people/{world.priya.id}/sign-out")
    assert client.post(path, headers=signed_in(client, world.admin)).status_code == 204
    assert [client.get("/api/me", headers=one).status_code for one in (phone, tablet)] == [401, 401]
    assert client.get("/api/me", headers=signed_in(client, world.priya)).status_code == 200


# who is known, but not by work here
KNOWN_OTHERWISE = ["other_coordinator", "mary", "tom", "stranger"]


@pytest.mark.parametrize("who", KNOWN_OTHERWISE)
@pytest.mark.parametrize("path", ["/admins", "/members"])
def test_nobody_is_made_to_work_here_without_accepting_it(
    client: FlaskClient, world: World, who: str, path: str
) -> None:
    """Else an admin of any organisation could lock out, or strip of their second factor, whom they like."""
    one, before = getattr(world, who), witness()
    admin = signed_in(client, world.admin) | key()
    body = {"given_name": one.given_name, "family_name": one.family_name, "email": one.email}
    role = {"role": "visitor"} if path == "/members" else {}
    where = f"/api/teams/{world.team.id}/members" if role else here(world, path)
    refused = client.post(where, headers=admin, json=body | role)
    assert (refused.status_code, refused.get_json()["detail"]) == (409, roles.KNOWN)
    assert witness() == before


@pytest.mark.parametrize("act", ["end", "lock"])
def test_of_two_admins_who_end_each_other_one_stays(
    client: FlaskClient, world: World, ida: Person, server: embedded.Server, database: str, act: str
) -> None:
    """Ida has ended Ruth, and not yet committed, when Ruth ends Ida."""
    ruth, url = signed_in(client, world.admin), server.url("kith_app", database).replace("+psycopg", "")
    theirs = db.session.scalars(select(Membership.id).where(Membership.person_id == ida.id)).one()
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as thread:
        other.execute("select from organisation where id = %s for update", [world.organisation.id])
        if act == "end":
            other.execute("update membership set ended_at = now() where person_id = %s", [world.admin.id])
            answer = thread.submit(client.delete, here(world, f"/admins/{theirs}"), headers=ruth)
        else:
            other.execute("update person set locked_at = now() where id = %s", [world.admin.id])
            answer = thread.submit(client.post, here(world, f"/people/{ida.id}/lock"), headers=ruth)
        while not waiting_for_a_lock(url):
            assert not answer.done()
        other.commit()
        assert answer.result(timeout=10).status_code == 409
    db.session.rollback()
    assert db.session.get_one(Membership, theirs, populate_existing=True).ended_at is None
    assert db.session.get_one(Person, ida.id, populate_existing=True).locked_at is None
