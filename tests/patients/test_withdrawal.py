"""What an ending changes and what it does not: said before it is confirmed, and true afterwards."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.core.db import db
from app.notifications.models import Delivery
from app.patients import withdrawal
from app.patients.withdrawal import Ending
from tests.patients.circles import circle_of
from tests.people import World

SEE, TOLD, ACT = ((Category.READINGS, right) for right in Right)
PLAN = (Category.PLAN, Right.SEE)
SEEN = "What Tom has already seen of your record cannot be unseen."
NAMED = "What Tom has sent or written stays in your record, with the name."
TEAM = "The team sees your record as before. All of this can be given again."
ONLY = (
    "Tom is the only person in the circle who is told about readings. If somebody should be, "
    "give it to another person first. The team is told as before."
)
WORDS = {
    "seeing": (Ending("Tom", "your", [SEE]), ["Tom can no longer see your readings."], [SEEN, NAMED, TEAM], []),
    "read by the team": (
        Ending("Tom", "Mary’s", [SEE]),
        ["Tom can no longer see Mary’s readings."],
        [one.replace("your", "Mary’s") for one in (SEEN, NAMED, TEAM)],
        [],
    ),
    "one of two": (
        Ending("Tom", "your", [ACT], [PLAN]),
        ["Tom can no longer send readings."],
        [SEEN, NAMED, "Tom can still see the plan.", TEAM],
        [],
    ),
    "the only one who is told": (
        Ending("Tom", "your", [TOLD]),
        ["Tom is no longer told about your readings.", ONLY],
        [SEEN, NAMED, TEAM],
        ["readings"],
    ),
    "another is told": (
        Ending("Tom", "your", [TOLD], others_told={Category.READINGS: ["Ada"]}),
        ["Tom is no longer told about your readings.", "Ada is still told about readings."],
        [SEEN, NAMED, TEAM],
        [],
    ),
    "two others are told": (
        Ending("Tom", "your", [TOLD], others_told={Category.READINGS: ["Ada", "Bola"]}),
        ["Tom is no longer told about your readings.", "Ada and Bola are still told about readings."],
        [SEEN, NAMED, TEAM],
        [],
    ),
    "out of the circle": (
        Ending("Tom", "your", [PLAN, SEE], leaves_circle=True),
        [
            "Tom can no longer see your readings.",
            "Tom can no longer see your plan.",
            "Tom is no longer in your circle.",
        ],
        [SEEN, NAMED, TEAM],
        [],
    ),
    "a device": (
        Ending("The scales", "your", [ACT], is_device=True),
        ["The scales can no longer send readings."],
        [NAMED.replace("Tom", "The scales"), TEAM],
        [],
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_the_words(case: str) -> None:
    ending, changes, stays, nobody_told = WORDS[case]
    effects = withdrawal.of_grants(ending)
    assert (effects.changes, effects.stays, effects.nobody_told) == (changes, stays, nobody_told)


def test_the_words_are_those_of_the_circle_as_it_is(client: FlaskClient, world: World) -> None:
    mary, priya = circle_of(client, world, world.mary), circle_of(client, world, world.priya)
    told = mary.give("Tom", "visits", "be_told").get_json()["id"]
    tom = mary.member("Tom")
    said = mary.get(f"/circle/{tom}/grants/{told}/withdrawal")
    assert (said["nobody_told"], "Tom can still see readings." in said["stays"]) == (["visits"], True)
    mary.give("Bola", "visits", "be_told")
    said = priya.get(f"/circle/{tom}/grants/{told}/withdrawal")
    assert (said["nobody_told"], said["changes"][1]) == ([], "Bola is still told about visits.")
    whole = mary.get(f"/circle/{tom}/withdrawal")
    assert whole["changes"] == [
        "Tom can no longer see your readings.",
        "Tom is no longer told about your visits.",
        "Tom is no longer in your circle.",
        "Bola is still told about visits.",
    ]
    assert mary.grants("Tom") == ["readings see", "visits be_told"]  # reading it changes nothing


def test_nothing_is_said_of_what_is_not_there(client: FlaskClient, world: World) -> None:
    mary, khan = circle_of(client, world, world.mary), circle_of(client, world, world.khan)
    tom, bola = mary.member("Tom"), mary.members()["Bola"]["grants"][0]["id"]
    for path in (f"/circle/{tom}/grants/{bola}/withdrawal", f"/circle/{bola}/withdrawal", f"/acting/{tom}/withdrawal"):
        assert mary.get(path)["status"] == 404
        assert khan.get(path)["status"] == 404


def texts() -> list[str]:
    return [one.body or "" for one in db.session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.id))]


def test_a_member_hears_of_an_ending_only_where_that_is_chosen(client: FlaskClient, world: World) -> None:
    mary = circle_of(client, world, world.mary)
    tom, grant = mary.member("Tom"), mary.members()["Tom"]["grants"][0]["id"]
    more = mary.give("Tom", "plan", "see").get_json()["id"]
    assert mary.delete(f"/circle/{tom}/grants/{grant}").status_code == 204
    assert texts() == []
    assert mary.delete(f"/circle/{tom}/grants/{more}?tell=true").status_code == 204
    (said,) = texts()
    assert said.startswith("Kith: Tom, what Mary O. shares with you has changed.")
    assert "plan" not in said
    assert mary.delete(f"/circle/{tom}").status_code == 204
    assert len(texts()) == 1
    monitor = mary.member("Mary's")
    assert mary.delete(f"/circle/{monitor}?tell=true").status_code == 204
    assert len(texts()) == 1  # nobody texts a device
    assert mary.delete(f"/circle/{mary.member('Bola')}?tell=perhaps").status_code == 422
