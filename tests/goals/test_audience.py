"""Who sees a goal, on every path: a private one is not there for anybody else, in no list, count, history or text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals import rhythm
from app.patients import service
from app.patients.models import CircleMember
from tests.goals.at_goals import WORDS, AtGoals, Caller, caller, give, member_id

SEE_PATHS = ("", "/history")
HELP_ACTS = {"notes": {"id": str(new_id()), "note": "Well done"}}
STEP_ACTS = ("accept", "decline", "helped")
AUDIENCES = {"private": (False, False), "team": (True, False), "circle": (True, True)}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_who_sees_a_goal_on_every_path(audience: str, mary: Caller, tom: Caller, ada: Caller, priya: Caller) -> None:
    goal = mary.sets(audience)
    team, circle = AUDIENCES[audience]
    for who, sees in ((mary, True), (priya, team), (tom, circle), (ada, circle)):
        assert [one["id"] for one in who.get()["items"]] == ([goal["id"]] if sees else [])
        assert len(who.get("?state=active&limit=1")["items"]) == sees
        for path in SEE_PATHS:
            assert who.tries(f"/{goal['id']}{path}").status_code == (200 if sees else 404), path
    step = goal["steps"][0]["id"]
    for who, sees in ((priya, team), (tom, circle)):
        for act, body in HELP_ACTS.items():
            assert (who.post(f"/{goal['id']}/{act}", body).status_code == 404) != sees, act
        for act in STEP_ACTS:
            assert (who.post(f"/steps/{step}/{act}").status_code == 404) != sees, act


def test_not_there_looks_like_not_shared(mary: Caller, tom: Caller, priya: Caller) -> None:
    private = mary.sets("private")
    for who in (tom, priya):
        hidden, none = who.tries(f"/{private['id']}"), who.tries(f"/{new_id()}")
        assert (hidden.status_code, hidden.data) == (none.status_code, none.data)


def test_who_sees_nothing_of_goals_is_refused(around: AtGoals, client: FlaskClient, mary: Caller) -> None:
    mary.sets("circle")
    nurse = caller(client, around.world, around.world.adeyemi)
    assert nurse.tries().status_code == 403
    stranger = caller(client, around.world, around.world.stranger)
    assert stranger.tries().status_code == 404


def test_whoever_acts_for_her_in_goals_sees_and_changes_all(
    around: AtGoals, client: FlaskClient, mary: Caller, ada: Caller
) -> None:
    goal = mary.sets("private")
    with unit_of_work():
        place = db.session.scalars(select(CircleMember.id).where(CircleMember.person_id == around.ada.id)).one()
        review_on = clock.now().date() + timedelta(days=90)
        new = service.NewActing(place, "consent", ("goals",), review_on, "Papers seen at the clinic on Monday.")
        service.record_acting(around.patient, new, around.world.mary.id)
    assert [one["words"] for one in ada.get()["items"]] == [WORDS]
    assert ada.changes(f"/{goal['id']}", goal["version"], words="Sing").get_json()["words"] == "Sing"
    assert ada.sets("private")["set_by"]["is_to_patient"] == "neighbour"
    history = mary.get(f"/{goal['id']}/history")["history"]
    assert [one["by"]["name"] for one in history] == ["Mary Okafor", "Mary Okafor", "Ada Obi"]


def test_seen_with_their_eyes_it_is_what_they_see(around: AtGoals, mary: Caller, tom: Caller) -> None:
    for audience in AUDIENCES:
        mary.sets(audience)
    place = member_id(around.patient, around.world.tom)
    assert mary.get(f"?see_as={place}") == tom.get()
    assert len(mary.get()["items"]) == 3


def test_what_it_said_in_private_is_not_read_when_it_is_shared(mary: Caller, tom: Caller, priya: Caller) -> None:
    goal = mary.sets("private", words="Drink less gin", confidence=2)
    one = f"/{goal['id']}"
    mary.does(f"{one}/reviews", {"id": str(new_id()), "note": "Two bottles", "confidence": 1})
    now = mary.does(f"{one}/reviews", {"id": str(new_id()), "note": "One bottle", "confidence": 3})
    mary.changes(one, now["version"], words="Look after myself", audience="circle")
    mary.does(f"{one}/reviews", {"id": str(new_id()), "note": "Going well"})
    for who in (tom, priya):
        whole = who.get(f"{one}/history")
        assert [step["kind"] for step in whole["history"]] == ["shared", "reviewed"]
        assert [step["note"] for step in whole["reviews"]] == ["Going well"]
        assert "gin" not in str(whole) + str(who.get())
        assert "bottle" not in str(whole)
    assert len(mary.get(f"{one}/history")["reviews"]) == 3


def test_numbers_only_for_who_reads_them_elsewhere(around: AtGoals, mary: Caller, tom: Caller, ada: Caller) -> None:
    goal = mary.sets("circle", tied_to="measure", tie="weight", start_value="80", aim_value="70")
    assert goal["way"]["start"] == "80.000"
    assert tom.get(f"/{goal['id']}")["way"]["aim"] == "70.000"  # he sees her readings
    assert ada.get(f"/{goal['id']}")["way"] is None
    with unit_of_work():
        give(around.patient, around.ada, Right.SEE, around.world, Category.READINGS)
    assert ada.get(f"/{goal['id']}")["way"]["aim"] == "70.000"


def test_the_history_keeps_numbers_from_who_reads_them_nowhere_else(mary: Caller, ada: Caller) -> None:
    goal = mary.sets("circle", tied_to="measure", tie="weight", start_value="82.4", aim_value="75")
    version = mary.changes(f"/{goal['id']}", goal["version"], aim_value="71").get_json()["version"]
    mary.changes(f"/{goal['id']}", version, tied_to=None, tie=None)
    of_mary, of_ada = (who.get(f"/{goal['id']}/history")["history"] for who in (mary, ada))
    assert "82.4" in str(of_mary)
    assert "75" in str([one["before"] for one in of_mary])
    assert {name for one in of_ada for name in one["before"]} == {"tied_to", "tie"}


def test_a_refusal_does_not_count_private_goals(around: AtGoals) -> None:
    for _ in range(rhythm.MOST_GOALS):
        around.goal("private", steps=())
    assert around.suggestion().state == "suggested"
    with pytest.raises(Conflict):
        around.goal("private", steps=())


def test_the_feed_says_that_there_is_something_and_only_of_what_is_shared(
    around: AtGoals, client: FlaskClient, mary: Caller
) -> None:
    for audience in AUDIENCES:
        goal = mary.sets(audience)
        mary.does(f"/steps/{goal['steps'][0]['id']}/done")
        mary.does(f"/steps/{goal['steps'][0]['id']}/open-again")
        mary.does(f"/steps/{goal['steps'][0]['id']}/done")
        for _ in range(2):
            mary.does(f"/{goal['id']}/reached")
            mary.does(f"/{goal['id']}/take-up")
    feed = client.get(f"/api/patients/{around.world.mary_patient.id}/feed", headers=mary.headers).get_json()["items"]
    assert [(one["category"], one["text"]) for one in feed] == [
        ("goals", "Mary has reached a goal."),
        ("goals", "Mary took a step towards a goal."),
    ]


def test_another_patients_goal_is_not_there(around: AtGoals, client: FlaskClient, mary: Caller) -> None:
    goal = mary.sets("circle")
    khan = around.world.khan_patient
    theirs = Caller(client, f"/api/patients/{khan.id}/goals", caller(client, around.world, around.world.khan).headers)
    assert theirs.get()["items"] == []
    step = goal["steps"][0]["id"]
    paths: list[Any] = [f"/{goal['id']}/{act}" for act in ("reached", "take-up")]
    paths += [f"/steps/{step}/{act}" for act in ("done", "open-again", "remove")]
    assert {theirs.post(path).status_code for path in paths} == {404}
    assert theirs.tries(f"/{goal['id']}").status_code == 404
    assert mary.get(f"/{goal['id']}") == goal


def test_once_care_has_ended_goals_are_kept_and_can_be_made_private(around: AtGoals, mary: Caller) -> None:
    goal = mary.sets("circle")
    with unit_of_work():
        service.end_care(around.patient, "moved")
    assert mary.get(f"/{goal['id']}") == goal
    assert mary.post("", {"id": str(new_id()), "words": WORDS}).status_code == 409
    assert mary.changes(f"/{goal['id']}", goal["version"], words="Sing").status_code == 409
    assert mary.changes(f"/{goal['id']}", goal["version"], audience="private").get_json()["audience"] == "private"
