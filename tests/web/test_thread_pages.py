"""The pages of threads: written to team and circle, read, closed, opened again; no box where nobody reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Right
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service
from tests.conftest import NOW
from tests.messages.talk import Talker, grant, talker
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]


@pytest.fixture
def tom(browser_of: BrowserOf, world: World) -> Browser:
    """He may see and write messages."""
    grant(world, world.tom, Right.SEE, Right.ACT)
    return browser_of(world.tom)


@pytest.fixture
def at_api(client: FlaskClient, world: World) -> Talker:
    """Priya, answering otherwise than by these pages."""
    return talker(client, world, world.priya)


def sent(browser: Browser, path: str, **typed: str) -> str:
    """Fill the form of a page and send it; where one is led to."""
    form = browser.hidden(path) | typed
    answer = browser.post(path, form)
    assert answer.status_code == 303, words(answer)
    return answer.location.removeprefix("http://localhost")


def test_mary_writes_to_her_team_and_reads_who_listens(mary: Browser, home: str) -> None:
    listed = words(mary.get(f"{home}/messages"))
    assert "Nothing has been written yet." in listed
    form = words(mary.get(f"{home}/messages/new"))
    assert "Priya Shah and the Riverside Long-Term Conditions team read what you send until 18:00 today." in form
    assert "Not for emergencies. Call 999" in form
    thread = sent(mary, f"{home}/messages/new", topic="New inhaler", text="Which one first?")
    said = words(mary.get(thread))
    assert "It is sent." in said
    assert "The team should answer by 18:00 today." in said
    assert "You today at 10:00 Which one first?" in said
    assert "Close this for now" not in said
    assert "New inhaler Opened by Mary Okafor" in words(mary.get(f"{home}/messages"))


def test_a_form_sent_twice_is_one_message(mary: Browser, home: str) -> None:
    form = mary.hidden(f"{home}/messages/new") | {"topic": "New inhaler", "text": "Which one first?"}
    first, second = (mary.post(f"{home}/messages/new", form) for _ in range(2))
    assert first.location == second.location
    assert words(mary.get(f"{home}/messages")).count("Opened by Mary Okafor") == 1


def test_what_is_missing_is_said_beside_it_and_what_was_typed_stays(mary: Browser, home: str) -> None:
    answer = mary.post(f"{home}/messages/new", mary.hidden(f"{home}/messages/new") | {"topic": "Inhaler", "text": " "})
    assert answer.status_code == 422
    assert "Write your message first" in words(answer)
    assert 'value="Inhaler"' in answer.get_data(as_text=True)
    assert "Nothing has been written yet." in words(mary.get(f"{home}/messages"))
    thread = sent(mary, f"{home}/messages/new", topic="Inhaler", text="Which?").partition("?")[0]
    empty = mary.post(thread, mary.hidden(thread) | {"text": ""})
    assert (empty.status_code, "Write your message first" in words(empty)) == (422, True)


def test_she_reads_the_answer_who_gave_it_and_that_hers_was_read(mary: Browser, home: str, at_api: Talker) -> None:
    thread = sent(mary, f"{home}/messages/new", topic="New inhaler", text="Which one first?").partition("?")[0]
    api = f"/team-threads/{thread.rpartition('/')[2]}"
    assert at_api.post(f"{api}/claim").status_code == 200
    assert "Priya Shah is looking after this." in words(mary.get(thread))
    with clock.at(NOW + timedelta(minutes=5)):
        assert at_api.write(api, "The blue one.").status_code == 201
        assert "1 new" in words(mary.get(f"{home}/messages"))
        said = words(mary.get(thread))
    assert "Read by Priya Shah, today at 10:05" in said
    assert "Priya Shah , care coordinator today at 10:05 The blue one." in said
    assert "1 new" not in words(mary.get(f"{home}/messages"))


def test_a_thread_closes_and_says_that_writing_opens_it_again(mary: Browser, tom: Browser, home: str) -> None:
    thread = sent(mary, f"{home}/threads/new", topic="Sunday lunch", text="Who comes?").partition("?")[0]
    assert "Sunday lunch" in words(tom.get(f"{home}/threads"))
    tom.get(thread)
    assert tom.post(f"{thread}/close").status_code == 303
    said = words(mary.get(thread))
    assert "Closed by Tom Okafor today at 10:00. Writing here opens it again." in said
    assert "Send and open it again" in said
    sent(mary, thread, text="One more thing")
    again = words(tom.get(thread))
    assert "Mary Okafor opened this again by writing" in again
    assert "Closed by" not in again


def test_within_the_circle_it_says_who_can_read_it(mary: Browser, tom: Browser, home: str) -> None:
    assert "Tom Okafor can read this. Nobody is on duty here." in words(mary.get(f"{home}/threads/new"))
    assert "Mary Okafor can read this. Nobody is on duty here." in words(tom.get(f"{home}/threads/new"))


def test_where_nobody_reads_there_is_no_box_and_it_says_why(mary: Browser, home: str, world: World) -> None:
    alone = mary.get(f"{home}/threads/new")
    assert "Nobody else may read the messages of this circle yet" in words(alone)
    assert "<textarea" not in alone.get_data(as_text=True)
    thread = sent(mary, f"{home}/messages/new", topic="New inhaler", text="Which one first?").partition("?")[0]
    with unit_of_work():
        service.end_care(patients.admitted([world.mary_patient.id])[world.mary_patient.id], "discharged")
    for path in (thread, f"{home}/messages/new"):
        page = mary.get(path)
        assert "has ended: nobody there reads what is sent" in words(page)
        assert "<textarea" not in page.get_data(as_text=True)
    assert mary.post(thread, {"id": "x", "text": "Hello"}).status_code == 422
    assert "Write to the team" not in words(mary.get(f"{home}/messages")).replace("instead", "")


def test_where_the_team_has_nobody_it_says_whom_to_call(mary: Browser, home: str, world: World) -> None:
    with unit_of_work():
        for person in (world.priya, world.lind, world.lead):
            db.session.get_one(Person, person.id).locked_at = NOW
    said = words(mary.get(f"{home}/messages/new"))
    assert "can read messages just now, so none can be sent. Call" in said


def test_whoever_only_sees_reads_and_finds_no_box(
    mary: Browser, browser_of: BrowserOf, home: str, world: World
) -> None:
    grant(world, world.tom, Right.SEE)
    tom = browser_of(world.tom)
    thread = sent(mary, f"{home}/threads/new", topic="Sunday lunch", text="Who comes?").partition("?")[0]
    page = tom.get(thread)
    assert "Who comes?" in words(page)
    assert "<textarea" not in page.get_data(as_text=True)
    assert "Close this" not in words(page)
    assert "Messages" not in words(tom.get(f"{home}/threads")).partition("What the circle")[0]
    assert tom.get(f"{home}/messages").status_code == 403


def test_looking_with_toms_eyes_reads_nothing_for_him(mary: Browser, tom: Browser, home: str, world: World) -> None:
    thread = sent(mary, f"{home}/threads/new", topic="Sunday lunch", text="Who comes?").partition("?")[0]
    places = patients.circle(patients.admitted_one(world.mary_patient.id))
    (place,) = [one for one in places if one.person.id == world.tom.id]
    assert "Who comes?" in words(mary.get(f"{thread}?see_as={place.member.id}"))
    assert "Read by" not in words(mary.get(thread))
    tom.get(thread)
    assert "Read by Tom Okafor" in words(mary.get(thread))


def test_a_member_begins_where_their_grant_leads(browser_of: BrowserOf, world: World, home: str) -> None:
    grant(world, world.tom, Right.ACT)
    page = browser_of(world.tom).get("/circle").get_data(as_text=True)
    assert f'href="{home}/messages"' in page
