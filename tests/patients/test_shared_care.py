"""Shared care: agreed in words until a day, seen by the team elsewhere, ended at once; each refusal changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.patients.models import SharedCare
from app.teams import service as teams
from tests.conftest import NOW
from tests.people import World, signed_in

HOW = "Mary said yes on the phone on 16 November, after Priya read her the words."
HILLSIDE = {
    "organisation": "Hillside Care",
    "team": "Hillside Community Team",
    "ends_on": "2027-05-01",
    "agreement": HOW,
}


def path(world: World) -> str:
    return f"/api/patients/{world.mary_patient.id}/shared-care"


def agree(client: FlaskClient, world: World, who: str = "priya", **changes: Any) -> TestResponse:
    headers = signed_in(client, getattr(world, who)) | {"Idempotency-Key": str(uuid4())}
    return client.post(path(world), headers=headers, json=HILLSIDE | changes)


def rows() -> list[tuple[Any, ...]]:
    db.session.rollback()
    columns = (SharedCare.id, SharedCare.team_id, SharedCare.ends_on, SharedCare.ended_at)
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(SharedCare.id))]


@pytest.mark.parametrize("who", ["mary", "priya", "lead"])
def test_an_agreement_is_written_down_with_its_words(client: FlaskClient, world: World, who: str) -> None:
    made = agree(client, world, who)
    assert made.status_code == 201, made.text
    body = made.get_json()
    assert body | HILLSIDE == body
    assert body["agreed_by"] == getattr(world, who).name
    assert body["agreed_at"] == NOW.isoformat()
    for reader in ("mary", "priya", "lind", "lead"):
        seen = client.get(path(world), headers=signed_in(client, getattr(world, reader)))
        assert seen.get_json() == {"items": [body]}
    assert client.get(path(world), headers=signed_in(client, world.tom)).status_code == 403


# What the team elsewhere may do with a shared record, and what it may not.
OPENED: dict[str, tuple[str, str, int]] = {
    "the record": ("get", "", 200),
    "readings": ("get", "/readings", 200),
    "plans": ("get", "/monitoring", 200),
    "alerts": ("get", "/alerts", 200),
    "the circle": ("get", "/circle", 403),
    "with whom else it is shared": ("get", "/shared-care", 403),
    "sending a reading": ("post", "/readings", 403),
    "ending care": ("post", "/end", 403),
    "changing the record": ("patch", "", 403),
    "sharing it further": ("post", "/shared-care", 403),
    "ending the agreement": ("delete", "/shared-care/{agreement}", 403),
}


@pytest.mark.parametrize(("method", "what", "status"), OPENED.values(), ids=OPENED)
def test_the_team_elsewhere_sees_and_changes_nothing(
    client: FlaskClient, world: World, method: str, what: str, status: int
) -> None:
    owen = signed_in(client, world.other_coordinator)
    where = f"/api/patients/{world.mary_patient.id}{what}"
    assert client.open(where.format(agreement=uuid4()), method=method, headers=owen).status_code == 404
    agreement = agree(client, world).get_json()["id"]
    before = rows()
    answer = client.open(where.format(agreement=agreement), method=method, headers=owen | {"If-Match": '"1"'})
    assert answer.status_code == status, answer.text
    assert rows() == before
    other = client.get(f"/api/patients/{world.khan_patient.id}", headers=owen)
    assert other.status_code == 404


# Who in the team elsewhere sees by the agreement: staff who work there, not its visitors, not those of another team.
THERE: dict[str, tuple[str | None, int]] = {
    "a clinician": ("clinician", 200),
    "its lead": ("lead", 200),
    "a visitor of it": ("visitor", 404),
    "an admin of its organisation": ("admin", 404),
    "nobody": (None, 404),
}


@pytest.mark.parametrize(("role", "status"), THERE.values(), ids=THERE)
def test_who_sees_by_the_agreement(client: FlaskClient, world: World, role: str | None, status: int) -> None:
    if role is not None:
        with unit_of_work():
            team_id = None if role == "admin" else world.other_team.id
            teams.give_role(world.elsewhere.id, team_id, world.stranger.id, Role(role))
    agree(client, world)
    answer = client.get(f"/api/patients/{world.mary_patient.id}", headers=signed_in(client, world.stranger))
    assert answer.status_code == status


@pytest.mark.parametrize("who", ["mary", "priya", "lead"])
def test_an_end_takes_effect_at_once(client: FlaskClient, world: World, who: str) -> None:
    agreement, owen = agree(client, world).get_json()["id"], signed_in(client, world.other_coordinator)
    record = f"/api/patients/{world.mary_patient.id}"
    assert client.get(record, headers=owen).status_code == 200
    ended = client.delete(f"{path(world)}/{agreement}", headers=signed_in(client, getattr(world, who)))
    assert ended.status_code == 204
    assert client.get(record, headers=owen).status_code == 404
    assert client.get(path(world), headers=signed_in(client, world.mary)).get_json() == {"items": []}
    assert client.delete(f"{path(world)}/{agreement}", headers=signed_in(client, world.mary)).status_code == 404
    kept = db.session.scalars(select(SharedCare)).one()
    assert (kept.agreement, kept.ended_by) == (HOW, getattr(world, who).id)


def test_its_last_day_is_a_day_of_the_patient(client: FlaskClient, world: World) -> None:
    agree(client, world, ends_on="2026-11-18")
    record, shared = f"/api/patients/{world.mary_patient.id}", f"/api/teams/{world.other_team.id}/shared-patients"
    for hours, status, count in ((13.9, 200, 1), (14, 404, 0)):
        with clock.at(NOW + timedelta(hours=hours)):
            owen = signed_in(client, world.other_coordinator)
            assert client.get(record, headers=owen).status_code == status
            assert len(client.get(shared, headers=owen).get_json()["items"]) == count


def test_given_again_it_moves_the_day_and_keeps_both_wordings(client: FlaskClient, world: World) -> None:
    agree(client, world)
    again = agree(client, world, ends_on="2027-06-01", agreement="Mary said yes again at the review in clinic.")
    assert again.status_code == 201
    assert client.get(path(world), headers=signed_in(client, world.mary)).get_json() == {"items": [again.get_json()]}
    assert [one.agreement for one in db.session.scalars(select(SharedCare).order_by(SharedCare.id))] == [
        HOW,
        "Mary said yes again at the review in clinic.",
    ]


UNKNOWN_TEAM = "There is no team of this name in an organisation of this name."
REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "by her son": ("tom", {}, 403, "not allowed"),
    "by a clinician": ("lind", {}, 403, "not allowed"),
    "by an admin": ("admin", {}, 404, "nothing here"),
    "by the other team": ("other_coordinator", {}, 404, "nothing here"),
    "an unknown organisation": ("priya", {"organisation": "Hillside"}, 422, UNKNOWN_TEAM),
    "an unknown team": ("priya", {"team": "Hillside"}, 422, UNKNOWN_TEAM),
    "a name in other letters": ("priya", {"team": "hillside community team"}, 422, UNKNOWN_TEAM),
    "a team of one's own": (
        "priya",
        {"organisation": "Riverside Care", "team": "Riverside Long-Term Conditions"},
        422,
        UNKNOWN_TEAM,
    ),
    "yesterday": ("priya", {"ends_on": "2026-11-17"}, 422, "in the future"),
    "past a year": ("priya", {"ends_on": "2027-11-19"}, 422, "a year at most"),
    "no day": ("priya", {"ends_on": "soon"}, 422, "/ends_on"),
    "hardly a word": ("priya", {"agreement": "She said yes."}, 422, "/agreement"),
    "words with NUL": ("priya", {"agreement": HOW + "\x00"}, 422, "/agreement"),
    "what is not asked": ("priya", {"verified": True}, 422, "/verified"),
    "somebody else's name under it": ("priya", {"agreed_by": str(uuid4())}, 422, "/agreed_by"),
}


@pytest.mark.parametrize(("who", "changes", "status", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(
    client: FlaskClient, world: World, who: str, changes: dict[str, Any], status: int, said: str
) -> None:
    answer = agree(client, world, who, **changes)
    assert answer.status_code == status
    assert said in answer.text
    assert rows() == []
    owen = signed_in(client, world.other_coordinator)
    assert client.get(f"/api/patients/{world.mary_patient.id}", headers=owen).status_code == 404


def test_names_cannot_be_tried_for_ever(client: FlaskClient, world: World) -> None:
    answers = [agree(client, world, team=f"Team {number}").status_code for number in range(31)]
    assert answers == [422] * 30 + [429]


def test_after_the_end_of_care_nothing_is_shared_and_what_was_can_be_ended(client: FlaskClient, world: World) -> None:
    agreement = agree(client, world).get_json()["id"]
    priya = signed_in(client, world.priya)
    ended = client.post(f"/api/patients/{world.mary_patient.id}/end", headers=priya, json={"reason": "moved"})
    assert ended.status_code == 200
    assert agree(client, world, ends_on="2027-04-01").status_code == 409
    assert client.delete(f"{path(world)}/{agreement}", headers=priya).status_code == 204


def test_the_list_of_shared_patients_is_the_teams_and_is_noted_where_they_belong(
    client: FlaskClient, world: World
) -> None:
    shared = f"/api/teams/{world.other_team.id}/shared-patients"
    owen = signed_in(client, world.other_coordinator)
    assert client.get(shared, headers=owen).get_json() == {"items": [], "next": None}
    agree(client, world)
    assert client.get(shared, headers=owen).get_json()["items"] == [
        {
            "patient_id": str(world.mary_patient.id),
            "given_name": "Mary",
            "family_name": "Okafor",
            "organisation": "Riverside Care",
            "team": "Riverside Long-Term Conditions",
            "ends_on": "2027-05-01",
        }
    ]
    assert client.get(shared, headers=signed_in(client, world.priya)).status_code == 404
    assert client.get(shared, headers=signed_in(client, world.mary)).status_code == 403
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.role == "sharing")).one()
    assert (noted.organisation_id, noted.patient_id) == (world.organisation.id, world.mary_patient.id)
    assert noted.actor_id == world.other_coordinator.id
