"""The team inbox: longest waiting first, taken by one, passed on, let go, answered; no absence hides a message."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Right
from app.access.roles import Role
from app.core import clock, events
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity.models import Person
from app.messages import jobs
from app.messages.models import Thread, ThreadEvent
from app.messages.queries import threads
from app.messages.service import claiming, opening
from app.messages.written import NewThread
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from app.patients.events import HandedOver
from app.patients.models import Patient
from app.teams import service as teams
from app.teams.models import Membership
from app.todos.models import Todo
from tests.conftest import NOW
from tests.messages.talk import Talker, grant, talker, told
from tests.people import World, signed_in
from tests.queries_counted import counted

CLOSING = datetime.fromisoformat("2026-11-18T18:00:00+00:00")
NEXT_DAY = CLOSING + timedelta(hours=15)
REQUESTS = 300


@pytest.fixture
def mary(client: FlaskClient, world: World) -> Talker:
    return talker(client, world, world.mary)


@pytest.fixture
def priya(client: FlaskClient, world: World) -> Talker:
    return talker(client, world, world.priya)


@pytest.fixture
def lind(client: FlaskClient, world: World) -> Talker:
    return talker(client, world, world.lind)


def keep() -> None:
    """The clock's own look, in a unit of work as it has one."""
    (job,) = [one for one in jobs.JOBS if one.name == "keep the team inboxes"]
    with unit_of_work():
        job.work()


def todos() -> list[Todo]:
    where = Todo.kind == "message_waiting"
    rows = select(Todo).where(where).order_by(Todo.created_at)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def history(thread: str) -> list[tuple[str, str, str | None, str | None]]:
    """What was done with a thread: kind, by whom, to whom, note."""
    where = ThreadEvent.thread_id == UUID(thread.rpartition("/")[2])
    rows = db.session.scalars(select(ThreadEvent).where(where).order_by(ThreadEvent.created_at, ThreadEvent.id))
    return [(one.kind, name(one.by), name(one.to_id), one.note) for one in rows]  # type: ignore[misc]


def name(person_id: UUID | None) -> str | None:
    return db.session.get_one(Person, person_id).given_name if person_id else None


def holders(at: Talker) -> list[str | None]:
    return [one["claimed_by"]["name"] if one["claimed_by"] else None for one in at.inbox()]


def test_what_is_written_to_the_team_waits_for_all_of_it_longest_first(
    client: FlaskClient, world: World, mary: Talker, priya: Talker
) -> None:
    grant(world, world.tom, Right.ACT)
    tom = talker(client, world, world.tom)
    for minutes, who, topic in ((0, mary, "First"), (5, tom, "Second"), (9, mary, "Third")):
        with clock.at(NOW + timedelta(minutes=minutes)):
            who.open(topic=topic)
    for person in (world.priya, world.lind, world.lead):
        rows = talker(client, world, person).inbox()
        assert [(one["topic"], one["writer"]["name"], one["is_to_patient"]) for one in rows] == [
            ("First", "Mary Okafor", "patient"),
            ("Second", "Tom Okafor", "son"),
            ("Third", "Mary Okafor", "patient"),
        ]
    first = client.get("/api/inbox?limit=2", headers=priya.headers).get_json()
    rest = client.get(f"/api/inbox?limit=2&cursor={first['next']}", headers=priya.headers).get_json()
    assert [one["topic"] for one in first["items"] + rest["items"]] == ["First", "Second", "Third"]


def test_only_the_team_sees_its_inbox(client: FlaskClient, world: World, mary: Talker) -> None:
    mary.open()
    assert talker(client, world, world.other_coordinator).inbox() == []
    for person in (world.mary, world.tom, world.adeyemi, world.admin, world.stranger):
        assert client.get("/api/inbox", headers=signed_in(client, person)).status_code == 403


def test_what_the_team_writes_and_what_the_circle_says_waits_for_nobody(mary: Talker, priya: Talker) -> None:
    thread = priya.open(topic="Your review")
    priya.open("threads")
    assert priya.inbox() == []
    assert mary.write(thread, "When?").status_code == 201
    assert [one["text"] for one in priya.inbox()] == ["When?"]


def test_one_takes_it_and_the_other_is_told_who(mary: Talker, priya: Talker, lind: Talker) -> None:
    thread = mary.open()
    assert priya.post(f"{thread}/claim").get_json()["claimed_by"]["name"] == "Priya Shah"
    refused = lind.post(f"{thread}/claim")
    assert (refused.status_code, refused.get_json()["claimed_by"]) == (409, "Priya Shah")
    assert refused.get_json()["detail"] == "Priya Shah has this already."
    assert priya.post(f"{thread}/claim").status_code == 200  # again: it stays as it is
    assert holders(lind) == ["Priya Shah"]
    assert mary.get(thread)["thread"]["claimed_by"]["name"] == "Priya Shah"
    assert history(thread) == [("opened", "Mary", None, None), ("claimed", "Priya", None, None)]


def test_an_answer_ends_the_waiting_whoever_had_it_and_a_note_does_not(
    world: World, mary: Talker, priya: Talker, lind: Talker
) -> None:
    thread = mary.open()
    assert priya.post(f"{thread}/claim").status_code == 200
    passed = priya.post(f"{thread}/pass-on", {"to_id": str(world.lind.id), "note": "A question for you."})
    assert passed.get_json()["claimed_by"]["name"] == "Anna Lind"
    assert len(lind.inbox()) == 1
    assert "Anna" in told(world.lind)[0]
    assert lind.post(f"{thread}/let-go", {"note": "Not mine either."}).status_code == 200
    assert holders(priya) == [None]
    assert priya.write(thread, "The blue one.").status_code == 201
    assert priya.inbox() == []
    assert history(thread)[1:] == [
        ("claimed", "Priya", None, None),
        ("passed_on", "Priya", "Anna", "A question for you."),
        ("let_go", "Anna", None, "Not mine either."),
    ]
    # What colleagues note for each other is for them.
    assert [one["kind"] for one in mary.get(thread)["history"]] == ["opened", "claimed"]
    assert [one["note"] for one in priya.get(thread)["history"]] == [
        None,
        None,
        "A question for you.",
        "Not mine either.",
    ]
    for act, body in (("claim", None), ("let-go", {}), ("pass-on", {"to_id": str(world.lind.id), "note": "x"})):
        assert priya.post(f"{thread}/{act}", body).status_code == 409


def test_who_wrote_after_the_page_was_opened_still_waits(mary: Talker, priya: Talker) -> None:
    thread, minute = mary.open(), timedelta(minutes=1)
    shown = priya.messages(thread)[0]["at"]
    with clock.at(NOW + minute):
        mary.write(thread, "And I am short of breath")
    with clock.at(NOW + 2 * minute):
        closed = priya.post(f"{thread}/close", {"note": "We spoke on the phone.", "shown": shown})
        assert (closed.status_code, "written again" in closed.get_json()["detail"]) == (409, True)
        assert priya.write(thread, "The blue one", shown=shown).status_code == 201
        (row,) = priya.inbox()
        assert (row["waiting_since"], row["text"]) == ((NOW + minute).isoformat(), "And I am short of breath")
        assert [len(one["read_by"]) for one in mary.messages(thread)[:2]] == [1, 0]
        last = priya.messages(thread)[1]["at"]
        priya.write(thread, "Please ring 111 now", shown=last)
        assert priya.inbox() == []
    with clock.at(NOW + 3 * minute):  # a colleague who opened it first has nothing to wake again
        priya.write(thread, "Later on", shown=shown)
        assert priya.inbox() == []


def test_what_another_has_is_neither_passed_on_nor_let_go(
    world: World, mary: Talker, priya: Talker, lind: Talker
) -> None:
    thread = mary.open()
    assert priya.post(f"{thread}/claim").status_code == 200
    taken = lind.post(f"{thread}/pass-on", {"to_id": str(world.lead.id), "note": "For you"})
    assert (taken.status_code, taken.get_json()["claimed_by"]) == (409, "Priya Shah")
    assert lind.post(f"{thread}/let-go", {}).status_code == 409
    for to_id in (world.priya.id, world.tom.id, world.other_coordinator.id, world.admin.id, new_id()):
        refused = priya.post(f"{thread}/pass-on", {"to_id": str(to_id), "note": "For you"})
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "/to_id")
    assert priya.post(f"{thread}/pass-on", {"to_id": str(world.lind.id), "note": " "}).status_code == 422
    assert holders(priya) == ["Priya Shah"]


def test_of_three_hundred_taken_by_three_at_once_each_has_one_winner(app: Flask, world: World) -> None:
    patient = patients.admitted_one(world.mary_patient.id)
    with unit_of_work():
        made = [
            opening.open_thread(
                patient, threads.TEAM, NewThread(new_id(), "Topic", "Text"), By(world.mary.id, Role.PATIENT)
            )
            for _ in range(REQUESTS)
        ]
    staff = {
        "Priya Shah": By(world.priya.id, Role.COORDINATOR),
        "Anna Lind": By(world.lind.id, Role.CLINICIAN),
        "Grace Mensah": By(world.lead.id, Role.LEAD),
    }

    def take(thread_id: UUID, who: str) -> tuple[UUID, str, str | None]:
        with app.app_context():
            try:
                with unit_of_work():
                    claiming.claim(patient, thread_id, staff[who])
                return thread_id, who, None
            except claiming.Conflict as lost:
                return thread_id, who, lost.more["claimed_by"]
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        tries = [(one.id, who) for one in made for who in staff]
        outcomes = list(pool.map(lambda one: take(*one), tries))
    won = {thread_id: who for thread_id, who, lost_to in outcomes if lost_to is None}
    assert Counter(lost_to is None for *_, lost_to in outcomes) == {True: REQUESTS, False: 2 * REQUESTS}
    assert len(won) == REQUESTS
    assert all(lost_to in (None, won[thread_id]) for thread_id, _, lost_to in outcomes)
    db.session.expire_all()
    kept = {one.id: one.claimed_by for one in db.session.scalars(select(Thread))}
    assert kept == {thread_id: staff[who].person_id for thread_id, who in won.items()}


def test_taken_and_not_answered_by_the_end_of_the_day_it_is_everybodys_again(
    world: World, mary: Talker, priya: Talker, lind: Talker
) -> None:
    thread = mary.open()
    assert lind.post(f"{thread}/claim").status_code == 200
    with clock.at(CLOSING - timedelta(minutes=1)):
        keep()
        assert [one["is_overdue"] for one in priya.inbox()] == [False]
        assert todos() == []
        assert priya.post(f"{thread}/claim").status_code == 409
    with clock.at(CLOSING):
        keep()
        keep()
        assert [(one["is_overdue"], one["claimed_by"]["name"]) for one in priya.inbox()] == [(True, "Anna Lind")]
        (todo,) = todos()
        assert todo.owner_id == world.priya.id
        assert "waits for an answer since 10:00 on Wednesday 18 November" in (todo.reason or "")
    with clock.at(NEXT_DAY):
        assert priya.post(f"{thread}/claim").get_json()["claimed_by"]["name"] == "Priya Shah"
        assert [one["is_overdue"] for one in lind.inbox()] == [False]  # of a new working day
        assert priya.write(thread, "I am sorry for the wait.").status_code == 201
        assert [one.done_by for one in todos()] == [world.priya.id]


def test_what_nobody_took_is_asked_of_the_coordinator_too_and_again_after_each_who_took_it(
    mary: Talker, lind: Talker
) -> None:
    thread = mary.open()
    with clock.at(CLOSING):
        keep()
        (todo,) = todos()
        with unit_of_work():
            todo.done_at, todo.done_by = clock.now(), todo.owner_id  # ticked off, and not answered
        keep()
        assert len(todos()) == 1
    with clock.at(NEXT_DAY):
        assert lind.post(f"{thread}/claim").status_code == 200
        keep()
        assert len(todos()) == 1
    with clock.at(CLOSING + timedelta(days=1)):
        keep()
        assert len(todos()) == 2


def test_whoever_works_here_no_more_has_nothing_taken(world: World, mary: Talker, priya: Talker, lind: Talker) -> None:
    thread = mary.open()
    assert lind.post(f"{thread}/claim").status_code == 200
    with unit_of_work():
        held = db.session.scalars(select(Membership).where(Membership.person_id == world.lind.id)).one()
        teams.end_role(world.team, held.id)
    assert holders(priya) == [None]  # from that commit on
    keep()
    assert history(thread)[-1] == ("let_go", "Anna", None, "They answer messages of this team no more.")
    assert priya.post(f"{thread}/claim").status_code == 200
    with unit_of_work():
        db.session.get_one(Person, world.priya.id).locked_at = NOW
    assert mary.get(thread)["thread"]["claimed_by"] is None


def move_mary(world: World) -> tuple[UUID, Person]:
    """To another team of the organisation, with a coordinator of its own."""
    with unit_of_work():
        team, owen = (
            teams.add_team(world.organisation.id, "Lakeside Team"),
            people.person("Owen", "Lake", "07700900240"),
        )
        teams.give_role(world.organisation.id, team.id, owen.id, Role.COORDINATOR)
        record = db.session.get_one(Patient, world.mary_patient.id, populate_existing=True)
        record.team_id, record.coordinator_id = team.id, owen.id
        db.session.flush()
        events.publish(HandedOver(record.organisation_id, record.id))
        return team.id, owen


def test_open_threads_move_with_the_patient_and_claims_of_the_old_team_end(
    client: FlaskClient, world: World, mary: Talker, priya: Talker
) -> None:
    thread, done = mary.open(), mary.open(topic="Done")
    assert priya.write(done).status_code == 201
    assert priya.post(f"{done}/close", {}).status_code == 200
    assert priya.post(f"{thread}/claim").status_code == 200
    team_id, owen = move_mary(world)
    assert priya.inbox() == []
    theirs = talker(client, world, owen)
    assert [(one["topic"], one["team_id"]) for one in theirs.inbox()] == [("New inhaler", str(team_id))]
    assert holders(theirs) == [None]
    assert history(thread)[-1][:2] == ("let_go", "Priya")
    assert mary.write(done, "Once more").status_code == 201  # what opens again is the new team's
    assert [one["team_id"] for one in theirs.inbox()] == [str(team_id)] * 2


def test_a_claim_stays_with_whoever_stays_in_the_team_when_the_coordinator_changes(
    world: World, mary: Talker, lind: Talker
) -> None:
    thread = mary.open()
    assert lind.post(f"{thread}/claim").status_code == 200
    with unit_of_work():
        teams.give_role(world.organisation.id, world.team.id, world.lead.id, Role.COORDINATOR)
        record = db.session.get_one(Patient, world.mary_patient.id, populate_existing=True)
        record.coordinator_id = world.lead.id
        db.session.flush()
        events.publish(HandedOver(record.organisation_id, record.id))
    assert holders(lind) == ["Anna Lind"]


def test_enrolled_again_with_another_team_what_is_open_is_theirs(world: World, mary: Talker) -> None:
    thread = mary.open()
    with unit_of_work():
        service.end_care(patients.admitted([world.mary_patient.id])[world.mary_patient.id], "moved")
    with unit_of_work():
        team, owen = (
            teams.add_team(world.organisation.id, "Lakeside Team"),
            people.person("Owen", "Lake", "07700900240"),
        )
        teams.give_role(world.organisation.id, team.id, owen.id, Role.COORDINATOR)
        person = db.session.get_one(Person, world.mary.id)
        service.enrol(team, person, service.NewPatient(coordinator_id=owen.id, nhs_number="999 000 0018"))
        moved = db.session.get_one(Thread, UUID(thread.rpartition("/")[2]), populate_existing=True)
        assert moved.team_id == team.id


def test_a_record_that_rests_at_the_patients_wish_is_in_the_inbox_of_the_lead_alone(
    client: FlaskClient, world: World, mary: Talker, priya: Talker
) -> None:
    mary.open()
    with unit_of_work():
        service.end_care(patients.admitted([world.mary_patient.id])[world.mary_patient.id], "moved")
        db.session.get_one(Patient, world.mary_patient.id).restricted_at = NOW
    assert priya.inbox() == []
    assert len(talker(client, world, world.lead).inbox()) == 1


def test_the_inbox_is_flat_in_the_number_of_patients_and_messages(
    app: Flask, client: FlaskClient, world: World, mary: Talker, priya: Talker
) -> None:
    asked: list[int] = []
    khan = talker(client, world, world.khan, world.khan_patient.id)
    for who in (mary, mary, khan):
        who.open()
        with app.app_context(), counted() as statements:
            priya.inbox()
        asked.append(len(statements))
    assert asked == [asked[0]] * 3
    assert asked[0] <= 6  # who calls; threads, patients, relationships, the look noted


def test_the_look_is_noted_with_whose_messages_were_shown(client: FlaskClient, world: World, mary: Talker) -> None:
    mary.open()
    priya: Any = talker(client, world, world.priya)
    priya.inbox()
    log = client.get(f"/api/patients/{world.mary_patient.id}/access-log", headers=mary.headers).get_json()
    assert any("worked on what was written to your team" in one["sentence"] for one in log["items"])
