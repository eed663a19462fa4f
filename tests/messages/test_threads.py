"""Threads: who reads and writes which, topics that close and open again, who has read what, the box that is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Right
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages.models import ThreadMessage
from app.patients import queries as patients
from app.patients import service
from tests.conftest import NOW
from tests.messages.talk import INHALER, Talker, grant, talker, told
from tests.people import World

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Talker:
    return talker(client, world, world.mary)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Talker:
    return talker(client, world, world.priya)


@pytest.fixture
def tom(client: FlaskClient, world: World) -> Talker:
    """He may see and write messages."""
    grant(world, world.tom, Right.SEE, Right.ACT)
    return talker(client, world, world.tom)


def end_care(world: World, reason: str = "discharged") -> None:
    with unit_of_work():
        service.end_care(patients.admitted([world.mary_patient.id])[world.mary_patient.id], reason)


def test_a_thread_of_the_circle_is_read_by_all_of_it_and_says_what_each_is_to_her(mary: Talker, tom: Talker) -> None:
    thread = mary.open("threads", topic="Sunday lunch", text="Who comes?")
    assert tom.topics("threads") == ["Sunday lunch"]
    assert tom.write(thread, "I do.").status_code == 201
    said = [(one["author"]["name"], one["is_to_patient"], one["text"]) for one in mary.messages(thread)]
    assert said == [("Mary Okafor", "patient", "Who comes?"), ("Tom Okafor", "son", "I do.")]


def test_who_only_sees_reads_the_circle_and_writes_nothing(client: FlaskClient, world: World, mary: Talker) -> None:
    grant(world, world.tom, Right.SEE)
    tom = talker(client, world, world.tom)
    thread = mary.open("threads")
    with_team = mary.open()
    assert tom.topics("threads") == ["New inhaler"]
    assert tom.write(thread).status_code == 403
    assert tom.post(f"{thread}/close").status_code == 403
    assert tom.tries("/team-threads") == 403
    assert tom.tries(with_team) == 403


def test_a_member_reads_with_the_team_what_they_opened_and_nothing_else(
    client: FlaskClient, world: World, mary: Talker, tom: Talker, priya: Talker
) -> None:
    hers, his = mary.open(topic="Mine"), tom.open(topic="About Mum")
    assert tom.topics() == ["About Mum"]
    assert sorted(mary.topics()) == sorted(priya.topics()) == ["About Mum", "Mine"]
    for path in ("", "/messages"):
        assert tom.tries(f"{hers}{path}") == 404
        assert mary.get(f"{his}{path}")
    for act, body in (("messages", {"id": str(new_id()), "text": "x"}), ("seen", None), ("close", {})):
        assert tom.post(f"{hers}/{act}", body).status_code == 404
    # A thread of the one kind is none of the other.
    assert mary.tries(hers.replace("team-threads", "threads")) == 404


def test_nobody_reads_the_threads_of_another_patient(client: FlaskClient, world: World, mary: Talker) -> None:
    thread = mary.open()
    khan = talker(client, world, world.khan, world.khan_patient.id)
    assert khan.tries(thread) == 404
    priya_at_khan = talker(client, world, world.priya, world.khan_patient.id)
    assert priya_at_khan.tries(thread) == 404
    assert priya_at_khan.post(f"{thread}/claim").status_code == 404


def test_sent_again_it_is_the_same_and_with_other_words_it_is_refused(mary: Talker, tom: Talker) -> None:
    new = {"id": str(new_id())} | INHALER
    first, again = mary.post("/team-threads", new), mary.post("/team-threads", new)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert mary.post("/team-threads", new | {"text": "Another"}).status_code == 409
    assert mary.post("/threads", new).status_code == 409
    assert tom.post("/team-threads", new).status_code == 409
    thread = f"/team-threads/{first.get_json()['id']}"
    message = {"id": str(new_id()), "text": "And the blue one?"}
    one, same = (mary.post(f"{thread}/messages", message) for _ in range(2))
    assert one.get_json()["id"] == same.get_json()["id"]
    assert mary.post(f"{thread}/messages", message | {"text": "Another"}).status_code == 409
    assert mary.post(f"{mary.open()}/messages", message).status_code == 409
    assert mary.post("/threads", new | {"id": message["id"]}).status_code == 409
    assert [each["text"] for each in mary.messages(thread)] == [INHALER["text"], "And the blue one?"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"topic": "  "}, "/topic"),
        ({"topic": "x" * 101}, "/topic"),
        ({"text": " \n "}, "/text"),
        ({"text": "x" * 4001}, "/text"),
        ({"id": "mine"}, "/id"),
        ({"kind": "circle"}, "/kind"),
        ({"text": "a\x00b"}, "/text"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_keeps_nothing(mary: Talker, change: dict[str, str], pointer: str) -> None:
    answer = mary.post("/team-threads", {"id": str(new_id())} | INHALER | change)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]
    assert mary.topics() == []


def test_writing_to_a_closed_thread_opens_it_again(mary: Talker, tom: Talker) -> None:
    thread = mary.open("threads")
    closed = tom.post(f"{thread}/close").get_json()
    assert closed["closed_at"] == NOW.isoformat()
    assert tom.post(f"{thread}/close").get_json()["closed_at"] == closed["closed_at"]
    assert mary.write(thread, "One more thing").status_code == 201
    full = tom.get(thread)
    assert full["thread"]["closed_at"] is None
    assert [(one["kind"], one["by"]["name"]) for one in full["history"]] == [
        ("opened", "Mary Okafor"),
        ("closed", "Tom Okafor"),
        ("reopened", "Mary Okafor"),
    ]


def test_who_waits_for_the_team_does_not_close_and_the_team_says_how_it_answered(mary: Talker, priya: Talker) -> None:
    thread = mary.open()
    refused = mary.post(f"{thread}/close", {})
    assert refused.status_code == 409
    assert "has not answered yet" in refused.get_json()["detail"]
    silent = priya.post(f"{thread}/close", {})
    assert (silent.status_code, silent.get_json()["errors"][0]["pointer"]) == (422, "/note")
    assert len(priya.inbox()) == 1
    assert priya.post(f"{thread}/close", {"note": "We spoke on the phone."}).status_code == 200
    assert priya.inbox() == []
    assert mary.get(thread)["history"][-1]["note"] == "We spoke on the phone."


def test_the_writer_sees_who_has_read_it_and_when(mary: Talker, tom: Talker, priya: Talker) -> None:
    thread = mary.open("threads")
    assert mary.messages(thread)[0]["read_by"] == []
    assert tom.get("/threads")["items"][0]["unread"] == 1
    with clock.at(LATER):
        assert tom.post(f"{thread}/seen").status_code == 204
    with clock.at(LATER + timedelta(hours=1)):
        assert tom.post(f"{thread}/seen").status_code == 204  # again, with nothing new in it
    assert tom.get("/threads")["items"][0]["unread"] == 0
    (message,) = mary.messages(thread)
    assert [(one["name"], one["at"]) for one in message["read_by"]] == [("Tom Okafor", LATER.isoformat())]
    assert tom.messages(thread)[0]["read_by"] == []  # who has read is the writer's to know
    with clock.at(LATER + timedelta(hours=2)):
        assert mary.write(thread, "Anybody?").status_code == 201
        assert tom.get("/threads")["items"][0]["unread"] == 1
        assert tom.post(f"{thread}/seen").status_code == 204
    first, second = mary.messages(thread)
    # When the first was read is not known any more: only that it was.
    assert [one["at"] for one in first["read_by"]] == [None]
    assert [one["at"] for one in second["read_by"]] == [(LATER + timedelta(hours=2)).isoformat()]


def test_the_last_written_to_stands_first_page_by_page(mary: Talker) -> None:
    threads = []
    for number in range(5):
        with clock.at(NOW + timedelta(minutes=number)):
            threads.append(mary.open(topic=f"Topic {number}"))
    with clock.at(NOW + timedelta(hours=1)):
        mary.write(threads[0], "Still this")
    first = mary.get("/team-threads?limit=2")
    second = mary.get(f"/team-threads?limit=2&cursor={first['next']}")
    last = mary.get(f"/team-threads?limit=2&cursor={second['next']}")
    pages = [[one["topic"] for one in page["items"]] for page in (first, second, last)]
    assert pages == [["Topic 0", "Topic 4"], ["Topic 3", "Topic 2"], ["Topic 1"]]
    assert last["next"] is None


def test_the_box_says_who_listens_until_when(mary: Talker, tom: Talker) -> None:
    box = mary.get(mary.open())["box"]
    assert box["is_open"]
    assert box["readers"] == "Priya Shah and the Riverside Long-Term Conditions team"
    assert box["until"] == "2026-11-18T18:00:00+00:00"
    with clock.at(NOW + timedelta(hours=12)):
        closed = mary.get(mary.open())["box"]
        assert (closed["until"], closed["back_at"]) == (None, "2026-11-19T08:00:00+00:00")
        assert closed["then"]
    assert mary.get(mary.open("threads"))["box"]["readers"] == "Tom Okafor"
    assert tom.get(tom.open("threads"))["box"]["readers"] == "Mary Okafor"


def test_there_is_no_box_where_nobody_else_is_in_the_circle(mary: Talker, priya: Talker, world: World) -> None:
    refused = mary.post("/threads", {"id": str(new_id())} | INHALER)
    assert refused.status_code == 409
    assert "Nobody else may read" in refused.get_json()["detail"]
    assert mary.topics("threads") == []
    assert priya.post("/threads", {"id": str(new_id())} | INHALER).status_code == 201  # Mary reads it


def test_there_is_no_box_where_nobody_of_the_team_can_answer(mary: Talker, world: World) -> None:
    thread = mary.open()
    with unit_of_work():
        for person in (world.priya, world.lind, world.lead):
            db.session.get_one(Person, person.id).locked_at = NOW
    refused = mary.write(thread)
    assert refused.status_code == 409
    assert "Nobody of Riverside Long-Term Conditions can read" in refused.get_json()["detail"]
    assert mary.get(thread)["box"]["closed"] == refused.get_json()["detail"]
    assert len(mary.messages(thread)) == 1


def test_after_the_end_of_care_the_boxes_are_closed_and_what_waits_is_still_settled(
    mary: Talker, tom: Talker, priya: Talker, world: World
) -> None:
    thread, within = mary.open(), tom.open("threads")
    end_care(world)
    for where, who in ((thread, mary), (within, tom)):
        refused = who.write(where)
        assert refused.status_code == 409
        assert "has ended" in refused.get_json()["detail"]
    assert mary.get(thread)["box"]["closed"]
    assert len(priya.inbox()) == 1
    assert priya.write(thread, "The clinic answers this from now on.").status_code == 201
    assert priya.inbox() == []
    assert not [text for text in told(world.mary) if "care team" in text]


def test_the_answer_is_told_to_its_writer_and_to_the_patient(
    mary: Talker, tom: Talker, priya: Talker, world: World
) -> None:
    thread = tom.open(topic="About Mum")
    assert len(told(world.priya)) == 1
    assert tom.write(thread, "Are you there?").status_code == 201
    (text,) = told(world.priya)  # once while it waits
    assert "Priya" in text
    assert "Mary O." in text
    assert "18:00" in text
    assert priya.write(thread, "Yes.").status_code == 201
    assert "the care team of Mary O. has written to you" in told(world.tom)[0]
    assert "your care team has written to you" in told(world.mary)[0]
    for said in told(world.tom) + told(world.mary) + told(world.priya):
        assert "About Mum" not in said
        assert "Okafor" not in said


def test_out_of_hours_nobody_of_the_team_is_texted(mary: Talker, priya: Talker, world: World) -> None:
    with clock.at(NOW + timedelta(hours=12)):
        mary.open()
        assert told(world.priya) == []
        assert len(priya.inbox()) == 1


def test_what_is_written_in_the_circle_is_told_to_those_who_may_be_told(
    mary: Talker, tom: Talker, world: World
) -> None:
    thread = mary.open("threads")
    assert told(world.tom) == []
    grant(world, world.tom, Right.BE_TOLD)
    mary.write(thread)
    assert "in the circle of Mary O." in told(world.tom)[0]
    assert told(world.mary) == []
    tom.write(thread)
    assert "in your circle" in told(world.mary)[0]
    assert len(told(world.tom)) == 1


def test_topics_and_words_are_sealed_and_never_changed(mary: Talker, world: World) -> None:
    mary.open()
    (message,) = db.session.query(ThreadMessage).all()
    assert INHALER["text"].encode() not in message.body_sealed
    assert message.body == INHALER["text"]
