"""Whatever is changed about a team, its people or their accounts is written into the organisation's chain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.roles import Role
from app.core import specification
from app.core.audit import AuditEntry
from app.core.audit.entries import IN_VAIN
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.demo.people import person
from app.identity.models import Invitation
from app.teams import service
from app.teams.models import Membership
from tests.identity import one_use
from tests.people import World, signed_in

nothing_deferred = one_use.nothing_deferred

NOOR = {"given_name": "Noor", "family_name": "Haddad", "email": "noor.haddad@kith.example"}
ADA = {"role": "clinician", "email": "ada.byron@kith.example"}
CHANGED = {
    "service_hours": {"sat": ["09:00", "13:00"]},
    "out_of_hours_number": "020 7946 0018",
    "zone": "Europe/London",
}
REASON = {"reason": "Came to the office with her passport, known to me for years."}
HERE = "/api/organisations/<uuid:organisation_id>"
PERSON = f"{HERE}/people/<uuid:person_id>"
TEAM = "/api/teams/<uuid:team_id>"
SENT = f"{TEAM}/invitations/<uuid:invitation_id>"


@dataclass(frozen=True, slots=True)
class Act:
    """Something an admin does: the address, what the audit says of it, what it is done to, what is sent."""

    rule: str
    written: str
    to: str | None = None  # the id in the address; None: what was made
    body: dict[str, Any] | None = None


ACTS = (
    Act("POST /api/teams", "make team", None, {"name": "Riverside Nights"}),
    Act(f"PATCH {TEAM}", "change team: hours, number out of hours", "team_id", CHANGED),
    Act(f"POST {TEAM}/members", "give role clinician", None, NOOR | {"role": "clinician"}),
    Act(f"DELETE {TEAM}/members/<uuid:membership_id>", "end role clinician", "person_id"),
    Act(f"POST {TEAM}/invitations", "invite clinician", None, ADA),
    Act(f"POST {SENT}/resend", "send invitation again", "invitation_id"),
    Act(f"DELETE {SENT}", "take invitation back", "invitation_id"),
    Act(f"POST {SENT}/confirm", "give role clinician", "joiner_id"),
    Act(f"POST {SENT}/decline", "turn away who came", "invitation_id"),
    Act(f"POST {PERSON}/lock", "lock account", "person_id"),
    Act(f"POST {PERSON}/unlock", "unlock account", "person_id"),
    Act(f"POST {PERSON}/sign-out", "sign out everywhere", "person_id"),
    Act("POST /api/people/<uuid:person_id>/second-factor/reset", "reset second factor", "person_id", REASON),
    Act(f"POST {HERE}/admins", "give role admin", None, NOOR),
    Act(f"DELETE {HERE}/admins/<uuid:admin_id>", "end role admin", "person_id"),
)
CHANGE = (Permission.CHANGE_TEAMS, Permission.RUN_TEAM, Permission.CHANGE_PEOPLE)
ACCEPTED = ("confirm", "decline")  # what needs somebody who has come


def named(rule: str) -> str:
    return rule.replace("admins/<uuid:membership_id>", "admins/<uuid:admin_id>")


def test_every_change_of_teams_and_people_is_tried_here(app: Flask) -> None:
    written = set()
    for rule in app.url_map.iter_rules():
        permission = getattr(specification.contract_of(app, rule.endpoint).access, "permission", None)
        if permission in CHANGE and rule.rule.startswith("/api/"):  # the pages call the same services
            methods = (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
            written |= {named(f"{method} {rule.rule}") for method in methods}
    assert written == {act.rule for act in ACTS}


@pytest.fixture
def admin(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world.admin) | {"Idempotency-Key": str(uuid4()), "If-Match": f'"{world.team.version}"'}


def held(person_id: UUID, role: Role) -> UUID:
    where = (Membership.person_id == person_id, Membership.role == role, Membership.ended_at.is_(None))
    return db.session.scalars(select(Membership.id).where(*where)).one()


def invited(client: FlaskClient, world: World, joiner: Any = None) -> UUID:
    """An invitation that waits for somebody, or for the word that it was they who came."""
    headers = signed_in(client, world.admin) | {"Idempotency-Key": str(uuid4())}
    made = client.post(f"/api/teams/{world.team.id}/invitations", headers=headers, json=ADA).get_json()["id"]
    if joiner is not None:
        with unit_of_work():
            invitation = db.session.get_one(Invitation, UUID(made))
            invitation.state, invitation.person_id = "accepted", joiner.id
    return UUID(made)


def ids_for(act: Act, client: FlaskClient, world: World) -> dict[str, UUID]:
    """What stands in the address of an act, made where it is not there."""
    with unit_of_work():
        joiner = person("Ada", "Byron", "07700900141")
        service.give_role(world.organisation.id, None, world.lind.id, Role.ADMIN)
    ids = {"organisation_id": world.organisation.id, "team_id": world.team.id, "person_id": world.lind.id}
    ids |= {"membership_id": held(world.lind.id, Role.CLINICIAN), "admin_id": held(world.lind.id, Role.ADMIN)}
    if "invitation_id" in act.rule:
        came = joiner if act.rule.endswith(ACCEPTED) else None
        ids |= {"invitation_id": invited(client, world, came), "joiner_id": joiner.id}
    return ids


def entries(world: World, written: str) -> list[AuditEntry]:
    db.session.rollback()
    mine = (AuditEntry.organisation_id == world.organisation.id, AuditEntry.actor_id == world.admin.id)
    return list(db.session.scalars(select(AuditEntry).where(*mine, AuditEntry.action == written)))


@pytest.mark.parametrize("act", ACTS, ids=[act.rule.replace("<uuid:", "").replace(">", "") for act in ACTS])
def test_it_is_written_who_did_what_to_whom(client: FlaskClient, world: World, admin: dict[str, str], act: Act) -> None:
    ids = ids_for(act, client, world)
    method, rule = act.rule.split()
    path = re.sub(r"<uuid:(\w+)>", lambda name: str(ids[name[1]]), rule)
    more: dict[str, Any] = {"json": act.body} if act.body else {}
    answer = client.open(path, method=method, headers=admin, **more)
    assert answer.status_code < 300, answer.text
    (entry,) = entries(world, act.written)
    assert (entry.role, entry.purpose, entry.patient_id) == ("admin", "running the service", None)
    made = answer.get_json() if act.to is None else {}
    assert entry.subject_id == (ids[act.to] if act.to else UUID(made.get("person_id") or made["id"]))
    assert entry.request_id == answer.headers["X-Request-Id"]


def test_what_is_refused_leaves_the_try_alone(client: FlaskClient, world: World, admin: dict[str, str]) -> None:
    sent = invited(client, world)
    path = f"/api/teams/{world.team.id}/invitations/{sent}"
    assert client.delete(path, headers=admin).status_code == 204
    assert client.delete(path, headers=admin).status_code == 409
    assert len(entries(world, "take invitation back")) == 1
    assert entries(world, f"{IN_VAIN}take invitation back") == []
    same = {"zone": world.team.zone}
    assert client.patch(f"/api/teams/{world.team.id}", headers=admin, json=same).status_code == 200
    db.session.rollback()
    assert not db.session.scalars(select(AuditEntry.id).where(AuditEntry.action.like("change team%"))).all()
