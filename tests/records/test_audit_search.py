"""What a colleague did on a day, for administrators: in words, without any patient's name, and written down itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock
from app.core.audit import AuditEntry
from app.core.audit.entries import IN_VAIN
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.records import telling, working
from app.records.telling import Look
from app.teams import service as teams
from tests.conftest import NOW
from tests.people import World, signed_in

DAY = "2026-11-18"


def acts(client: FlaskClient, world: World, whom: Person, by: Person | None = None, **query: Any) -> Any:
    path = f"/api/organisations/{world.organisation.id}/people/{whom.id}/acts"
    return client.get(path, headers=signed_in(client, by or world.admin), query_string={"day": DAY} | query)


def sentences(client: FlaskClient, world: World, whom: Person, **query: Any) -> list[str]:
    answer = acts(client, world, whom, **query)
    assert answer.status_code == 200, answer.text
    return [one["sentence"] for one in answer.get_json()["items"]]


def locks(client: FlaskClient, world: World, whom: Person) -> None:
    path = f"/api/organisations/{world.organisation.id}/people/{whom.id}"
    assert client.post(f"{path}/lock", headers=signed_in(client, world.admin)).status_code == 200
    assert client.post(f"{path}/unlock", headers=signed_in(client, world.admin)).status_code == 204


def test_it_says_who_did_what_and_names_no_patient(client: FlaskClient, world: World) -> None:
    path = f"/api/patients/{world.mary_patient.id}"
    assert client.get(f"{path}/readings", headers=signed_in(client, world.priya)).status_code == 200
    assert client.get(path, headers=signed_in(client, world.other_coordinator)).status_code == 404
    answer = acts(client, world, world.priya)
    assert [one["sentence"] for one in answer.get_json()["items"]] == [
        "Priya Shah, a care coordinator, read a patient’s readings."
    ]
    for secret in ("Mary", "Okafor", str(world.mary_patient.id)):
        assert secret not in answer.text


def test_what_was_done_to_somebody_is_theirs_and_their_doers(client: FlaskClient, world: World) -> None:
    locks(client, world, world.lind)
    both = [
        "Ruth Weaver, an administrator, opened the account of Anna Lind again.",
        "Ruth Weaver, an administrator, locked the account of Anna Lind.",
    ]
    both = [one.replace("Ruth Weaver", world.admin.name) for one in both]
    assert sentences(client, world, world.lind) == both
    searched = f"{world.admin.name}, an administrator, searched for what Anna Lind did."
    assert sentences(client, world, world.admin) == [searched, *both]
    assert sentences(client, world, world.lind, day="2026-11-17") == []
    with clock.at(NOW + timedelta(hours=14)):  # the next day in London
        locks(client, world, world.lind)
        assert len(sentences(client, world, world.lind, day="2026-11-19")) == 2
        first = acts(client, world, world.lind, day="2026-11-19", limit=2).get_json()
        rest = acts(client, world, world.lind, day="2026-11-19", limit=2, cursor=first["next"]).get_json()
        said = [one["sentence"] for one in (*first["items"], *rest["items"])]
        assert said == [searched, *both]  # of the first search alone: what came after the first page is not on the next


def test_a_search_is_written_down(client: FlaskClient, world: World) -> None:
    assert acts(client, world, world.priya).status_code == 200
    db.session.rollback()
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "search audit"))
    assert (entry.actor_id, entry.subject_id) == (world.admin.id, world.priya.id)
    assert (entry.organisation_id, entry.role) == (world.organisation.id, "admin")


def leaver(world: World) -> Person:
    """Somebody who worked here."""
    with unit_of_work():
        held = teams.give_role(world.organisation.id, world.team.id, world.stranger.id, Role.VISITOR)
        teams.end_role(world.team, held.id)
    return world.stranger


def test_whoever_worked_here_is_found_and_nobody_else(client: FlaskClient, world: World) -> None:
    assert sentences(client, world, leaver(world)) == []
    for person in (world.mary, world.tom, world.other_coordinator):
        assert acts(client, world, person).status_code == 404


@pytest.mark.parametrize("who", ["lead", "priya", "lind", "mary", "other_coordinator"])
def test_only_an_administrator_searches(client: FlaskClient, world: World, who: str) -> None:
    assert acts(client, world, world.priya, by=getattr(world, who)).status_code == 403
    with unit_of_work():
        teams.give_role(world.elsewhere.id, None, world.stranger.id, Role.ADMIN)
    assert acts(client, world, world.priya, by=world.stranger).status_code == 404


@pytest.mark.parametrize("query", [{"day": ""}, {"day": "yesterday"}, {"limit": 10**9}, {"cursor": "forged"}])
def test_what_cannot_be_searched_for_is_refused(client: FlaskClient, world: World, query: dict[str, Any]) -> None:
    assert acts(client, world, world.priya, **query).status_code == 422


@pytest.mark.parametrize("act", [*telling.ACTS, *working.ACTS])
def test_every_act_has_its_words(act: str) -> None:
    said = {working.sentence(look(f"{how}{act}"), "Ruth", "Anna") for how in ("", telling.REFUSED, IN_VAIN)}
    assert len(said) == 3
    for one in said:
        assert "{" not in one
        assert "something else" not in one
        assert one.endswith(".")


def test_an_act_without_words_is_told_all_the_same() -> None:
    assert working.sentence(look("delete_messages"), "Kith", None) == "Kith did something else (delete messages)."
    assert set(map(str, Permission)) <= set(telling.ACTS)


def look(action: str) -> Look:
    return Look(uuid4(), NOW, uuid4(), None, "none", action, "care", None)
