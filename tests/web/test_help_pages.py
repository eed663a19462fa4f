"""Pages of help: asked a question a page, taken by the first, said who was; the fair view, the calendar, the alert."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages.models.help import HelpAsked, HelpRequest
from app.messages.service import helping
from app.patients import queries as patients
from app.patients import service
from tests.conftest import NOW
from tests.messages.circle import Circle, circle_of, told
from tests.people import World
from tests.web.browsing import Browser, words


@pytest.fixture
def circle(world: World) -> Circle:
    return circle_of(world)


@pytest.fixture
def tom(browser_of: Callable[[Person], Browser], circle: Circle) -> Browser:
    return browser_of(circle.world.tom)


@pytest.fixture
def ada(browser_of: Callable[[Person], Browser], circle: Circle) -> Browser:
    return browser_of(circle.ada)


ALL = {"thing": "lift", "words": "to the clinic", "when": "at", "wanted_at": "2026-11-19T14:00", "whom": "all"}


def requests() -> list[HelpRequest]:
    db.session.rollback()
    return list(db.session.scalars(select(HelpRequest).order_by(HelpRequest.created_at, HelpRequest.id)))


def test_asking_a_question_a_page(mary: Browser, circle: Circle, home: str) -> None:
    page = words(mary.get(f"{home}/help/ask"))
    assert "What would help?" in page
    assert "Tom Okafor, son; Bola Adeyemi, district nurse; Ada Obi, neighbour can be asked." in page
    assert "Not for emergencies. Call 999" in page
    form = mary.hidden(f"{home}/help/ask") | {"thing": "lift", "words": "to the clinic"}
    second = mary.post(f"{home}/help/ask", form)
    assert "When?" in words(second)
    third = mary.post(f"{home}/help/ask", form | {"step": "when", "when": "at", "wanted_at": "2026-11-19T14:00"})
    assert "Who is asked?" in words(third)
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', third.get_data(as_text=True)))
    assert (kept["thing"], kept["words"], kept["step"]) == ("lift", "to the clinic", "whom")
    done = mary.post(f"{home}/help/ask", kept | {"whom": "some", "person": str(circle.ada.id)})
    assert done.status_code == 303
    (one,) = requests()
    assert (one.what, one.wanted_at, one.to_all) == ("A lift: to the clinic", NOW + timedelta(days=1, hours=4), False)
    assert db.session.scalars(select(HelpAsked.person_id)).all() == [circle.ada.id]
    page = words(mary.get(done.location))
    for said in ("They are asked.", "Tomorrow at 14:00", "Nobody has taken this yet", "Asked are Ada Obi", "You asked"):
        assert said in page


def test_a_form_sent_twice_asks_once(mary: Browser, circle: Circle, home: str) -> None:
    form = mary.hidden(f"{home}/help/ask") | ALL | {"step": "whom"}
    places = {mary.post(f"{home}/help/ask", form).location for _ in range(2)}
    assert (len(places), len(requests())) == (1, 1)


FAULTS = [
    ("what", {"thing": ""}, "Choose what would help"),
    ("what", {"thing": "other", "words": ""}, "Say in a few words what would help"),
    ("what", {"words": "x" * 501}, "Say in a few words what would help"),
    ("when", {"when": ""}, "Choose when"),
    ("when", {"wanted_at": ""}, "Give a day and time from now on"),
    ("whom", {"wanted_at": "2026-11-17T14:00"}, "Give a day and time from now on"),
    ("whom", {"wanted_at": "never"}, "Give a day and time from now on"),
    ("whom", {"whom": ""}, "Choose whom to ask"),
    ("whom", {"whom": "some"}, "Tick at least one"),
    ("whom", {"whom": "some", "person": str(new_id())}, "Tick at least one"),
    ("whom", {"id": "none"}, "Open the page again, and send it from there."),
]


@pytest.mark.parametrize(("step", "sent", "said"), FAULTS, ids=[f"{n} {one[2]}" for n, one in enumerate(FAULTS)])
def test_what_is_missing_is_said_beside_it(
    mary: Browser, circle: Circle, home: str, step: str, sent: dict[str, str], said: str
) -> None:
    form = mary.hidden(f"{home}/help/ask") | ALL | {"step": step} | sent
    answer = mary.post(f"{home}/help/ask", form)
    assert (answer.status_code, requests()) == (422, [])
    assert said in words(answer)


def test_where_nobody_would_read_it_the_box_is_closed(mary: Browser, world: World, home: str) -> None:
    page = words(mary.get(f"{home}/help/ask"))
    assert "Nobody in the circle can be asked yet" in page
    assert "<textarea" not in mary.get(f"{home}/help/ask").get_data(as_text=True)
    with unit_of_work():
        service.end_care(patients.admitted_one(world.mary_patient.id), "moved")
    assert "has ended, so nothing is asked of the circle" in words(mary.get(f"{home}/help/ask"))


def act(browser: Browser, place: str, name: str) -> tuple[int, str]:
    browser.get(place)
    where = "settle" if name in ("was-done", "call-off") else "answer"
    answer = browser.post(f"{place}/{where}", {"act": name})
    if answer.status_code == 303:
        answer = browser.get(answer.location)
        return 303, words(answer)
    return answer.status_code, words(answer)


def buttons(browser: Browser, place: str) -> list[str]:
    found = re.findall(r'name="act" value="([\w-]+)"', browser.get(place).get_data(as_text=True))
    return [html.unescape(one) for one in found]


def test_the_first_has_it_and_the_second_is_told_who(
    mary: Browser, tom: Browser, ada: Browser, circle: Circle, home: str
) -> None:
    place = f"{home}/help/{circle.ask('meal').id}"
    assert buttons(tom, place) == ["take", "pass"]
    assert buttons(mary, place) == ["call-off"]
    assert act(tom, place, "take")[0] == 303
    status, page = act(ada, place, "take")
    assert (status, "Tom has this, so you need not. Thank you." in page) == (409, True)
    assert buttons(ada, place) == []
    assert buttons(tom, place) == ["arrived", "done", "give-back"]
    assert "Please do it by today at 14:00" in words(tom.get(place))
    assert buttons(mary, place) == ["was-done", "call-off"]
    assert "Tom Okafor will do this" in words(mary.get(place))
    act(tom, place, "arrived")
    assert buttons(tom, place) == ["done", "give-back"]
    assert "Thank you" in act(tom, place, "done")[1]
    assert buttons(tom, place) == []
    page = words(mary.get(place))
    assert "Tom Okafor did this, today at 10:00" in page
    assert "Write a word of thanks in the circle" in page
    assert "Write a word of thanks" not in words(ada.get(place))


def test_passed_and_given_back(tom: Browser, ada: Browser, circle: Circle, home: str) -> None:
    place = f"{home}/help/{circle.ask('meal').id}"
    assert "That is all right." in act(ada, place, "pass")[1]
    assert buttons(ada, place) == ["take"]
    act(tom, place, "take")
    page = act(tom, place, "give-back")[1]
    assert "It is open again" in page
    assert "Tom and Ada cannot this time." in page
    assert "Nobody has taken this yet" in page


def test_what_is_no_button_does_nothing(mary: Browser, tom: Browser, circle: Circle, home: str) -> None:
    place = f"{home}/help/{circle.ask('meal').id}"
    assert act(tom, place, "explode")[0] == 404
    assert act(mary, place, "take")[0] == 403
    assert act(tom, place, "call-off")[0] == 403
    assert [one.state for one in requests()] == ["open"]


def test_the_list_shows_what_runs_and_what_was(mary: Browser, tom: Browser, circle: Circle, home: str) -> None:
    assert "Nothing is asked for just now." in words(mary.get(f"{home}/help"))
    first, _ = circle.ask("meal"), circle.ask("company", people=(circle.ada.id,))
    with unit_of_work():
        helping.take(circle.seen, first.id, circle.tom)
        helping.done(circle.seen, first.id, circle.tom)
    page = words(mary.get(f"{home}/help"))
    assert page.index("Company") < page.index("Before") < page.index("A meal")
    assert "Company" not in words(tom.get(f"{home}/help"))
    assert "Help for Mary" in words(tom.get(f"{home}/help"))
    assert "You did this" in words(tom.get(f"{home}/help"))


def test_a_title_is_escaped(mary: Browser, circle: Circle, home: str) -> None:
    one = circle.ask(None, words="<script>alert(1)</script>")
    for path in (f"{home}/help", f"{home}/help/{one.id}"):
        assert "<script>alert" not in mary.get(path).get_data(as_text=True)


def test_how_it_is_shared(mary: Browser, circle: Circle, home: str) -> None:
    for _ in range(2):
        one = circle.ask()
        with unit_of_work():
            helping.take(circle.seen, one.id, circle.tom)
    page = words(mary.get(f"{home}/help/fair"))
    assert "In the last 90 days somebody took 2 things" in page
    assert "Tom Okafor has taken 2 of 2." in page
    assert "Ada Obi was asked 2 times, and could not yet." in page


def test_the_calendar_and_an_address_of_ones_own(tom: Browser, circle: Circle, home: str) -> None:
    circle.ask("meal", wanted_at=NOW + timedelta(days=1))
    page = words(tom.get(f"{home}/calendar"))
    for said in ("Tomorrow, Thursday 19 November", "10:00 Help: A meal", "Nobody yet"):
        assert said in page
    made = words(tom.post(f"{home}/calendar"))
    assert "It is shown only now." in made
    path = re.search(r"http://localhost(/calendars/circle/\S+\.ics)", made)
    assert path is not None
    assert tom.client.get(path[1]).status_code == 200
    again = tom.get(f"{home}/calendar").get_data(as_text=True)
    assert path[1] not in again
    end = re.search(r'action="([^"]+/end)"', again)
    assert end is not None
    assert tom.post(end[1]).status_code == 303
    assert tom.client.get(path[1]).status_code == 404


def test_from_an_alert(priya: Browser, tom: Browser, circle: Circle, world: World, red_alert: str, home: str) -> None:
    page = f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}"
    before = words(priya.get(page))
    assert "Asked of the circle Nothing yet." in before
    form = priya.hidden(f"{page}/ask")
    assert "its time runs on" in words(priya.get(f"{page}/ask"))
    assert "<textarea" not in priya.get(f"{page}/ask").get_data(as_text=True)
    for sent, said in (
        ({"whom": "all"}, "Choose what would help"),
        ({"thing": "ring", "whom": "some"}, "Tick at least"),
    ):
        answer = priya.post(f"{page}/ask", form | sent)
        assert (answer.status_code, said in words(answer)) == (422, True)
    assert priya.post(f"{page}/ask", form | {"thing": "ring", "whom": "all"}).status_code == 303
    (one,) = requests()
    assert one.alert_id == UUID(red_alert)
    with unit_of_work():
        helping.take(circle.seen, one.id, circle.tom)
    after = words(priya.get(page))
    assert "Ring up Tom Okafor will do this" in after
    assert "Nobody has taken this yet" in after  # the alert itself
    for text in (words(tom.get(f"{home}/help/{one.id}")), *told(circle.ada.id)):
        for word in ("88", "alert", "Oxygen", "oxygen"):
            assert word not in text


def test_of_a_resolved_alert_nothing_is_asked(priya: Browser, circle: Circle, world: World, red_alert: str) -> None:
    page = f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}"
    form = priya.hidden(f"{page}/ask")
    priya.get(page)
    version = priya.hidden(page)["version"]
    assert (
        priya.post(f"{page}/resolve", {"outcome": "advice_given", "note": "Well.", "version": version}).status_code
        == 303
    )
    assert "This alert is resolved" in words(priya.get(f"{page}/ask"))
    assert priya.post(f"{page}/ask", form | {"thing": "ring", "whom": "all"}).status_code == 409
    assert "Ask the circle" not in words(priya.get(page))
    assert requests() == []


def test_see_what_tom_sees(mary: Browser, circle: Circle, home: str) -> None:
    one = circle.ask("meal", people=(circle.ada.id,))
    other = circle.ask("lift")
    as_tom = f"see_as={circle.member_id(circle.world.tom)}"
    page = mary.get(f"{home}/help?{as_tom}")
    assert "A lift" in words(page)
    assert "A meal" not in words(page)
    assert mary.get(f"{home}/help/{one.id}?{as_tom}").status_code == 404
    assert buttons(mary, f"{home}/help/{other.id}?{as_tom}") == ["take", "pass"]  # his, and nothing changes by them
