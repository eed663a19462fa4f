"""A goal tied to an action of the care plan: it goes as the action goes, for whoever may see the plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals import agreed
from app.goals.agreed import Action
from app.goals.audiences import Looking
from app.goals.queries import showing
from app.pathway.entering import NewAction
from app.pathway.models import PlanAction
from app.pathway.service import ending, setting
from app.patients import queries as patients
from app.patients.by import By
from tests.conftest import NOW
from tests.goals.at_goals import AtGoals, Caller, give
from tests.queries_counted import counted

RING = "Ring the surgery"
FRIDAY = date(2026, 11, 20)


def action(around: AtGoals, due_on: date | None = FRIDAY, words: str = RING) -> PlanAction:
    with unit_of_work():
        return setting.set_action(
            around.patient, NewAction(new_id(), words, around.world.mary.id, due_on), around.priya
        )


def tied(one: PlanAction) -> dict[str, Any]:
    return {"tied_to": "action", "tie": str(one.id)}


def test_it_goes_as_the_action_goes(around: AtGoals, mary: Caller, priya: Caller) -> None:
    one = action(around)
    goal = mary.sets("team", **tied(one))
    way = goal["way"]
    assert way["said"] == "Not done yet. You see to it, by 20 November 2026."
    assert way["action"] == {
        "id": str(one.id), "words": RING, "state": "open", "owner_id": str(around.world.mary.id),
        "owner": "Mary Okafor", "due_on": "2026-11-20", "is_overdue": False, "done_on": None,
    }  # fmt: skip
    assert {way[name] for name in ("start", "aim", "now", "at", "share", "trend")} == {None}
    assert priya.get()["items"][0]["way"]["said"] == "Not done yet. Mary Okafor sees to it, by 20 November 2026."
    with unit_of_work():
        ending.done(around.patient, one.id, around.mary)
    assert mary.get(f"/{goal['id']}")["way"]["said"] == "Done on 18 November 2026."
    with unit_of_work():
        ending.open_again(around.patient, one.id, around.mary)
        ending.drop(around.patient, one.id, "She is well.", around.priya)
    way = mary.get(f"/{goal['id']}")["way"]
    assert (way["said"], way["action"]["state"]) == ("It is not in the care plan any more.", "dropped")
    # What else it says can be changed all the same.
    assert mary.changes(f"/{goal['id']}", goal["version"], words="Breathe well").status_code == 200


ME, OTHER = UUID(int=1), UUID(int=2)
SAID: dict[str, tuple[dict[str, Any], str]] = {
    "no day": ({"due_on": None}, "Not done yet. Tom Okafor sees to it."),
    "mine, no day": ({"due_on": None, "owner_id": ME}, "Not done yet. You see to it."),
    "a day": ({}, "Not done yet. Tom Okafor sees to it, by 20 November 2026."),
    "overdue": ({"is_overdue": True}, "Overdue. Tom Okafor was to see to it by 20 November 2026."),
    "mine, overdue": ({"is_overdue": True, "owner_id": ME}, "Overdue. You were to see to it by 20 November 2026."),
    "done": ({"state": "done", "done_on": date(2026, 12, 1)}, "Done on 1 December 2026."),
    "dropped": ({"state": "dropped"}, "It is not in the care plan any more."),
}


@pytest.mark.parametrize("name", SAID)
def test_how_it_goes_in_words(name: str) -> None:
    more, said = SAID[name]
    told: dict[str, Any] = {
        "id": OTHER, "words": RING, "state": "open", "owner_id": OTHER, "owner": "Tom Okafor", "due_on": FRIDAY,
        "is_overdue": False, "done_on": None,
    }  # fmt: skip
    assert agreed.said(Action(**told | more), ME) == said


def test_overdue_by_the_patients_calendar(around: AtGoals, mary: Caller) -> None:
    goal_id, me = UUID(mary.sets(**tied(action(around)))["id"]), around.mary
    looking = Looking(me.person_id, me.role, frozenset({"action"}))
    for at, said in ((NOW + timedelta(days=2), "Not done yet."), (NOW + timedelta(days=2, hours=14), "Overdue.")):
        with clock.at(at):
            way = showing.one(around.patient, looking, goal_id).way
        assert way is not None
        assert (way.said or "").startswith(said)


def _of_khan(around: AtGoals) -> str:
    with unit_of_work():
        khan = patients.admitted_one(around.world.khan_patient.id)
        new = NewAction(new_id(), RING, around.world.khan.id)
        return str(setting.set_action(khan, new, By(around.world.priya.id, Role.COORDINATOR)).id)


def _dropped(around: AtGoals) -> str:
    one = action(around)
    with unit_of_work():
        ending.drop(around.patient, one.id, "She is well.", around.priya)
    return str(one.id)


@pytest.mark.parametrize("which", ["nobody’s", "another patient’s", "dropped", "no id", "with a number"])
def test_what_is_no_action_of_hers_is_refused_with_a_pointer(
    around: AtGoals, mary: Caller, priya: Caller, which: str
) -> None:
    good = tied(action(around))
    pointer = "/aim_value" if which == "with a number" else "/tie"
    ties = {"nobody’s": str(new_id()), "no id": "weight", "with a number": good["tie"]}
    ties |= {"another patient’s": _of_khan(around), "dropped": _dropped(around)}
    body = {"tied_to": "action", "tie": ties[which]} | ({"aim_value": "3"} if which == "with a number" else {})
    new = {"id": str(new_id()), "words": "Breathe"}
    goal = mary.sets("team", **good)
    other = mary.sets("team")
    answers = [
        mary.post("", new | body | {"audience": "team"}),
        priya.post("/suggestions", new | body),
        mary.changes(f"/{other['id']}", other["version"], **body),
    ]
    for refused in answers:
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert {one["id"]: one["tie"] for one in mary.get()["items"]} == {goal["id"]: good["tie"], other["id"]: None}


def test_the_team_suggests_one_and_the_patient_changes_it(around: AtGoals, mary: Caller, priya: Caller) -> None:
    first, second = action(around), action(around, None, "Walk")
    goal = priya.does("/suggestions", {"id": str(new_id()), "words": "Breathe"} | tied(first))
    assert goal["way"]["action"]["words"] == RING
    taken = mary.does(f"/{goal['id']}/accept", tied(second))
    assert taken["way"]["said"] == "Not done yet. You see to it."
    (*_, accepted) = mary.get(f"/{goal['id']}/history")["history"]
    assert accepted["before"] == {"tie": str(first.id)}


def test_whoever_may_not_see_the_plan_sees_no_word_of_it(
    client: FlaskClient, around: AtGoals, mary: Caller, tom: Caller
) -> None:
    goal = mary.sets("circle", **tied(action(around)))
    assert mary.get(f"/{goal['id']}")["way"] is not None
    for path in ("", f"/{goal['id']}", f"/{goal['id']}/history"):
        assert RING not in str(tom.get(path))
    assert tom.get(f"/{goal['id']}")["way"] is None
    with unit_of_work():
        give(around.patient, around.world.tom, Right.SEE, around.world, Category.PLAN)
    assert tom.get(f"/{goal['id']}")["way"]["action"]["words"] == RING


def test_many_goals_with_actions_cost_no_more_questions(around: AtGoals, client: FlaskClient, mary: Caller) -> None:
    counts = []
    for _ in range(2):
        mary.sets(**tied(action(around)))
        with client.application.app_context(), counted() as statements:
            mary.get()
        counts.append(len(statements))
    assert counts[0] == counts[1]
