"""Actions in copies of records: whole in the patient's own, without their words in that of who sees to one."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient

from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.pathway.service import ending
from tests.pathway.at_actions import WORDS, AtActions
from tests.people import signed_in
from tests.records.test_export import ask, opened

WHY = "The surgery rang her."


def copy_of(client: FlaskClient, person: Person) -> dict[str, Any]:
    headers = signed_in(client, person)
    return opened(client.get(ask(client, headers), headers=headers))


def test_the_patients_copy_has_the_action_and_its_history(client: FlaskClient, around: AtActions) -> None:
    action = around.action(around.world.tom.id)
    with unit_of_work():
        ending.drop(around.patient, action.id, WHY, around.priya)
    lists = copy_of(client, around.world.mary)
    (row,) = lists["plan_action"]
    assert (row["words"], row["dropped_why"], row["state"], row["owner_id"]) == (WORDS, WHY, "dropped", "Tom Okafor")
    first, last = lists["plan_action_event"]
    assert (first["kind"], last["kind"], json.loads(last["details"])["why"]) == ("set", "dropped", WHY)


def test_an_owners_copy_says_that_they_saw_to_something_and_not_to_what(client: FlaskClient, around: AtActions) -> None:
    mine = around.action(around.world.tom.id)
    around.action()
    lists = copy_of(client, around.world.tom)
    (row,) = lists["plan_action"]
    assert (row["id"], row["state"], row["words"]) == (str(mine.id), "open", None)
    assert "plan_action_event" not in lists or lists["plan_action_event"] == []
    assert WORDS not in lists["all"]
