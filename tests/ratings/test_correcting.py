"""Corrections: a new rating in the place of the old one, with a reason; nothing that was said is lost."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import Right
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import service
from app.ratings import voicing
from app.ratings.queries import instruments
from tests.people import World
from tests.ratings.rater import SCORES, Caller, Raters, caller, changed, registered

WHY = "I pressed the wrong number."


def corrected(who: Caller, one: Any, **more: Any) -> Any:
    body = {"id": str(new_id()), "scores": {**SCORES, "mood": 9}, "reason": WHY} | more
    return who.send(f"/ratings/{one['id']}/corrections", **body)


def test_the_old_one_stays_and_the_new_one_stands(client: FlaskClient, world: World) -> None:
    mary = caller(client, world, world.mary)
    old = mary.rate(rated_at="2026-11-17T08:00:00Z")
    new = corrected(mary, old).get_json()
    kept = ("code", "version", "voice", "rated_at", "occasion")
    assert [new[name] for name in kept] == [old[name] for name in kept]
    assert (new["corrects_id"], new["reason"], new["replaced_at"]) == (old["id"], WHY, None)
    assert [one["id"] for one in mary.get("/ratings")["items"]] == [new["id"]]
    both = {one["id"]: one for one in mary.get("/ratings?corrected=true")["items"]}
    assert both.keys() == {old["id"], new["id"]}
    was = mary.get(f"/ratings/{old['id']}")
    assert was["replaced_at"] is not None
    assert was | {"replaced_at": None} == old
    assert (mary.get("/rating-dues")["items"][0]["rating_id"], old["occasion"]) == (new["id"], "baseline")


def test_sent_again_it_is_the_same_correction(client: FlaskClient, world: World) -> None:
    mary, one = caller(client, world, world.mary), str(new_id())
    old = mary.rate()
    first, again = (corrected(mary, old, id=one) for _ in range(2))
    assert (first.status_code, again.get_json()) == (201, first.get_json())
    for other in ({"reason": "Another."}, {"scores": {"mood": 1}}, {"notes": {"mood": "Hm."}}):
        assert corrected(mary, old, id=one, **other).status_code == 409
    assert mary.send("/ratings", id=one, code="wheel", voice="patient", scores=SCORES).status_code == 409
    assert corrected(mary, old, id=old["sent_as"]).status_code == 409


def test_a_correction_is_corrected_and_not_what_it_stands_for(client: FlaskClient, world: World) -> None:
    mary = caller(client, world, world.mary)
    old = mary.rate()
    new = corrected(mary, old).get_json()
    refused = corrected(mary, old)
    assert (refused.status_code, "corrected before" in refused.get_json()["detail"]) == (409, True)
    newest = corrected(mary, new, scores={"mood": 2}).get_json()
    assert newest["corrects_id"] == new["id"]
    assert [one["id"] for one in mary.get("/ratings")["items"]] == [newest["id"]]
    assert len(mary.get("/ratings?corrected=true")["items"]) == 3


def test_none_overwrites_the_view_of_another(client: FlaskClient, world: World, raters: Raters) -> None:
    raters.share(Right.SEE, Right.ACT)
    mary, priya, tom = (caller(client, world, one) for one in (world.mary, world.priya, world.tom))
    hers, by_tom = mary.rate(), tom.rate(scores={"mood": 1})
    theirs, both = priya.rate(voice="team"), priya.rate(voice="together")
    on_paper = priya.rate(on_paper=True)
    asked = {
        (mary, "hers"): (hers, 201),
        (mary, "written down by Tom"): (by_tom, 201),
        (mary, "the team's"): (theirs, 403),
        (mary, "agreed"): (both, 403),
        (priya, "hers"): (mary.rate(), 403),
        (priya, "the team's"): (theirs, 201),
        (priya, "agreed"): (both, 201),
        (priya, "from paper"): (on_paper, 201),
        (tom, "by himself"): (tom.rate(), 403),
    }
    for (who, name), (one, status) in asked.items():
        assert corrected(who, one).status_code == status, (who.person.given_name, name)
    refused = corrected(mary, priya.rate(voice="team"))
    assert refused.get_json()["detail"] == voicing.NOT_YOURS["team"]


def test_a_reason_is_needed_and_what_cannot_be_is_refused(client: FlaskClient, world: World) -> None:
    mary = caller(client, world, world.mary)
    old = mary.rate()
    for wrong in ({"reason": ""}, {"reason": None}, {"scores": {"mood": 12}}, {"scores": {}}, {"voice": "team"}):
        assert corrected(mary, old, **wrong).status_code == 422, wrong
    assert mary.get(f"/ratings/{old['id']}") == old


def test_another_patients_rating_is_not_there(client: FlaskClient, world: World) -> None:
    khans = caller(client, world, world.khan, world.khan_patient.id).rate()
    mary, priya = caller(client, world, world.mary), caller(client, world, world.priya)
    for who in (mary, priya):
        assert corrected(who, khans).status_code == 404
        assert who.status(f"/ratings/{khans['id']}") == 404


@pytest.mark.usefixtures("own_instruments")
def test_a_correction_is_of_the_version_it_corrects(app: Flask, client: FlaskClient, world: World) -> None:
    mary, wheel = caller(client, world, world.mary), instruments.newest("wheel")
    old = mary.rate()
    registered(app, changed(wheel, 3, areas=wheel.content["areas"][:3]))
    new = corrected(mary, old, scores={"care": 4})  # an area that the new version has no more
    assert (new.status_code, new.get_json()["version"]) == (201, 2)


def test_what_is_wrong_is_put_right_after_care_has_ended(client: FlaskClient, world: World, raters: Raters) -> None:
    mary = caller(client, world, world.mary)
    old = mary.rate()
    with unit_of_work():
        service.end_care(raters.patient, "moved")
    assert corrected(mary, old).status_code == 201
