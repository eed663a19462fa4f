"""Acting for a patient: who may record it on which basis, what it opens, how acts are labelled, when it stops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.patients import queries
from app.patients.models import ActingFor, ActingReview, CircleGrant
from app.patients.queries import consent
from tests.conftest import NOW
from tests.patients.circles import LATER, circle_of
from tests.people import World, signed_in

SEEN = "Seen on 16 November 2026: registered LPA for health and welfare, number 7000-1234-5678."
BY_WHOM = {
    "the patient, on their own consent": ("mary", "consent", "", 201),
    "the patient, on a power of attorney": ("mary", "lasting_power_of_attorney", SEEN, 403),
    "the coordinator, on a power of attorney": ("priya", "lasting_power_of_attorney", SEEN, 201),
    "the lead, in the best interest": ("lead", "best_interest", SEEN, 201),
    "the coordinator, on the patient's consent": ("priya", "consent", SEEN, 403),
    "the coordinator, without evidence": ("priya", "lasting_power_of_attorney", "", 422),
    "the coordinator, with 19 characters": ("priya", "best_interest", "x" * 19, 422),
    "the coordinator, with blanks": ("priya", "best_interest", " " * 25, 422),
    "the clinician": ("lind", "best_interest", SEEN, 403),
    "the son himself": ("tom", "consent", "", 403),
    "a stranger": ("stranger", "consent", "", 404),
    "a coordinator elsewhere": ("other_coordinator", "best_interest", SEEN, 404),
}


@pytest.mark.parametrize("case", BY_WHOM)
def test_who_records_it_on_which_basis(client: FlaskClient, world: World, case: str) -> None:
    who, basis, evidence, status = BY_WHOM[case]
    member = circle_of(client, world, world.mary).member("Tom")
    caller = circle_of(client, world, getattr(world, who))
    body = {"member_id": member, "basis": basis, "scopes": ["circle"], "review_on": LATER, "wording_version": 1}
    answer = caller.post("/acting", body | {"evidence": evidence})
    assert answer.status_code == status, answer.get_json()
    assert len(db.session.scalars(select(ActingFor)).all()) == (status == 201)


BODY: dict[str, Any] = {"basis": "consent", "scopes": ["readings"], "review_on": LATER, "wording_version": 1}
REFUSED: dict[str, tuple[str, dict[str, Any], int]] = {
    "a visitor": ("Bola", {}, 422),
    "a device": ("Mary's", {}, 422),
    "today": ("Tom", {"review_on": "2026-11-18"}, 422),
    "in two years": ("Tom", {"review_on": "2028-11-18"}, 422),
    "no scope": ("Tom", {"scopes": []}, 422),
    "a scope there is not": ("Tom", {"scopes": ["everything"]}, 422),
    "a basis there is not": ("Tom", {"basis": "love"}, 422),
    "other words": ("Tom", {"wording_version": 2}, 409),
    "a field too many": ("Tom", {"person_id": "x"}, 422),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_changes_nothing(client: FlaskClient, world: World, case: str) -> None:
    name, change, status = REFUSED[case]
    mary = circle_of(client, world, world.mary)
    answer = mary.post("/acting", {"member_id": mary.member(name)} | BODY | change)
    assert answer.status_code == status, answer.get_json()
    assert db.session.scalars(select(ActingFor)).all() == []


def test_nobody_acts_twice_and_no_colleague_acts(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    assert mary.act("Tom", "consent", "readings").status_code == 201
    assert mary.act("Tom", "consent", "plan").status_code == 409
    lind = {"role": "member", "relationship": "friend", "given_name": "Anna", "family_name": "Lind"}
    assert mary.post("/circle", lind | {"phone": "07700 900102"}).status_code == 201
    refused = mary.act("Anna", "consent", "circle")
    assert (refused.status_code, "works for the team" in refused.get_json()["detail"]) == (422, True)


def test_somebody_who_acts_gives_within_their_scopes_and_it_says_so(client: FlaskClient, world: World) -> None:
    mary, priya = circle_of(client, world, world.mary), circle_of(client, world, world.priya)
    scopes = ("circle", "medicines")
    assert priya.act("Tom", "lasting_power_of_attorney", *scopes, evidence=SEEN).status_code == 201
    tom = circle_of(client, world, world.tom)
    given = tom.give("Bola", "medicines", "see")
    assert given.status_code == 201
    label = "Tom Okafor, acting for Mary Okafor under a lasting power of attorney"
    assert given.get_json()["given_by"] == label
    assert "medicines see" in mary.grants("Bola")
    for name, category, said in (("Tom", "medicines", "give yourself more"), ("Bola", "plan", "does not include")):
        refused = tom.give(name, category, "see")
        assert (refused.status_code, said in refused.get_json()["detail"]) == (403, True)
    grant = given.get_json()["id"]
    assert tom.delete(f"/circle/{mary.member('Bola')}/grants/{grant}").status_code == 204
    past = next(one for one in mary.get("/circle/history")["items"] if one["id"] == grant)
    assert (past["given_by"], past["ended_by"], past["ended_why"]) == (label, label, "ended")
    row = db.session.get_one(CircleGrant, grant)
    assert row.acting_for_id == row.ended_acting_for_id is not None
    acts = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == world.tom.id)).all()
    assert {one.on_behalf_of for one in acts if one.role == "acting"} == {world.mary.id}


def test_nobody_who_acts_decides_who_acts(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    acting = mary.act("Tom", "consent", "circle").get_json()["id"]
    tom = circle_of(client, world, world.tom)
    assert tom.act("Tom", "consent", "plan").status_code == 403
    assert tom.delete(f"/acting/{acting}").status_code == 403
    assert tom.post(f"/acting/{acting}/review", {"review_on": LATER, "note": "Still so."}).status_code == 403
    assert tom.delete(f"/circle/{mary.member('Tom')}").status_code == 409  # ends with the acting-for only


def test_after_its_review_day_it_opens_nothing_until_reviewed(client: FlaskClient, world: World) -> None:
    priya = circle_of(client, world, world.priya)
    made = priya.act("Tom", "best_interest", "plan", evidence=SEEN, review_on="2026-11-20").get_json()
    plan = f"/api/patients/{world.mary_patient.id}/monitoring"
    assert client.get(plan, headers=signed_in(client, world.tom)).status_code == 200
    with clock.at(NOW + timedelta(days=2, hours=13)):
        assert client.get(plan, headers=signed_in(client, world.tom)).status_code == 200
    mary = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
    assert consent.acting_now(mary, world.tom.id) is not None
    with clock.at(NOW + timedelta(days=3)):
        assert consent.acting_now(mary, world.tom.id) is None
        tom = signed_in(client, world.tom)
        assert client.get(plan, headers=tom).status_code == 403
        (mine,) = client.get("/api/me", headers=tom).get_json()["acting"]
        assert (mine["given_name"], mine["is_open"]) == ("Mary", False)
        priya = circle_of(client, world, world.priya)
        review = {"review_on": LATER, "note": "Looked at again with Tom and Dr Lind."}
        moved = priya.post(f"/acting/{made['id']}/review", review)
        assert (moved.status_code, moved.get_json()["review_on"], moved.get_json()["is_open"]) == (201, LATER, True)
        assert client.get(plan, headers=tom).status_code == 200
    (kept,) = db.session.scalars(select(ActingReview))
    assert (kept.note, kept.reviewed_by) == (review["note"], world.priya.id)


def test_it_ends_at_once_by_the_patient_the_team_or_oneself(client: FlaskClient, world: World) -> None:
    mary, tom = circle_of(client, world, world.mary), circle_of(client, world, world.tom)
    for end in (
        lambda acting: mary.delete(f"/acting/{acting}"),
        lambda acting: circle_of(client, world, world.lead).delete(f"/acting/{acting}"),
        lambda acting: client.delete(f"/api/me/acting/{acting}", headers=tom.headers),
    ):
        acting = mary.act("Tom", "consent", "circle").get_json()["id"]
        assert tom.members().keys() == mary.members().keys()
        assert end(acting).status_code == 204
        assert client.get(f"{tom.record}/circle", headers=tom.headers).status_code == 403
        assert end(acting).status_code == 404
    assert mary.get("/acting")["items"] == []


def test_nobody_stops_what_is_not_theirs(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    acting = mary.act("Tom", "consent", "circle").get_json()["id"]
    for person in (world.stranger, world.adeyemi, world.priya):
        headers = signed_in(client, person)
        assert client.delete(f"/api/me/acting/{acting}", headers=headers).status_code == 404
        assert client.delete(f"/api/me/circles/{mary.member('Tom')}", headers=headers).status_code == 404
    khan = signed_in(client, world.priya)
    elsewhere = f"/api/patients/{world.khan_patient.id}/acting/{acting}"
    assert client.delete(elsewhere, headers=khan).status_code == 404


def test_what_ending_it_changes_is_said_before(client: FlaskClient, world: World) -> None:
    mary, priya = circle_of(client, world, world.mary), circle_of(client, world, world.priya)
    acting = mary.act("Tom", "consent", "circle", "plan").get_json()["id"]
    mine = mary.get(f"/acting/{acting}/withdrawal")
    assert mine["changes"] == [
        "Tom can no longer decide for you about the circle and the plan.",
        "Nobody else acts for you then.",
    ]
    assert "decide for Mary about" in priya.get(f"/acting/{acting}/withdrawal")["changes"][0]
