"""Who sees what: nothing of the team's for the circle, nobody of another team, flat lists, voices side by side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.ratings.instrument import Instrument
from app.ratings.models import InstrumentLicence
from app.ratings.queries import rated, shown
from tests.conftest import NOW
from tests.people import World
from tests.queries_counted import counted
from tests.ratings.rater import Raters, caller

DAY = timedelta(days=1)
TEAMS = "Looks worse than she says."


@pytest.fixture
def both(raters: Raters) -> Raters:
    """What Mary said twice, what the team thinks, and what they agreed."""
    raters.share(Right.SEE, Right.ACT)
    raters.rate({"mood": 4, "home": 8}, rated_at=NOW - 30 * DAY)
    raters.rate({"mood": 7, "home": 8, "care": 2}, notes={"mood": "Spring is here."})
    raters.rate({"mood": 3, "home": 8}, raters.priya, "team", notes={"mood": TEAMS})
    raters.rate({"mood": 5}, raters.priya, "together", notes={"mood": TEAMS})
    return raters


def everything(who: Any) -> str:
    """All that can be read of ratings."""
    listed = who.get("/ratings?corrected=true")
    paths = [f"/ratings/{one['id']}" for one in listed["items"]]
    paths += [f"/ratings/{what}?code=wheel" for what in ("side-by-side", "distance")]
    paths += ["/ratings/distance?code=wheel&voice=team", "/ratings?voice=team", "/rating-dues", "/rating-drafts"]
    return str([listed, *(who.get(path) for path in paths)])


def test_a_member_reads_nothing_that_the_team_thinks_or_notes(client: FlaskClient, world: World, both: Raters) -> None:
    tom, mary = caller(client, world, world.tom), caller(client, world, world.mary)
    (teams,) = [one["id"] for one in mary.get("/ratings?voice=team")["items"]]
    assert tom.status(f"/ratings/{teams}") == 404
    assert {one["voice"] for one in tom.get("/ratings")["items"]} == {"patient", "together"}
    read = everything(tom)
    assert TEAMS not in read
    assert teams not in read
    assert "Spring is here." in read
    assert tom.get("/ratings/side-by-side?code=wheel")["team"] is None
    assert tom.get("/ratings/distance?code=wheel&voice=team")["ratings"] == 0
    assert TEAMS in everything(mary)


def test_what_a_member_sends_shows_them_no_more(client: FlaskClient, world: World, both: Raters) -> None:
    tom = caller(client, world, world.tom)
    (together,) = tom.get("/ratings?voice=together")["items"]
    assert [one["note"] for one in together["areas"]] == [None] * 8
    assert TEAMS not in str(tom.rate())


def test_another_team_finds_nothing(client: FlaskClient, world: World, both: Raters) -> None:
    other = caller(client, world, world.other_coordinator)
    (mine,) = rated.listed(both.patient, Role.PATIENT, voice="together")
    for path in (
        "/ratings",
        f"/ratings/{mine.id}",
        "/rating-dues",
        "/rating-courses",
        "/rating-drafts",
        "/instruments",
    ):
        assert other.status(path) == 404, path
    assert other.send("/ratings", id=str(mine.id), code="wheel", voice="team", scores={"mood": 1}).status_code == 404
    assert other.send("/rating-courses", code="wheel").status_code == 404
    khan = caller(client, world, world.khan)
    assert khan.status("/ratings") == 404


def test_another_patients_rating_is_not_there_by_its_id(client: FlaskClient, world: World, both: Raters) -> None:
    priya = caller(client, world, world.priya, world.khan_patient.id)
    (mine,) = rated.listed(both.patient, Role.PATIENT, voice="together")
    assert priya.status(f"/ratings/{mine.id}") == 404
    assert priya.get("/ratings")["items"] == []


def test_voices_stand_side_by_side_with_where_they_disagree(client: FlaskClient, world: World, both: Raters) -> None:
    seen = caller(client, world, world.priya).get("/ratings/side-by-side?code=wheel")
    assert {voice: seen[voice]["voice"] for voice in ("patient", "together", "team")} == {
        "patient": "patient",
        "together": "together",
        "team": "team",
    }
    assert seen["apart"] == [{"area": "mood", "patient": 7, "team": 3}]


def test_distance_is_travelled_by_each_voice(client: FlaskClient, world: World, both: Raters) -> None:
    told = caller(client, world, world.priya).get("/ratings/distance?code=wheel")
    assert [(one["name"], one["first"], one["last"], one["change"]) for one in told["areas"]] == [
        ("My mood", 4, 7, 3),
        ("My home", 8, 8, 0),
    ]
    assert (told["raised"], told["kept"], told["fell"], told["overall"], told["ratings"]) == (1, 1, 0, 1.5, 2)
    assert caller(client, world, world.priya).get("/ratings/distance?code=wheel&voice=team")["areas"] == []


def test_lists_go_on_page_by_page_newest_first(client: FlaskClient, world: World, raters: Raters) -> None:
    for day in range(7):
        raters.rate({"mood": day}, rated_at=NOW - day * DAY)
    mary, scores, path = caller(client, world, world.mary), [], "/ratings?limit=3"
    while True:
        page = mary.get(path)
        scores += [one["score"] for item in page["items"] for one in item["areas"] if one["area"] == "mood"]
        if page["next"] is None:
            break
        path = f"/ratings?limit=3&cursor={page['next']}"
    assert scores == list(range(7))


def test_a_list_costs_the_same_however_long_it_is(raters: Raters) -> None:
    costs = []
    for _ in range(3):
        raters.rate()
        raters.rate(by=raters.priya, voice="team")
        patient = raters.patient
        db.session.expunge_all()
        with counted() as statements:
            shown.shown(patient, rated.listed(patient, Role.PATIENT), Role.PATIENT)
            shown.side_by_side(patient, Role.PATIENT, "wheel")
            shown.travelled(patient, Role.PATIENT, "wheel", "patient")
        costs.append(len(statements))
    assert costs == [8] * 3


def test_to_rate_costs_the_same_however_much_was_rated(raters: Raters) -> None:
    costs = []
    for day in range(5):
        with clock.at(NOW + day * DAY), counted() as statements:
            raters.rate()
        costs.append(len(statements))
    assert len(set(costs[2:])) == 1


def test_scores_of_one_area_over_time_are_those_that_the_patient_said(both: Raters) -> None:
    said = rated.scores_of_area(both.patient, Role.COORDINATOR, "wheel", "mood")
    assert [score for _, score in said] == [4, 7, 5]
    assert rated.scores_of_area(both.patient, Role.COORDINATOR, "wheel", "care") == [(NOW, 2)]


# Licences.


def test_an_administrator_records_and_ends_a_licence(client: FlaskClient, world: World, harbour: Instrument) -> None:
    admin, mary = caller(client, world, world.admin), caller(client, world, world.mary)
    api = type(admin)(client, world.admin, "/api")
    loaded = {one["code"]: one["is_licensed"] for one in api.get("/instruments")["items"]}
    assert loaded == {"harbour": True, "wheel": False}
    assert [one["code"] for one in mary.get("/instruments")["items"]] == ["wheel"]
    new = {"organisation_id": str(world.organisation.id), "code": "harbour", "holder": "Riverside Care"}
    new |= {"number": "H-1", "approval": "Letter of 1 November", "expires_on": "2026-11-18"}
    keyed = api.headers | {"Idempotency-Key": "licence-1"}
    recorded = client.post("/api/instrument-licences", json=new, headers=keyed)
    assert recorded.status_code == 201
    assert {one["code"]: one["attribution"] for one in mary.get("/instruments")["items"]} == {
        "harbour": harbour.attribution,
        "wheel": "",
    }
    ended = api.send(f"/instrument-licences/{recorded.get_json()['id']}/end")
    assert (ended.status_code, ended.get_json()["ended_at"]) == (200, NOW.isoformat())
    assert [one["code"] for one in mary.get("/instruments")["items"]] == ["wheel"]
    for wrong, status in (({"code": "wheel"}, 422), ({"expires_on": "2026-11-17"}, 422), ({"code": "compass"}, 404)):
        keyed["Idempotency-Key"] = f"licence {wrong}"
        assert client.post("/api/instrument-licences", json=new | wrong, headers=keyed).status_code == status
    elsewhere = new | {"organisation_id": str(world.elsewhere.id)}
    keyed["Idempotency-Key"] = "licence elsewhere"
    assert client.post("/api/instrument-licences", json=elsewhere, headers=keyed).status_code == 404
    assert len(db.session.scalars(select(InstrumentLicence)).all()) == 1


def test_a_licence_elsewhere_is_not_there(client: FlaskClient, world: World, harbour: Instrument) -> None:
    with_it = InstrumentLicence(organisation_id=world.elsewhere.id, code=harbour.code, recorded_by=world.admin.id)
    with_it.holder = with_it.number = with_it.approval = "x"
    with_it.expires_on = NOW.date() + DAY
    db.session.add(with_it)
    db.session.commit()
    api = type(caller(client, world, world.admin))(client, world.admin, "/api")
    assert api.get("/instrument-licences")["items"] == []
    assert api.send(f"/instrument-licences/{with_it.id}/end").status_code == 404
    assert [one["code"] for one in caller(client, world, world.mary).get("/instruments")["items"]] == ["wheel"]
