"""Somebody is asked to help with a step: answers, is told, does it, and is let go of who may help no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.goals import rhythm
from app.goals.models import GoalStep
from app.goals.queries import helping as queries
from app.goals.service import helping, letting_go
from app.patients import service
from app.patients.models import CircleGrant
from app.teams import service as teams
from tests.conftest import NOW
from tests.goals.at_goals import STEP, WHY, WORDS, AtGoals, Caller, give, member_id, step_of, told


def asks(mary: Caller, goal: Any, person_id: UUID | None) -> Any:
    body = {"person_id": None if person_id is None else str(person_id)}
    return mary.post(f"/steps/{goal['steps'][0]['id']}/ask", body)


def step(who: Caller, goal: Any) -> Any:
    return who.get(f"/{goal['id']}")["steps"][0]


def kinds(who: Caller, goal: Any) -> list[str]:
    return [one["kind"] for one in who.get(f"/{goal['id']}/history")["history"][2:]]


def test_who_can_be_asked(around: AtGoals, mary: Caller) -> None:
    world = around.world
    for audience, names in (
        ("private", []),
        ("team", ["Priya Shah"]),
        ("circle", ["Priya Shah", "Tom Okafor"]),  # Ada sees goals and may not act, Nurse Adeyemi neither
    ):
        goal = mary.sets(audience)
        assert [one["name"] for one in mary.get(f"/{goal['id']}/helpers")["items"]] == names
        for person in (world.priya, world.tom, around.ada, world.adeyemi, world.lind, world.mary, world.khan):
            expected = 200 if f"{person.given_name} {person.family_name}" in names else 422
            assert asks(mary, goal, person.id).status_code == expected, (audience, person.given_name)
            assert asks(mary, goal, None).status_code == 200
        assert asks(mary, goal, new_id()).status_code == 422


def test_asked_in_no_words_of_theirs_and_answered(around: AtGoals, mary: Caller, tom: Caller) -> None:
    goal = mary.sets()
    asked = asks(mary, goal, around.world.tom.id).get_json()["steps"][0]
    assert (asked["helper"]["name"], asked["helper"]["is_to_patient"], asked["helper_state"]) == (
        "Tom Okafor", "son", "asked",
    )  # fmt: skip
    (text,) = told(around.world.tom.id)
    assert text.startswith("Kith: Tom, Mary O. asks you to help with a step of a goal. Reply OK if you will, PASS if")
    assert not any(words in text for words in (STEP, WORDS, WHY))
    assert step(tom, goal)["is_mine"]
    for _ in range(2):
        answer = tom.does(f"/steps/{asked['id']}/accept")
        assert answer == {"step_id": asked["id"], "goal_id": goal["id"], "helper_state": "accepted", "done_at": None}
    (text,) = told(around.world.mary.id)
    assert "Tom will help with a step of a goal" in text
    for _ in range(2):
        assert tom.does(f"/steps/{asked['id']}/helped")["done_at"] is not None
    assert "Tom has noted that a step of a goal is done" in told(around.world.mary.id)[-1]
    assert step(mary, goal)["done_by"]["name"] == "Tom Okafor"
    assert kinds(mary, goal) == ["helper_asked", "helper_accepted", "step_done"]
    assert asks(mary, goal, None).status_code == 409


def test_who_cannot_says_so_and_may_think_again(around: AtGoals, mary: Caller, tom: Caller) -> None:
    goal = mary.sets()
    asks(mary, goal, around.world.tom.id)
    one = f"/steps/{goal['steps'][0]['id']}"
    for _ in range(2):
        assert tom.does(f"{one}/decline")["helper_state"] == "declined"
    assert "Tom cannot help" in told(around.world.mary.id)[-1]
    assert tom.post(f"{one}/helped").status_code == 409
    assert tom.does(f"{one}/accept")["helper_state"] == "accepted"
    assert asks(mary, goal, around.world.priya.id).get_json()["steps"][0]["helper"]["name"] == "Priya Shah"
    assert tom.post(f"{one}/accept").status_code == 409
    assert kinds(mary, goal) == [
        "helper_asked", "helper_declined", "helper_accepted", "helper_ended", "helper_asked",
    ]  # fmt: skip
    last = mary.get(f"/{goal['id']}/history")["history"][-2:]
    assert [one["helper"]["name"] for one in last] == ["Tom Okafor", "Priya Shah"]


def test_in_the_circle_only_who_helps_does_it_of_the_team_anybody(
    around: AtGoals, mary: Caller, tom: Caller, ada: Caller, priya: Caller
) -> None:
    goal = mary.sets()
    one = f"/steps/{goal['steps'][0]['id']}"
    assert tom.post(f"{one}/helped").status_code == 409
    assert ada.post(f"{one}/helped").status_code == 403
    asks(mary, goal, around.world.tom.id)
    assert tom.post(f"{one}/helped").status_code == 409  # say first that you help
    assert priya.does(f"{one}/helped")["done_at"] is not None
    assert priya.post(f"{one}/accept").status_code == 409


def test_the_circle_hears_of_steps_and_goals_once_and_without_words(around: AtGoals, mary: Caller) -> None:
    with unit_of_work():
        give(around.patient, around.ada, Right.BE_TOLD, around.world)
    for audience, count in (("private", 0), ("team", 0), ("circle", 2)):
        goal = mary.sets(audience)
        for _ in range(2):
            mary.does(f"/steps/{goal['steps'][0]['id']}/done")
            mary.does(f"/steps/{goal['steps'][0]['id']}/open-again")
        mary.does(f"/{goal['id']}/reached")
        texts = told(around.ada.id)
        assert len(texts) == count
    assert "took a step towards a goal" in texts[0]
    assert "has reached a goal" in texts[1]
    assert not any(words in text for words in (STEP, WORDS, WHY) for text in texts)
    assert told(around.world.tom.id) == []


def test_made_private_nobody_helps_and_nobody_is_told(around: AtGoals, mary: Caller, tom: Caller) -> None:
    goal = mary.sets()
    asks(mary, goal, around.world.tom.id)
    assert len(told(around.world.tom.id)) == 1
    now = mary.get(f"/{goal['id']}")
    now = mary.changes(f"/{goal['id']}", now["version"], audience="private").get_json()
    assert (now["steps"][0]["helper"], told(around.world.tom.id)) == (None, [])
    assert queries.asked_of(around.world.tom.id) == []
    assert tom.post(f"/steps/{goal['steps'][0]['id']}/accept").status_code == 404
    assert kinds(mary, goal) == ["helper_asked", "shared", "helper_ended"]


def test_a_coordinator_who_helps_stays_when_it_is_the_teams_only(around: AtGoals, mary: Caller) -> None:
    goal = mary.sets()
    now = asks(mary, goal, around.world.priya.id).get_json()
    now = mary.changes(f"/{goal['id']}", now["version"], audience="team").get_json()
    assert now["steps"][0]["helper"]["name"] == "Priya Shah"
    now = mary.changes(f"/{goal['id']}", now["version"], audience="private").get_json()
    assert now["steps"][0]["helper"] is None


def test_what_waits_for_somebody_over_all_circles(around: AtGoals) -> None:
    goal, put_aside = around.goal(), around.goal()
    with unit_of_work():
        for one in (goal, put_aside):
            helping.ask(around.patient, step_of(one), around.world.tom.id, around.mary)
    waiting = queries.asked_of(around.world.tom.id)
    assert [(one.goal.id, one.given_name, one.patient_id) for one in waiting] == [
        (one.id, "Mary", around.patient.id) for one in (goal, put_aside)
    ]
    with unit_of_work():
        put_aside.state = "put_aside"
        helping.decline(around.seen, step_of(goal), around.tom)
    assert queries.asked_of(around.world.tom.id) == []
    assert queries.asked_of(around.world.priya.id) == []


ENDINGS = ("left", "taken out", "grant ended", "ran out", "care ended")


@pytest.mark.parametrize("how", ENDINGS)
def test_who_may_help_no_more_is_let_go_of(around: AtGoals, mary: Caller, how: str) -> None:
    goal, world = mary.sets(), around.world
    asks(mary, goal, world.tom.id)
    with clock.at(NOW + timedelta(seconds=1)):
        with unit_of_work():
            member = member_id(around.patient, world.tom)
            acts = (CircleGrant.member_id == member, CircleGrant.category == Category.GOALS, CircleGrant.right == "act")
            grant = db.session.scalars(select(CircleGrant).where(*acts)).one()
            if how == "taken out":
                service.end_membership(around.patient, member, world.mary.id, tell=True)
            elif how == "left":
                service.leave(world.tom.id, member)
            elif how == "grant ended":
                service.end_grant(around.patient, member, grant.id, world.mary.id)
            elif how == "ran out":
                grant.ends_on = NOW.date() - timedelta(days=1)
            else:
                service.end_care(around.patient, "moved")
        if how in ("grant ended", "ran out"):  # in silence
            assert db.session.scalars(select(GoalStep.helper_id)).one() == world.tom.id
            with unit_of_work():
                assert letting_go.of_all() == 1
                assert letting_go.of_all() == 0
    assert step(mary, goal)["helper"] is None
    last = mary.get(f"/{goal['id']}/history")["history"][-1]
    assert (last["kind"], last["by"], last["helper"]["name"]) == ("helper_ended", None, "Tom Okafor")
    assert queries.asked_of(world.tom.id) == []


def test_the_next_coordinator_was_not_asked(around: AtGoals, mary: Caller) -> None:
    goal = mary.sets("team")
    asks(mary, goal, around.world.priya.id)
    with unit_of_work():
        next_one = people.person("Nadia", "Berg", "07700900231")
        teams.give_role(around.world.organisation.id, around.world.team.id, next_one.id, Role.COORDINATOR)
        db.session.flush()
        service.change(around.patient, around.world.mary_patient.version, {"coordinator_id": next_one.id})
    assert step(mary, goal)["helper"] is None


def test_many_messages_in_a_day_are_too_many(around: AtGoals, mary: Caller) -> None:
    goal = mary.sets()
    for _ in range(rhythm.ASKED_A_DAY):
        assert asks(mary, goal, around.world.tom.id).status_code == 200
        assert asks(mary, goal, None).status_code == 200
    assert asks(mary, goal, around.world.tom.id).status_code == 429


def test_once_reached_nobody_is_asked_any_more(around: AtGoals, mary: Caller, tom: Caller) -> None:
    goal = mary.sets()
    asks(mary, goal, around.world.tom.id)
    mary.does(f"/{goal['id']}/reached")
    assert told(around.world.tom.id) == []
    assert tom.post(f"/steps/{goal['steps'][0]['id']}/accept").status_code == 409
    assert queries.asked_of(around.world.tom.id) == []
