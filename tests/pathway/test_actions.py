"""Actions of the care plan: agreed by the team, seen by whoever sees the plan, ticked off by whoever sees to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.pathway import entering
from app.pathway.entering import NewAction
from app.pathway.models import PlanAction, PlanActionEvent
from app.pathway.service import ending, setting
from app.patients import service
from app.patients.by import By
from tests.conftest import NOW
from tests.goals.at_goals import member_id
from tests.pathway.at_actions import FRIDAY, TOMORROW, WORDS, AtActions, Caller, caller, kinds, row
from tests.queries_counted import counted


def new(around: AtActions, **more: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "words": WORDS, "owner_id": str(around.world.mary.id), "due_on": "2026-11-20"} | more


def test_what_is_agreed_is_read_by_whoever_sees_the_plan(
    priya: Caller, mary: Caller, ada: Caller, around: AtActions
) -> None:
    made = priya.does("", new(around))
    assert (made["words"], made["state"], made["due_on"], made["is_overdue"]) == (WORDS, "open", "2026-11-20", False)
    assert made["owner"] == {
        "person_id": str(around.world.mary.id),
        "name": "Mary Okafor",
        "is_to_patient": "patient",
    }
    assert (made["set_by"]["name"], made["set_role"], made["channel"]) == ("Priya Shah", "coordinator", "app")
    assert (made["ended_at"], made["ended_by"], made["dropped_why"], made["version"]) == (None, None, None, 1)
    for somebody in (mary, ada):
        assert somebody.get(f"/{made['id']}") == made
        assert somebody.get() == {"items": [made], "next": None}


def test_sent_again_it_is_the_same_one(priya: Caller, around: AtActions) -> None:
    body = new(around)
    made = priya.does("", body)
    assert priya.does("", body) == made
    assert priya.does(f"/{made['id']}/done")["state"] == "done"
    assert priya.does("", body)["state"] == "done"  # whatever became of it
    with clock.at(NOW + timedelta(days=9)):  # though its day is past by now
        assert setting.set_action(around.patient, _as_new(body), around.priya).id == UUID(made["id"])
    refused = priya.post("", body | {"words": "Something else"})
    assert (refused.status_code, "sent before" in refused.get_json()["detail"]) == (409, True)
    with pytest.raises(Conflict), unit_of_work():  # another's id
        setting.set_action(around.patient, _as_new(body), By(around.world.lind.id, around.priya.role))
    assert [len(priya.get()["items"]), kinds(UUID(made["id"]))] == [
        1,
        [("set", "coordinator", "app"), ("done", "coordinator", "app")],
    ]


def _as_new(body: dict[str, Any]) -> NewAction:
    return NewAction(UUID(body["id"]), body["words"], UUID(body["owner_id"]), FRIDAY)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no words": ({"words": "  "}, "/words"),
    "many words": ({"words": "a" * (entering.LONGEST_WORDS + 1)}, "/words"),
    "no owner": ({"owner_id": None}, "/owner_id"),
    "an owner whom nobody knows": ({"owner_id": str(UUID(int=7))}, "/owner_id"),
    "yesterday": ({"due_on": "2026-11-17"}, "/due_on"),
    "no day": ({"due_on": "soon"}, "/due_on"),
    "something unknown": ({"state": "done"}, "/state"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_with_a_pointer(priya: Caller, around: AtActions, name: str) -> None:
    body, pointer = WRONG[name]
    refused = priya.post("", new(around, **body))
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert {one["pointer"] for one in refused.get_json()["errors"]} == {pointer}
    assert priya.get()["items"] == []


OWNERS: dict[str, bool] = {
    "mary": True, "tom": True, "priya": True, "lind": True, "lead": True,
    "adeyemi": False, "khan": False, "stranger": False, "other_coordinator": False, "admin": False, "device": False,
}  # fmt: skip


@pytest.mark.parametrize("name", OWNERS)
def test_who_can_see_to_an_action(priya: Caller, around: AtActions, name: str) -> None:
    person: Person = getattr(around.world, name)
    offered = {one["person_id"] for one in priya.get("/owners")["items"]}
    assert (str(person.id) in offered) is OWNERS[name]
    answer = priya.post("", new(around, owner_id=str(person.id)))
    assert answer.status_code == (201 if OWNERS[name] else 422)


def test_the_owners_come_in_an_order_and_say_what_they_are(priya: Caller) -> None:
    assert [(one["name"], one["is_to_patient"]) for one in priya.get("/owners")["items"]] == [
        ("Mary Okafor", "patient"),
        ("Priya Shah", "care coordinator"),
        ("Tom Okafor", "son"),
        ("Ada Obi", "neighbour"),
        ("Anna Lind", "clinician"),
        ("Grace Mensah", "team lead"),
    ]


def test_a_change_says_what_was_before(priya: Caller, around: AtActions) -> None:
    made = priya.does("", new(around))
    tom = str(around.world.tom.id)
    changed = priya.changes(made["id"], 1, owner_id=tom, due_on="2026-11-27", words=WORDS).get_json()
    assert (changed["owner"]["name"], changed["due_on"], changed["version"]) == ("Tom Okafor", "2026-11-27", 2)
    history = priya.get(f"/{made['id']}/history")["history"]
    assert [(one["kind"], one["by"]["name"], one["before"]) for one in history] == [
        ("set", "Priya Shah", {}),
        ("changed", "Priya Shah", {"owner_id": str(around.world.mary.id), "due_on": "2026-11-20"}),
    ]
    assert priya.changes(made["id"], 1, words="Old").status_code == 412
    same = priya.changes(made["id"], 2, words=WORDS).get_json()
    assert (same["version"], len(kinds(UUID(made["id"])))) == (2, 2)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/words"),
        ({"owner_id": str(UUID(int=7))}, "/owner_id"),
        ({"due_on": "2026-11-01"}, "/due_on"),
        ({"words": None}, "/words"),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_changes_nothing(
    priya: Caller, around: AtActions, body: dict[str, Any], pointer: str
) -> None:
    made = priya.does("", new(around))
    refused = priya.changes(made["id"], 1, **body)
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert priya.get(f"/{made['id']}") == made


def test_a_day_that_is_past_stays_where_only_the_words_change(priya: Caller, around: AtActions) -> None:
    action = around.action(due_on=TOMORROW)
    with clock.at(NOW + timedelta(days=5)), unit_of_work():
        changed = setting.change(around.patient, action.id, 1, {"words": "Ring", "due_on": TOMORROW}, around.priya)
    assert (changed.words, changed.due_on) == ("Ring", TOMORROW)


def test_whoever_sees_to_it_says_that_it_is_done_and_not_yet(
    mary: Caller, tom: Caller, priya: Caller, around: AtActions
) -> None:
    for somebody, owner in ((mary, around.world.mary), (tom, around.world.tom)):
        action = around.action(owner.id)
        done = somebody.does(f"/{action.id}/done")
        assert (done["state"], done["version"], set(done)) == ("done", 2, {"id", "version", "state", "ended_at"})
        assert somebody.does(f"/{action.id}/done") == done  # again it changes nothing
        shown = priya.get(f"/{action.id}")
        assert (shown["ended_by"]["name"], shown["ended_at"]) == (owner.name, NOW.isoformat())
        again = somebody.does(f"/{action.id}/open-again")
        assert (again["state"], again["ended_at"]) == ("open", None)
        assert somebody.does(f"/{action.id}/open-again") == again
        assert [kind for kind, *_ in kinds(action.id)] == ["set", "done", "open_again"]


def test_nobody_else_says_so_but_the_team(mary: Caller, tom: Caller, ada: Caller, around: AtActions) -> None:
    of_ada, of_mary, of_priya = (
        around.action(one) for one in (around.ada.id, around.world.mary.id, around.world.priya.id)
    )
    assert ada.post(f"/{of_ada.id}/done").status_code == 403  # she sees the plan, and may not tick anything off
    for somebody, action in ((mary, of_ada), (mary, of_priya), (tom, of_mary), (tom, of_priya)):
        refused = somebody.post(f"/{action.id}/done")
        assert (refused.status_code, "Somebody else sees to" in refused.get_json()["detail"]) == (409, True)
    assert {row(one.id).state for one in (of_ada, of_mary, of_priya)} == {"open"}
    with unit_of_work():
        ending.done(around.patient, of_ada.id, By(around.world.lind.id, around.priya.role))
    assert row(of_ada.id).state == "done"


def test_dropped_with_a_reason(priya: Caller, ada: Caller, around: AtActions) -> None:
    action = around.action()
    assert priya.post(f"/{action.id}/drop", {"why": " "}).status_code == 422
    dropped = priya.does(f"/{action.id}/drop", {"why": "The surgery rang her."})
    assert (dropped["state"], dropped["dropped_why"]) == ("dropped", "The surgery rang her.")
    assert ada.get(f"/{action.id}")["dropped_why"] == "The surgery rang her."
    assert priya.does(f"/{action.id}/drop", {"why": "Another reason."}) == dropped
    for act in ("done", "open-again"):
        assert priya.post(f"/{action.id}/{act}").status_code == 409
    assert priya.changes(str(action.id), dropped["version"], words="No").status_code == 409
    assert [kind for kind, *_ in kinds(action.id)] == ["set", "dropped"]


def test_what_is_done_is_opened_again_before_it_is_changed_or_dropped(priya: Caller, around: AtActions) -> None:
    action = around.action()
    done = priya.does(f"/{action.id}/done")
    assert priya.changes(str(action.id), done["version"], words="No").status_code == 409
    assert priya.post(f"/{action.id}/drop", {"why": "No"}).status_code == 409


def _done(around: AtActions, action: PlanAction) -> object:
    return ending.done(around.patient, action.id, around.mary)


ACTS: dict[str, Callable[[AtActions, PlanAction], object]] = {
    "set": lambda around, _: setting.set_action(
        around.patient, NewAction(new_id(), WORDS, around.world.mary.id), around.priya
    ),
    "change": lambda around, action: setting.change(around.patient, action.id, 1, {"words": "No"}, around.priya),
    "done": _done,
    "open again": lambda around, action: ending.open_again(around.patient, action.id, around.mary),
    "drop": lambda around, action: ending.drop(around.patient, action.id, "No", around.priya),
}


@pytest.mark.parametrize("act", ACTS)
def test_once_care_has_ended_it_is_kept_as_it_is(around: AtActions, act: str) -> None:
    action = around.action()
    with unit_of_work():
        service.end_care(around.patient, "moved")
    with pytest.raises(Conflict, match="has ended"), unit_of_work():
        ACTS[act](around, action)
    assert (row(action.id).version, len(kinds(action.id))) == (1, 1)


def test_more_than_anybody_keeps_in_mind_is_refused(around: AtActions) -> None:
    for _ in range(entering.MOST_OPEN):
        last = around.action()
    with pytest.raises(Conflict, match="40 open actions"):
        around.action()
    with unit_of_work():
        ending.done(around.patient, last.id, around.mary)
    around.action()


def test_a_page_at_a_time_newest_first_in_as_many_questions(
    client: FlaskClient, priya: Caller, around: AtActions
) -> None:
    made = []
    for number in range(5):
        with clock.at(NOW + timedelta(minutes=number)):
            made.append(str(around.action(words=f"Number {number}").id))
    first = priya.get("?limit=3")
    second = priya.get(f"?limit=3&cursor={first['next']}")
    assert [one["id"] for one in (*first["items"], *second["items"])] == made[::-1]
    assert second["next"] is None
    with unit_of_work():
        ending.done(around.patient, UUID(made[0]), around.mary)
    assert [one["id"] for one in priya.get("?state=done")["items"]] == made[:1]
    counts = []
    for limit in (1, 5):
        with client.application.app_context(), counted() as statements:
            priya.get(f"?limit={limit}")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_of_another_patient_there_is_nothing(client: FlaskClient, priya: Caller, around: AtActions) -> None:
    action = around.action()
    khan = caller(client, around.world, around.world.priya)
    url = f"/api/patients/{around.world.khan_patient.id}/plan-actions/{action.id}"
    for method, path in (("get", ""), ("get", "/history"), ("post", "/done"), ("post", "/open-again")):
        assert getattr(client, method)(url + path, headers=khan.headers).status_code == 404
    assert client.post(f"{url}/drop", json={"why": "No"}, headers=khan.headers).status_code == 404
    assert row(action.id).state == "open"


def test_whoever_must_not_see_the_plan_sees_no_action(client: FlaskClient, around: AtActions) -> None:
    action = around.action()
    nurse = caller(client, around.world, around.world.adeyemi)
    assert [nurse.tries(path).status_code for path in ("", f"/{action.id}", f"/{action.id}/history")] == [403] * 3
    stranger = caller(client, around.world, around.world.stranger)
    assert stranger.tries(f"/{action.id}").status_code == 404


def test_two_who_change_it_at_once_do_not_lose_a_word(around: AtActions) -> None:
    action = around.action()
    with unit_of_work():
        setting.change(around.patient, action.id, 1, {"words": "First"}, around.priya)
    with pytest.raises(PreconditionFailed), unit_of_work():
        setting.change(around.patient, action.id, 1, {"words": "Second"}, around.priya)
    assert row(action.id).words == "First"


def test_an_owner_who_left_is_not_chosen_anew(around: AtActions) -> None:
    with unit_of_work():
        service.end_membership(around.patient, member_id(around.patient, around.ada), around.world.mary.id)
    with pytest.raises(Invalid):
        around.action(around.ada.id)


def test_the_words_are_sealed_and_the_history_never_changed(app: Flask, around: AtActions) -> None:
    action = around.action()
    with unit_of_work():
        ending.drop(around.patient, action.id, "Her secret reason", around.priya)
    kept = db.session.scalars(select(PlanAction)).one()
    details = db.session.scalars(select(PlanActionEvent.details_sealed)).all()
    blobs = [blob for blob in (kept.words_sealed, kept.dropped_why_sealed, *details) if blob]
    assert len(blobs) == 4
    assert all(WORDS.encode() not in blob and b"secret" not in blob for blob in blobs)
    for statement in (
        update(PlanActionEvent).values(kind="done"),
        delete(PlanActionEvent),
        delete(PlanAction),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(statement)
        db.session.rollback()
