"""Planned visits on pages, at home and in the console: made one question a page, changed answer by answer, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.identity.models import Person
from app.messages.models import Visit, VisitPlan
from tests.messages.door import may_visit
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
# Each question with its answer, in their order.
WEEKLY: list[tuple[str, dict[str, Any]]] = [
    ("What is the visit for?", {"what": "Morning care"}),
    ("On which days?", {"weekdays": ["1", "4"], "every_weeks": "2"}),
    ("From when until when?", {"starts_on": "2026-11-18", "ends_on": ""}),
    ("At what time, and for how long?", {"at": "09:00", "minutes": "45"}),
    ("Who comes?", {}),
]
SENTENCE = "Mondays and Thursdays of every second week at 09:00, 45 minutes. Bola Adeyemi."


@pytest.fixture(params=["my", "console"])
def who_and_where(request: pytest.FixtureRequest, browser_of: BrowserOf, world: World) -> tuple[Browser, str]:
    """Mary at home, and Priya in the console: the same pages."""
    may_visit(world)
    if request.param == "my":
        return browser_of(world.mary), f"/my/{world.mary_patient.id}/visits/plans"
    return browser_of(world.priya), f"/console/patients/{world.mary_patient.id}/visits/plans"


def go(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return words(answer).replace(" .", ".")


def answers(browser: Browser, path: str, world: World, given: list[tuple[str, dict[str, Any]]]) -> str:
    """Answer one question after the other, each page sending along what the one before held; where it leads."""
    page, form = go(browser, path), browser.hidden(path)
    for number, (question, answer) in enumerate(given, 1):
        assert question in page
        assert f"Question {number} of {len(given)}" in page
        said = form | answer | ({"visitor_id": str(world.adeyemi.id)} if question == "Who comes?" else {})
        sent = browser.post(path, said)
        if sent.status_code == 303:
            return sent.headers["Location"]
        assert sent.status_code == 200, words(sent)
        page, form = words(sent), said | {"part": hidden_of(sent.get_data(as_text=True), "part")}
    raise AssertionError("It never came to an end.")


def hidden_of(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_a_plan_is_made_question_by_question(who_and_where: tuple[Browser, str], world: World) -> None:
    browser, at = who_and_where
    assert "How often is the visit?" in go(browser, f"{at}/new")
    where = answers(browser, f"{at}/new/weekly", world, WEEKLY)
    listed = go(browser, where)
    assert "It is planned." in listed
    assert SENTENCE in listed
    plan = db.session.scalars(select(VisitPlan)).one()
    assert (plan.what, plan.weekdays, plan.every_weeks, plan.minutes) == ("Morning care", [1, 4], 2, 45)


def test_what_was_answered_travels_in_the_page_and_not_in_the_address(
    who_and_where: tuple[Browser, str], world: World
) -> None:
    browser, at = who_and_where
    path = f"{at}/new/once"
    answer = browser.post(path, browser.hidden(path) | {"what": "Tea & talk"})
    page = answer.get_data(as_text=True)
    assert 'name="what" value="Tea &amp; talk"' in page
    assert db.session.scalars(select(Visit)).all() == []


def test_a_question_that_is_not_answered_is_asked_again(who_and_where: tuple[Browser, str]) -> None:
    browser, at = who_and_where
    path = f"{at}/new/weekly"
    empty = browser.post(path, browser.hidden(path) | {"what": " "})
    assert empty.status_code == 422
    assert "Say what the visit is" in words(empty)
    assert "Choose at least one day" not in words(empty)  # has not been asked yet
    no_days = browser.post(path, browser.hidden(path) | {"what": "Tea", "part": "days"})
    assert no_days.status_code == 422
    assert "Choose at least one day of the week" in words(no_days)
    lost = browser.post(path, browser.hidden(path) | {"weekdays": ["1"], "part": "days"})  # the first answer is gone
    assert "What is the visit for?" in words(lost)


def test_a_time_that_is_over_is_said_at_the_last_question(who_and_where: tuple[Browser, str]) -> None:
    browser, at = who_and_where
    path = f"{at}/new/once"
    form = browser.hidden(path) | {"what": "Tea", "on": "2026-11-17", "at": "09:00", "minutes": "30", "part": "who"}
    sent = browser.post(path, form)
    assert sent.status_code == 422
    assert "This time is over." in words(sent)
    assert "On which day?" in words(sent)


def test_it_is_changed_answer_by_answer(who_and_where: tuple[Browser, str], world: World) -> None:
    browser, at = who_and_where
    answers(browser, f"{at}/new/weekly", world, WEEKLY)
    plan = db.session.scalars(select(VisitPlan)).one()
    one = f"{at}/{plan.id}"
    assert "9:00, for 45 minutes" in go(browser, one)
    page = browser.get(f"{one}/time").get_data(as_text=True)
    assert 'value="09:00"' in page
    form = browser.hidden(f"{one}/time") | {"at": "11:30", "minutes": "20"}
    changed = browser.post(f"{one}/time", form)
    assert changed.status_code == 303
    said = go(browser, changed.headers["Location"])
    assert "It is changed." in said
    assert "11:30, for 20 minutes" in said
    db.session.expire_all()
    first = db.session.scalars(select(Visit).where(Visit.state == "planned").order_by(Visit.due_at)).first()
    assert first is not None
    assert (f"{first.due_at:%H:%M}", first.minutes) == ("11:30", 20)
    late = browser.post(f"{one}/time", form)
    assert late.status_code == 412
    assert "It was changed since you read it." in words(late)


@pytest.mark.parametrize(
    ("part", "form", "reason"),
    [
        ("what", {"what": ""}, "Say what the visit is"),
        ("days", {"every_weeks": "0"}, "Choose at least one day of the week"),
        ("dates", {"starts_on": "2026-11-18", "ends_on": "2026-11-01"}, "The last day is before the first."),
        ("time", {"at": "noon", "minutes": "20"}, "Give a time, such as 09:30"),
        ("who", {"visitor_id": "somebody"}, "Choose somebody of the list"),
    ],
)
def test_a_change_that_cannot_be_is_refused_beside_its_box(
    who_and_where: tuple[Browser, str], world: World, part: str, form: dict[str, str], reason: str
) -> None:
    browser, at = who_and_where
    answers(browser, f"{at}/new/weekly", world, WEEKLY)
    plan = db.session.scalars(select(VisitPlan)).one()
    path = f"{at}/{plan.id}/{part}"
    sent = browser.post(path, browser.hidden(path) | form)
    assert sent.status_code == 422
    assert reason in words(sent)
    db.session.expire_all()
    assert db.session.scalars(select(VisitPlan)).one().version == 1


def test_it_ends_and_is_there_no_more(who_and_where: tuple[Browser, str], world: World) -> None:
    browser, at = who_and_where
    answers(browser, f"{at}/new/weekly", world, WEEKLY)
    plan = db.session.scalars(select(VisitPlan)).one()
    browser.get(f"{at}/{plan.id}")
    ended = browser.post(f"{at}/{plan.id}/end")
    assert "The plan has ended." in go(browser, ended.headers["Location"])
    assert SENTENCE not in go(browser, at)
    for path in (f"{at}/{plan.id}", f"{at}/{plan.id}/time", f"{at}/new/never", f"{at}/{new_id()}"):
        assert browser.get(path).status_code == 404
    planned = select(Visit).where(Visit.due_at > clock.now(), Visit.state == "planned")
    assert db.session.scalars(planned).all() == []


def test_only_whoever_may_plan(browser_of: BrowserOf, world: World) -> None:
    may_visit(world)
    my = f"/my/{world.mary_patient.id}/visits/plans"
    assert browser_of(world.tom).get(my).status_code == 403
    assert browser_of(world.stranger).get(my).status_code == 404
    assert "Planned visits" not in go(browser_of(world.tom), f"/my/{world.mary_patient.id}/visits")
    console = go(browser_of(world.priya), f"/console/patients/{world.mary_patient.id}")
    assert "Plan visits" in console
