"""Nobody who may not read what professionals write for each other is ever given it: in no answer, copy or message.

Each text holds a word that stands nowhere else; it is looked for in everything that anybody is answered.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.access.permissions import SCOPES
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity.models import Person
from app.messages.models import Post
from app.messages.service import visits_watched
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from app.todos.models import Todo
from tests.conftest import NOW
from tests.messages.door import Door, done, door, may_visit
from tests.messages.talk import talker
from tests.patients.circles import circle_of
from tests.people import World, signed_in
from tests.records.test_export import ask
from tests.web.browsing import Browser

BrowserOf = Callable[[Person], Browser]
FAMILY, PROFESSIONAL, HANDOVER = "kingfisher", "woodpecker", "nightingale"
HIDDEN = (PROFESSIONAL, HANDOVER)
API = (
    "/visits", "/visits/{visit}", "/visits/{visit}/notes", "/visit-handover", "/visit-audience", "/visit-tasks",
    "/visit-plans", "/feed", "/circle-calendar", "/readings", "/access-log",
)  # fmt: skip
PAGES = (
    "/my/{patient}/visits", "/my/{patient}/visits/{visit}", "/my/{patient}/visits/{visit}/write?corrects={note}",
    "/my/{patient}/visits/arrive", "/my/{patient}/", "/my/{patient}/feed", "/my/{patient}/circle",
    "/my/{patient}/calendar", "/console/patients/{patient}", "/console/worklist", "/circle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who may ask, by name; who reads the professionals' text and who does not."""

    client: FlaskClient
    world: World
    by_name: dict[str, Person]

    def at_door(self, name: str) -> Door:
        return door(self.client, self.world, self.by_name[name])


READS = ("mary", "nurse", "priya", "lind", "lead")
DOES_NOT = ("tom", "ada", "acting", "stranger", "device", "admin", "elsewhere")


@pytest.fixture
def browser_of(app: Flask) -> BrowserOf:
    """A browser in which somebody has signed in."""

    def signed_in_there(person: Person) -> Browser:
        browser = Browser(app.test_client())
        browser.have_session(person)
        return browser

    return signed_in_there


@pytest.fixture
def everybody(client: FlaskClient, world: World) -> Everybody:
    """Tom sees, Ada also writes, Zoe acts for Mary in everything."""
    ada = may_visit(world)
    with unit_of_work():
        zoe = people.person("Zoe", "Okafor", "07700900231")
    mary = circle_of(client, world, world.mary)
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        service.add_member(patient, zoe, Role.MEMBER, "daughter", world.mary.id)
    assert mary.act("Zoe", "consent", *SCOPES).status_code == 201
    known = {"mary": world.mary, "nurse": world.adeyemi, "priya": world.priya, "lind": world.lind, "lead": world.lead}
    others = {"tom": world.tom, "ada": ada, "acting": zoe, "stranger": world.stranger, "device": world.device}
    more = {"admin": world.admin, "elsewhere": world.other_coordinator}
    return Everybody(client, world, known | others | more)


def written(everybody: Everybody, **more: Any) -> tuple[str, str]:
    """Nurse Adeyemi has been there and written all three texts; gives the visit and the note."""
    nurse, own = everybody.at_door("nurse"), {"id": str(new_id())}
    visit = nurse.arrives(own, unexpected="Wound care")
    texts = {
        "family": f"A {FAMILY} sang.",
        "professional": f"A {PROFESSIONAL} knocked.",
        "handover": f"Mind the {HANDOVER}.",
    }
    note = nurse.writes(visit, **texts | more)
    return visit["id"], note["id"]


def answers(everybody: Everybody, name: str, browser: Browser, named: dict[str, str]) -> dict[str, str]:
    """Everything that somebody is answered, by what they asked."""
    at_door, found = everybody.at_door(name), {}
    for path in API:
        found[path] = at_door.tries(path.format(**named)).get_data(as_text=True)
    for path in PAGES:
        found[path] = browser.get(path.format(**named)).get_data(as_text=True)
    again = {"id": named["client"], "family": "Something else.", "corrects_id": named["note"]}
    for body in (again, again | {"id": named["note"]}, again | {"professional": "x"}):
        answer = at_door.post(f"/visits/{named['visit']}/notes", body)
        if answer.status_code >= 400:
            found[f"a refusal of {sorted(body)}"] = answer.get_data(as_text=True)
    return found


# What may be done to a note between its writing and the reading.
steps = st.lists(
    st.sampled_from(["correct", "correct by the team", "tick", "leave", "another"]), min_size=1, max_size=3
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happens=steps)
def test_no_answer_holds_it_for_who_may_not_read_it(
    everybody: Everybody, browser_of: BrowserOf, happens: list[str]
) -> None:
    visit_id, note_id = written(everybody)
    nurse, priya = everybody.at_door("nurse"), everybody.at_door("priya")
    for step in happens:
        texts = {"family": f"{FAMILY} again", "professional": f"{PROFESSIONAL} again", "handover": f"{HANDOVER} again"}
        if step.startswith("correct"):
            by = nurse if step == "correct" else priya
            note_id = by.writes({"id": visit_id}, corrects_id=note_id, **texts)["id"]
        elif step == "tick":
            assert priya.put(f"/visit-notes/{note_id}/handover-read").status_code == 204
        elif step == "leave":
            nurse.leaves({"id": visit_id})
        else:
            nurse.writes({"id": visit_id}, **texts)
    named = {
        "visit": visit_id, "note": note_id, "patient": str(everybody.world.mary_patient.id), "client": str(new_id()),
    }  # fmt: skip
    for name in DOES_NOT:
        found = answers(everybody, name, browser_of(everybody.by_name[name]), named)
        leaks = [(name, path) for path, text in found.items() if any(word in text for word in HIDDEN)]
        assert leaks == []
        if name in ("tom", "ada", "acting"):
            assert FAMILY in found["/visits/{visit}"]
            assert FAMILY in found["/my/{patient}/visits/{visit}"]
    for name in READS:
        found = {path: everybody.at_door(name).get(path.format(**named)) for path in API[1:4]}
        assert all(word in str(found["/visits/{visit}"]) for word in HIDDEN), name


def test_no_message_no_post_and_nothing_to_do_holds_it(everybody: Everybody) -> None:
    mary, nurse = everybody.at_door("mary"), everybody.at_door("nurse")
    visit = mary.plans_one(visitor_id=str(everybody.world.adeyemi.id))
    nurse.arrives(visit)
    nurse.writes(visit, family=FAMILY, professional=PROFESSIONAL, handover=HANDOVER)
    with clock.at(NOW + timedelta(minutes=5)):
        nurse.leaves(visit)
        with unit_of_work():
            visits_watched.watch()
    said = [str(one.body) for one in db.session.scalars(select(Delivery))]
    said += [str(one.body) for one in db.session.scalars(select(Post))]
    said += [str(one.reason) for one in db.session.scalars(select(Todo))]
    assert len(said) >= 4
    assert not [one for one in said if any(word in one for word in (*HIDDEN, FAMILY))]


def test_with_another_s_eyes_nobody_reads_more_than_with_their_own(everybody: Everybody, browser_of: BrowserOf) -> None:
    """Zoe, who acts for Mary, looks at what Nurse Adeyemi sees; so does Mary, whose record it is."""
    visit_id, _ = written(everybody)
    world = everybody.world
    with unit_of_work():
        circle = patients.circle(patients.admitted_one(world.mary_patient.id))
        nurse_id = next(one.member.id for one in circle if one.person.id == world.adeyemi.id)
    for name, reads in (("acting", False), ("mary", True)):
        browser = browser_of(everybody.by_name[name])
        page = browser.get(f"/my/{world.mary_patient.id}/visits/{visit_id}?see_as={nurse_id}").get_data(as_text=True)
        answer = everybody.at_door(name).tries(f"/visits/{visit_id}?see_as={nurse_id}").get_data(as_text=True)
        for text in (page, answer):
            assert FAMILY in text
            assert [word in text for word in HIDDEN] == [reads, reads]


def in_copy(client: FlaskClient, person: Person, path: str) -> str:
    headers = signed_in(client, person)
    file = client.get(ask(client, headers, path), headers=headers)
    archive = zipfile.ZipFile(io.BytesIO(file.data))
    return "".join(archive.read(name).decode("utf-8-sig") for name in archive.namelist())


def test_only_the_patients_own_copy_has_it(everybody: Everybody) -> None:
    written(everybody)
    world = everybody.world
    record = f"/api/patients/{world.mary_patient.id}/exports"
    for person, path, has_family, has_hidden in (
        (world.mary, record, True, True),
        (world.mary, "/api/me/exports", True, True),
        (everybody.by_name["acting"], record, True, False),
        (everybody.by_name["acting"], "/api/me/exports", False, False),
        (world.adeyemi, "/api/me/exports", False, False),  # it is Mary's, though she wrote it
        (world.tom, "/api/me/exports", False, False),
    ):
        copy = in_copy(everybody.client, person, path)
        assert (FAMILY in copy, [word in copy for word in HIDDEN]) == (has_family, [has_hidden] * 2), (
            person.name,
            path,
        )


def test_a_copy_for_who_acts_says_nothing_of_what_the_team_keeps_to_itself(everybody: Everybody) -> None:
    """Who has read a handover, and what colleagues note for each other about a thread; its closing words are told."""
    _, note_id = written(everybody)
    assert everybody.at_door("priya").put(f"/visit-notes/{note_id}/handover-read").status_code == 204
    world, client = everybody.world, everybody.client
    thread, priya = talker(client, world, world.mary).open(), talker(client, world, world.priya)
    passed = {"to_id": str(world.lind.id), "note": f"{PROFESSIONAL} nest"}
    assert priya.post(f"{thread}/claim").status_code == 200
    assert priya.post(f"{thread}/pass-on", passed).status_code == 200
    assert priya.post(f"{thread}/close", {"note": f"{FAMILY} nest"}).status_code == 200
    record = f"/api/patients/{world.mary_patient.id}/exports"
    looked_for = ("handover_read", f"{PROFESSIONAL} nest", f"{FAMILY} nest")
    for person, found in ((world.mary, [True] * 3), (everybody.by_name["acting"], [False, False, True])):
        copy = in_copy(client, person, record)
        assert [one in copy for one in looked_for] == found


def test_what_is_answered_to_its_writer_says_nothing_back(everybody: Everybody) -> None:
    nurse = everybody.at_door("nurse")
    own = {"id": str(new_id())}
    body = {"id": str(new_id()), "unexpected": "Care", "professional": PROFESSIONAL}
    assert PROFESSIONAL not in str(done(nurse.post(f"/visits/{own['id']}/notes", body)))
