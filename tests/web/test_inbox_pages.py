"""The team inbox in the console: what waits, who has it; taken, passed on, answered, closed; on the worklist too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.identity.models import Person
from tests.conftest import NOW
from tests.messages.talk import Talker, talker
from tests.people import World
from tests.queries_counted import counted
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
INBOX, WORKLIST = "/console/inbox", "/console/worklist"


@pytest.fixture
def at_api(client: FlaskClient, world: World) -> Talker:
    """Mary, writing otherwise than by a page."""
    return talker(client, world, world.mary)


@pytest.fixture
def lind(browser_of: BrowserOf, world: World) -> Browser:
    return browser_of(world.lind)


@pytest.fixture
def thread(at_api: Talker, world: World) -> str:
    """What waits for Mary's team, in the console."""
    written = at_api.open().rpartition("/")[2]
    return f"/console/patients/{world.mary_patient.id}/messages/{written}"


def done(browser: Browser, path: str, **typed: str) -> str:
    """Send a form of the thread's page; what one reads then."""
    form = browser.hidden(path.rpartition("/")[0]) | typed
    answer = browser.post(path, form)
    assert answer.status_code == 303, words(answer)
    return words(browser.get(answer.location))


def test_the_inbox_says_who_waits_since_when_and_what_they_wrote(priya: Browser, thread: str) -> None:
    said = words(priya.get(INBOX))
    assert "Waiting for anybody (1) New inhaler Mary Okafor , written by Mary Okafor, patient, today at 10:00" in said
    assert "Which one do I take first?" in said
    assert "To be answered: 8 h 0 min left" in said


def test_an_empty_inbox_says_so(priya: Browser, world: World) -> None:
    assert "Nobody waits for an answer just now." in words(priya.get(INBOX))


def test_one_takes_it_and_the_other_reads_who_has_it(priya: Browser, lind: Browser, thread: str) -> None:
    assert "You have this now." in done(priya, f"{thread}/claim")
    assert "With you (1)" in words(priya.get(INBOX))
    assert "With a colleague (1)" in words(lind.get(INBOX))
    assert "Priya Shah has this" in words(lind.get(thread))
    lost = lind.post(f"{thread}/claim")
    assert (lost.status_code, "Priya Shah has this already." in words(lost)) == (409, True)


def test_what_is_refused_leaves_no_trace_not_even_that_it_was_read(lind: Browser, thread: str, at_api: Talker) -> None:
    assert lind.post(f"{thread}/let-go").status_code == 409
    (message,) = at_api.messages(f"/team-threads/{thread.rpartition('/')[2]}")
    assert message["read_by"] == []


def test_it_is_passed_on_with_a_note_and_put_back(priya: Browser, lind: Browser, thread: str, world: World) -> None:
    done(priya, f"{thread}/claim")
    refused = priya.post(f"{thread}/pass-on", {"to_id": "", "note": ""})
    assert refused.status_code == 422
    assert "Choose a colleague" in words(refused)
    assert "Write a note for your colleague" in words(refused)
    assert "Anna Lind has this" in done(
        priya, f"{thread}/pass-on", to_id=str(world.lind.id), note="A question for you."
    )
    said = words(lind.get(thread))
    assert "Priya Shah passed this on to Anna Lind A question for you." in said
    assert "It is back in the inbox for everybody." in done(lind, f"{thread}/let-go")
    assert "Waiting for anybody (1)" in words(priya.get(INBOX))


def test_the_answer_reaches_mary_and_nobody_waits_any_more(
    priya: Browser, mary: Browser, thread: str, home: str
) -> None:
    empty = priya.post(f"{thread}/answer", priya.hidden(thread) | {"text": " "})
    assert (empty.status_code, "Write your answer first" in words(empty)) == (422, True)
    assert "Nobody waits for an answer" in done(priya, f"{thread}/answer", text="The blue one.")
    assert "Nobody waits for an answer just now." in words(priya.get(INBOX))
    assert "The blue one." in words(mary.get(f"{home}/messages/{thread.rpartition('/')[2]}"))


def test_what_mary_wrote_after_the_page_was_opened_still_waits(priya: Browser, at_api: Talker, thread: str) -> None:
    form = priya.hidden(thread)
    with clock.at(NOW + timedelta(minutes=1)):
        at_api.write(f"/team-threads/{thread.rpartition('/')[2]}", "And I am short of breath")
        closed = priya.post(f"{thread}/close", form | {"note": "We spoke."})
        assert (closed.status_code, "Somebody has written again" in words(closed)) == (409, True)
        assert priya.post(f"{thread}/answer", form | {"text": "The blue one."}).status_code == 303
        assert "And I am short of breath" in words(priya.get(INBOX))


def test_it_closes_with_what_mary_is_told_instead(priya: Browser, mary: Browser, thread: str, home: str) -> None:
    refused = priya.post(f"{thread}/close", {"note": ""})
    assert refused.status_code == 422
    assert "say how they got it" in words(refused)
    assert "It is closed." in done(priya, f"{thread}/close", note="We spoke on the phone.")
    assert "“We spoke on the phone.”" in words(mary.get(f"{home}/messages/{thread.rpartition('/')[2]}"))


def test_after_the_working_day_it_is_back_for_everybody_and_marked(priya: Browser, lind: Browser, thread: str) -> None:
    done(lind, f"{thread}/claim")
    with clock.at(NOW + timedelta(hours=8)):
        said = words(priya.get(INBOX))
        assert "Waiting for anybody (1)" in said
        assert "Back for everybody: Anna Lind took it and has not answered" in said
        assert "it is everybody’s again" in words(priya.get(thread))
        assert "You have this now." in done(priya, f"{thread}/claim")


def test_priya_writes_to_mary_first(priya: Browser, mary: Browser, world: World, home: str) -> None:
    listed = f"/console/patients/{world.mary_patient.id}/messages"
    assert f'href="{listed}"' in priya.get(f"/console/patients/{world.mary_patient.id}").get_data(as_text=True)
    assert "Nothing has been written yet." in words(priya.get(listed))
    assert "Penicillin" in words(priya.get(f"{listed}/new"))  # who it is about stands there
    missing = priya.post(f"{listed}/new", priya.hidden(f"{listed}/new") | {"topic": "", "text": "Hello"})
    assert (missing.status_code, "Say in a few words what it is about" in words(missing)) == (422, True)
    answer = priya.post(f"{listed}/new", priya.hidden(f"{listed}/new") | {"topic": "Your review", "text": "Monday?"})
    assert answer.status_code == 303
    assert "Your review" in words(priya.get(listed))
    assert "Your review Opened by Priya Shah" in words(mary.get(f"{home}/messages"))
    assert "Nobody waits for an answer just now." in words(priya.get(INBOX))


def test_the_worklist_counts_what_waits_and_is_new_when_that_changes(
    priya: Browser, at_api: Talker, thread: str
) -> None:
    shown = priya.get(WORKLIST)
    assert "1 message waits for an answer, the longest since today at 10:00" in words(shown)
    etag = shown.headers["ETag"]
    assert priya.get(WORKLIST, **{"If-None-Match": etag}).status_code == 304
    at_api.open(topic="Another")
    fresh = priya.get(WORKLIST, **{"If-None-Match": etag})
    assert fresh.status_code == 200
    assert "2 messages wait for an answer" in words(fresh)


def test_what_waits_costs_the_worklist_one_small_statement(app: Flask, priya: Browser, at_api: Talker) -> None:
    asked = []
    for _ in range(2):
        with app.app_context(), counted() as statements:
            priya.get(WORKLIST)
        asked.append([one for one in statements if "thread" in one])
        at_api.open()
    assert [len(one) for one in asked] == [1, 1]
