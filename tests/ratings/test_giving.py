"""Ratings given: by whom in which voice, once each, on the scale, with the version that they were made in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.permissions import Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.patients import service
from app.ratings import voicing
from app.ratings.instrument import Instrument
from app.ratings.models import InstrumentVersion, Rating
from app.ratings.queries import instruments, rated, shown
from app.ratings.service import courses
from tests.conftest import NOW
from tests.people import World
from tests.ratings.rater import SCORES, Raters, caller, changed, registered, told

MAY = {
    Role.PATIENT: {"patient"},
    Role.ACTING: {"patient"},
    Role.MEMBER: {"patient"},
    Role.VISITOR: {"patient"},
    Role.COORDINATOR: {"together", "team"},
    Role.CLINICIAN: {"together", "team"},
    Role.LEAD: {"together", "team"},
}


@pytest.mark.parametrize("role", MAY, ids=str)
@pytest.mark.parametrize("voice", ["patient", "together", "team"])
def test_who_gives_which_view(role: Role, voice: str) -> None:
    assert voicing.may_give(role, voice) is (voice in MAY[role])
    on_paper = MAY[role] | {"patient"}
    assert voicing.may_give(role, voice, on_paper=True) is (voice in on_paper)


def test_a_rating_is_shown_area_by_area_with_who_and_when(client: FlaskClient, world: World) -> None:
    mary = caller(client, world, world.mary)
    given = mary.rate(notes={"mood": "Slept well."})
    assert mary.get(f"/ratings/{given['id']}") == given
    said = {one["area"]: (one["score"], one["note"]) for one in given["areas"] if one["score"] is not None}
    assert said == {"mood": (6, "Slept well."), "home": (8, None), "people": (3, None)}
    assert len(given["areas"]) == 8
    facts = (
        "version",
        "voice",
        "occasion",
        "rated_by",
        "rated_as",
        "channel",
        "lowest",
        "highest",
        "mean",
        "attribution",
    )
    assert [given[name] for name in facts] == [
        2, "patient", "baseline", "Mary Okafor", "patient", "app", 0, 10, 5.7, "",
    ]  # fmt: skip
    assert given["rated_at"] == NOW.isoformat()


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "too high": ({"scores": {"mood": 11}}, "/scores/mood", "Choose a whole number from 0 to 10"),
    "too low": ({"scores": {"mood": -1}}, "/scores/mood", "Choose a whole number from 0 to 10"),
    "half": ({"scores": {"mood": 6.5}}, "/scores/mood", "Not a valid integer"),
    "in words": ({"scores": {"mood": "six"}}, "/scores/mood", "Not a valid integer"),
    "an area that is not there": ({"scores": {"wind": 3}}, "/scores/wind", "has no such area"),
    "nothing": ({"scores": {}}, "/scores", "Rate one area at least"),
    "all left out": ({"scores": {"mood": None, "home": None}}, "/scores", "Rate one area at least"),
    "words for no area": ({"notes": {"wind": "Strong."}}, "/notes/wind", "has no such area"),
    "no words": ({"notes": {"mood": ""}}, "/notes/mood", "Length must be"),
    "too many words": ({"notes": {"mood": "x" * 501}}, "/notes/mood", "Length must be"),
    "what cannot be kept": ({"notes": {"mood": "a\x00b"}}, "/notes/mood", "cannot be stored"),
    "no instrument": ({"code": "compass"}, "/code", "not known"),
    "a version that never was": ({"version": 9}, "/version", "no such version"),
    "a voice that nobody has": ({"voice": "doctor"}, "/voice", "Must be one of"),
    "a time to come": ({"rated_at": "2026-11-18T10:11:00Z"}, "/rated_at", "still to come"),
    "a field too many": ({"mean": 9}, "/mean", "Unknown field"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(client: FlaskClient, world: World, name: str) -> None:
    more, pointer, words = WRONG[name]
    body = {"id": str(new_id()), "code": "wheel", "voice": "patient", "scores": SCORES} | more
    answer = caller(client, world, world.mary).send("/ratings", **body)
    assert answer.status_code == 422
    assert words in {one["pointer"]: one["detail"] for one in answer.get_json()["errors"]}[pointer]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Rating)) == 0


def test_sent_again_it_is_the_same_rating(client: FlaskClient, world: World) -> None:
    mary, one = caller(client, world, world.mary), str(new_id())
    first, again = (mary.rate(id=one, notes={"mood": "Better."}) for _ in range(2))
    assert again == first
    for other in ({"scores": {"mood": 5}}, {"notes": {}}, {"rated_at": "2026-11-17T10:00:00Z"}):
        body = {"id": one, "code": "wheel", "voice": "patient", "scores": SCORES, "notes": {"mood": "Better."}} | other
        assert mary.send("/ratings", **body).status_code == 409
    assert len(mary.get("/ratings")["items"]) == 1


def test_an_id_of_mary_is_nobody_elses(client: FlaskClient, world: World) -> None:
    one = caller(client, world, world.mary).rate()["sent_as"]
    body = {"id": one, "code": "wheel", "voice": "patient", "scores": SCORES, "on_paper": True}
    assert caller(client, world, world.priya).send("/ratings", **body).status_code == 409
    khan = caller(client, world, world.khan, world.khan_patient.id)
    assert khan.rate(id=one)["rated_by"] == "Imran Khan"  # of another patient it says nothing


def test_what_is_not_theirs_to_say_is_refused(client: FlaskClient, world: World, raters: Raters) -> None:
    raters.share(Right.SEE, Right.ACT)
    for person, voice in (
        (world.mary, "team"),
        (world.mary, "together"),
        (world.priya, "patient"),
        (world.tom, "team"),
    ):
        body = {"id": str(new_id()), "code": "wheel", "voice": voice, "scores": SCORES}
        answer = caller(client, world, person).send("/ratings", **body)
        assert (answer.status_code, answer.get_json()["detail"]) == (403, voicing.NOT_YOURS[voice])


def test_a_member_writes_down_what_mary_says_and_it_says_so(client: FlaskClient, world: World, raters: Raters) -> None:
    raters.share(Right.ACT)
    given = caller(client, world, world.tom).rate()
    assert (given["rated_by"], given["rated_as"], given["voice"]) == ("Tom Okafor", "member", "patient")


def test_a_sheet_of_paper_is_copied_by_the_team(client: FlaskClient, world: World) -> None:
    given = caller(client, world, world.priya).rate(on_paper=True, rated_at="2026-11-10T09:00:00Z")
    assert (given["channel"], given["rated_as"], given["rated_at"][:10]) == ("paper", "coordinator", "2026-11-10")


def test_after_care_has_ended_nothing_is_rated_and_what_was_sent_before_is_known(world: World, raters: Raters) -> None:
    known = raters.rate()
    with unit_of_work():
        service.end_care(raters.patient, "moved")
    with pytest.raises(Conflict, match="has ended"):
        raters.rate()
    assert raters.rate(id=known.client_id).id == known.id


@pytest.mark.usefixtures("own_instruments")
def test_each_rating_keeps_the_version_it_was_made_in(app: Flask, raters: Raters) -> None:
    wheel = instruments.newest("wheel")
    old = raters.rate()
    areas = [*wheel.content["areas"][:3], {**wheel.content["areas"][2], "code": "sleep", "name": "My sleep"}]
    registered(app, changed(wheel, 3, areas=areas, name="My new wheel"))
    new = raters.rate({"sleep": 4, "mood": 7})
    offline = raters.rate({"home": 2}, version=2)
    with pytest.raises(Invalid):
        raters.rate({"home": 2})  # the new one does not ask for it
    seen = shown.shown(raters.patient, [old, new, offline], Role.PATIENT)
    assert [(one.instrument.version, one.instrument.name, one.scores) for one in seen] == [
        (2, "My wheel", SCORES),
        (3, "My new wheel", {"sleep": 4, "mood": 7}),
        (2, "My wheel", {"home": 2}),
    ]
    kept = db.session.scalars(select(InstrumentVersion.version).order_by(InstrumentVersion.version)).all()
    assert kept == [2, 3]


def test_a_licence_that_is_over_stops_new_ratings_only(world: World, raters: Raters, harbour: Instrument) -> None:
    scores = {"wind": 2, "tide": 5}
    with pytest.raises(Conflict, match="needs a licence"):
        raters.rate(scores, raters.priya, "team", code="harbour")
    raters.license(NOW.date() + timedelta(days=30))
    given = raters.rate(scores, raters.priya, "team", code="harbour")
    with pytest.raises(Invalid, match="not rated this way"):
        raters.rate(scores, code="harbour")
    with clock.at(NOW + timedelta(days=31)):
        with pytest.raises(Conflict, match="expired"):
            raters.rate(scores, raters.priya, "together", code="harbour")
        assert raters.rate(scores, raters.priya, "team", code="harbour", id=given.client_id).id == given.id
        (seen,) = shown.shown(raters.patient, rated.listed(raters.patient, Role.COORDINATOR), Role.COORDINATOR)
        assert (seen.instrument.attribution, seen.mean) == (harbour.attribution, None)
        assert [one.stage for one in seen.areas] == [None, "Moored", None]
        with pytest.raises(Conflict, match="expired"):
            courses.start(raters.patient, "harbour", None, raters.priya)


def test_those_who_are_to_be_told_hear_that_there_is_one_and_nothing_of_it(world: World, raters: Raters) -> None:
    raters.share(Right.BE_TOLD)
    raters.rate(notes={"mood": "I cried all night."})
    assert told(world.tom, "has said how") == [
        "Kith: Tom, Mary O. has said how things are going. See http://localhost/ Not for emergencies: 999 or 111."
    ]
    raters.rate(by=raters.priya, voice="team")
    assert len(told(world.tom)) == 1
    raters.share(Right.ACT)
    raters.rate(by=raters.tom)
    assert len(told(world.tom)) == 1  # who wrote it down knows
