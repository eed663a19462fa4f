"""What is written of a visit: two texts, two audiences; corrections keep what was, a handover is ticked when read."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages.models import Post, VisitNote
from app.messages.service import noting
from app.messages.visit_entering import NewNote, Told
from app.messages.visit_readers import Reader
from app.patients import queries as patients
from app.patients.by import By
from app.patients.queries import consent
from app.patients.service import circle
from tests.conftest import NOW
from tests.messages.door import Door, done, door, may_visit
from tests.people import World

FOR_FAMILY, FOR_PROFESSIONALS, FOR_THE_NEXT = "All well, ate lunch.", "Sacral redness, grade 1.", "Check the heel."
ALL = {"done": ["wash", "food"], "family": FOR_FAMILY, "professional": FOR_PROFESSIONALS, "handover": FOR_THE_NEXT}
HIDDEN = {"professional", "handover", "read_by"}


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Door:
    may_visit(world)
    return door(client, world, world.mary)


@pytest.fixture
def nurse(client: FlaskClient, world: World, mary: Door) -> Door:
    return door(client, world, world.adeyemi)


@pytest.fixture
def tom(client: FlaskClient, world: World, mary: Door) -> Door:
    return door(client, world, world.tom)


@pytest.fixture
def priya(client: FlaskClient, world: World, mary: Door) -> Door:
    return door(client, world, world.priya)


@pytest.fixture
def visit(mary: Door, nurse: Door, world: World) -> Any:
    """Nurse Adeyemi is there."""
    one = mary.plans_one(visitor_id=str(world.adeyemi.id))
    nurse.arrives(one)
    return one


def test_each_reads_what_is_theirs(mary: Door, nurse: Door, tom: Door, priya: Door, visit: Any) -> None:
    nurse.writes(visit, **ALL)
    path = f"/visits/{visit['id']}"
    for reader in (mary, nurse, priya):
        (note,) = reader.get(path)["notes"]
        assert {name: note[name] for name in ALL} == ALL
        assert (note["name"], note["said"]) == ("Bola Adeyemi", "district nurse")
    (note,) = tom.get(path)["notes"]
    assert {name: note[name] for name in ("done", "family")} == {"done": ["wash", "food"], "family": FOR_FAMILY}
    assert not HIDDEN & note.keys()


def test_a_note_for_professionals_alone_is_none_for_the_family(nurse: Door, tom: Door, priya: Door, visit: Any) -> None:
    nurse.writes(visit, professional=FOR_PROFESSIONALS)
    path = f"/visits/{visit['id']}"
    for reader, many in ((tom, 0), (priya, 1), (nurse, 1)):
        assert len(reader.get(path)["notes"]) == len(reader.get(f"{path}/notes")["items"]) == many


def test_a_note_is_one_however_often_it_is_sent(nurse: Door, visit: Any) -> None:
    said = {"id": str(new_id())} | ALL
    assert nurse.writes(visit, **said) == nurse.writes(visit, **said)
    answer = nurse.post(f"/visits/{visit['id']}/notes", said | {"professional": "Something else."})
    assert answer.status_code == 409
    assert FOR_PROFESSIONALS not in answer.get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(VisitNote)) == 1


def test_who_does_not_read_it_cannot_write_it(client: FlaskClient, world: World, visit: Any) -> None:
    ada = db.session.scalars(select(Person).where(Person.given_name == "Ada")).one()
    own = {"id": str(new_id())}
    neighbour = door(client, world, ada)
    neighbour.arrives(own, unexpected="Looked in")
    for name in ("professional", "handover"):
        body = {"id": str(new_id()), "family": "Had tea.", name: "She is not well."}
        answer = neighbour.post(f"/visits/{own['id']}/notes", body)
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, f"/{name}")
    assert neighbour.writes(own, family="Had tea.")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"done": ["flying"]}, "/done/0"),
        ({}, "/done"),
        ({"family": "x" * 4001}, "/family"),
        ({"family": "a\x00"}, "/family"),
        ({"next_visit_at": "tomorrow"}, "/next_visit_at"),
    ],
)
def test_what_cannot_be_written(nurse: Door, visit: Any, wrong: dict[str, Any], pointer: str) -> None:
    answer = nurse.post(f"/visits/{visit['id']}/notes", {"id": str(new_id())} | wrong)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert db.session.scalar(select(func.count()).select_from(VisitNote)) == 0


def test_a_correction_stands_for_all_and_what_was_for_author_and_team(
    mary: Door, nurse: Door, tom: Door, priya: Door, visit: Any
) -> None:
    first = nurse.writes(visit, family="Wrong: had a fall.", professional="P1")
    second = nurse.writes(visit, family="No fall: sat down.", professional="P2", corrects_id=first["id"])
    path = f"/visits/{visit['id']}"
    for reader in (mary, nurse, tom, priya):
        assert [one["family"] for one in reader.get(path)["notes"]] == ["No fall: sat down."]
    for reader, seen in ((nurse, 2), (priya, 2), (tom, 1), (mary, 1)):
        assert len(reader.get(f"{path}/notes")["items"]) == seen
    assert "had a fall" not in tom.tries(f"{path}/notes").get_data(as_text=True)
    again = nurse.post(f"{path}/notes", {"id": str(new_id()), "family": "x", "corrects_id": first["id"]})
    assert again.status_code == 409
    assert priya.writes(visit, family="The team says: sat down.", corrects_id=second["id"])


def test_only_the_author_or_the_team_puts_right(client: FlaskClient, world: World, nurse: Door, visit: Any) -> None:
    first = nurse.writes(visit, **ALL)
    ada = db.session.scalars(select(Person).where(Person.given_name == "Ada")).one()
    body = {"id": str(new_id()), "family": "I know better.", "corrects_id": first["id"]}
    assert door(client, world, ada).post(f"/visits/{visit['id']}/notes", body).status_code == 409


def test_what_the_corrector_cannot_see_goes_along(mary: Door, nurse: Door, world: World, visit: Any) -> None:
    """Nurse Adeyemi is a neighbour by now: she puts right her words for the family, and nothing else is lost."""
    first = nurse.writes(visit, **ALL)
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        place = next(one for one in consent.circle(patient) if one.person.id == world.adeyemi.id)
        keep = [one.grant.id for one in place.grants]
        circle.change_member(
            patient, place.member.id, place.version, role="member", relationship="friend", keep=keep, by=world.mary.id
        )
    said = {"id": str(new_id()), "family": "All very well.", "corrects_id": first["id"]}
    assert nurse.writes(visit, **said) == nurse.writes(visit, **said)  # sent again she is not told that there is more
    assert not HIDDEN & nurse.get(f"/visits/{visit['id']}")["notes"][0].keys()
    (note,) = mary.get(f"/visits/{visit['id']}")["notes"]
    assert (note["family"], note["professional"], note["handover"]) == (
        "All very well.",
        FOR_PROFESSIONALS,
        FOR_THE_NEXT,
    )


def test_a_handover_is_ticked_once_by_each(mary: Door, nurse: Door, tom: Door, priya: Door, visit: Any) -> None:
    assert priya.get("/visit-handover") == {"note": None}
    note = nurse.writes(visit, **ALL)
    for _ in range(2):
        assert priya.put(f"/visit-notes/{note['id']}/handover-read").status_code == 204
    found = nurse.get("/visit-handover")["note"]
    assert found["handover"] == FOR_THE_NEXT
    assert [(one["name"], one["at"]) for one in found["read_by"]] == [("Priya Shah", NOW.isoformat())]
    assert tom.tries("/visit-handover").status_code == 403
    assert tom.put(f"/visit-notes/{note['id']}/handover-read").status_code == 403
    assert priya.put(f"/visit-notes/{new_id()}/handover-read").status_code == 404
    plain = nurse.writes(visit, family="x")
    assert priya.put(f"/visit-notes/{plain['id']}/handover-read").status_code == 404


def test_the_next_visit_is_planned_once(mary: Door, nurse: Door, visit: Any) -> None:
    at = (NOW + timedelta(days=2)).isoformat()
    said = {"id": str(new_id()), "family": "See you.", "next_visit_at": at}
    nurse.writes(visit, **said)
    nurse.writes(visit, **said)
    nurse.writes(visit, family="More.", next_visit_at=at)
    found = [one for one in mary.visits() if one["due_at"] == at]
    assert [(one["what"], one["visitor"], one["state"]) for one in found] == [("Wound care", "Bola Adeyemi", "planned")]


def test_a_next_visit_that_is_put_right_does_not_stay_beside_the_right_one(nurse: Door, mary: Door, visit: Any) -> None:
    wrong, right = ((NOW + timedelta(days=number)).isoformat() for number in (2, 3))

    def planned() -> list[str]:
        return [one["due_at"] for one in mary.visits() if one["state"] == "planned"]

    first = nurse.writes(visit, family="a", next_visit_at=wrong)
    same = nurse.writes(visit, family="b", next_visit_at=wrong, corrects_id=first["id"])
    assert planned() == [wrong]
    other = nurse.writes(visit, family="c", next_visit_at=right, corrects_id=same["id"])
    assert planned() == [right]
    nurse.writes(visit, family="d", next_visit_at=right)
    nurse.writes(visit, family="e", corrects_id=other["id"])
    assert planned() == [right]  # another note that stands names it


def test_two_notes_at_once_plan_one_next_visit(app: Flask, nurse: Door, mary: Door, world: World) -> None:
    by, reader = By(world.adeyemi.id, Role.MEMBER), Reader(world.adeyemi.id)
    patient, at = patients.admitted_one(world.mary_patient.id), NOW + timedelta(days=2)
    ids = [UUID(nurse.arrives({"id": str(new_id())}, unexpected="Care")["id"]) for _ in range(2)]

    def write(visit_id: UUID) -> None:
        with app.app_context(), unit_of_work():
            noting.write(patient, visit_id, NewNote(new_id(), family="x", next_visit_at=at), Told(), by, reader)

    second = threading.Thread(target=write, args=(ids[1],))
    waiting = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    with unit_of_work():
        noting.write(patient, ids[0], NewNote(new_id(), family="x", next_visit_at=at), Told(), by, reader)
        second.start()
        while second.is_alive() and not db.session.scalar(waiting):
            second.join(0.02)
    second.join()
    assert [one["due_at"] for one in mary.visits() if one["state"] == "planned"] == [at.isoformat()]


def test_who_reads_is_said_by_name(nurse: Door) -> None:
    found = nurse.get("/visit-audience")
    team = "the team Riverside Long-Term Conditions"
    assert sorted(found["family"]) == ["Ada Obi", "Bola Adeyemi", "Mary Okafor", "Tom Okafor", team]
    assert sorted(found["professional"]) == ["Bola Adeyemi", "Mary Okafor", team]


def test_a_visit_that_is_over_stands_in_the_feed_without_what_was_written(nurse: Door, visit: Any) -> None:
    nurse.writes(visit, **ALL)
    with clock.at(NOW + timedelta(minutes=40)):
        for _ in range(2):
            nurse.leaves(visit)
    (post,) = db.session.scalars(select(Post)).all()
    assert (post.category, post.about, str(post.about_id)) == ("visits", "visit", visit["id"])
    assert post.body == "Bola Adeyemi was here: Wound care"


def test_tasks_have_words(nurse: Door) -> None:
    assert {"id": "wash", "words": "Helped with washing"} in nurse.get("/visit-tasks")["items"]
    assert done(nurse.post("/arrival-code"))["code"]
