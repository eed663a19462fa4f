"""Visits on pages: from the code on the wall to the confirm step that names who reads what; planning; the console."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages.models import HandoverRead, Visit, VisitNote
from app.messages.service import visit_codes, visit_planning, visits_watched
from app.messages.visit_entering import NewVisit
from app.patients import queries as patients
from app.patients.by import By
from tests.conftest import NOW
from tests.messages.door import may_visit
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
TEXTS = {"family": "All well, ate lunch.", "professional": "Sacral redness.", "handover": "Check the heel."}


@pytest.fixture
def at(world: World) -> str:
    may_visit(world)
    return f"/my/{world.mary_patient.id}/visits"


@pytest.fixture
def visit_id(world: World, at: str) -> UUID:
    """Nurse Adeyemi is expected at 10:30."""
    with unit_of_work():
        patient, local = patients.admitted_one(world.mary_patient.id), NOW
        new = NewVisit(new_id(), "Wound care", local.date(), local.time().replace(minute=30), 40)
        return visit_planning.add(patient, new, By(world.mary.id, Role.PATIENT)).id


@pytest.fixture
def nurse(browser_of: BrowserOf, world: World) -> Browser:
    return browser_of(world.adeyemi)


def go(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return words(answer).replace(" .", ".")


def send(browser: Browser, path: str, form: dict[str, Any], status: int = 303) -> str:
    """Open a page, fill its form and send it; where it leads, or what it says."""
    browser.get(path)
    answer = browser.post(path, form)
    assert answer.status_code == status, (path, answer.status_code, words(answer))
    return answer.headers["Location"] if status == 303 else words(answer)


def test_a_visit_from_the_picture_on_the_wall_to_leaving(
    nurse: Browser, browser_of: BrowserOf, world: World, at: str, visit_id: UUID
) -> None:
    with unit_of_work():
        made = visit_codes.make(patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT))
    path = made.url.removeprefix("http://localhost")
    assert "Are you at Mary’s?" in go(nurse, path)
    hidden = nurse.hidden(path)
    form = hidden | {"visit": str(visit_id), "code": made.code}
    where = send(nurse, f"{at}/arrive", form)
    assert "You are down as being here." in go(nurse, where)
    write = f"{at}/{visit_id}/write"
    said = nurse.hidden(write) | {"done": ["wash", "food"], "step": "check"} | TEXTS
    confirm = send(nurse, write, said, 200)
    assert db.session.scalars(select(VisitNote)).all() == []
    team = "the team Riverside Long-Term Conditions"
    family, professional = (re.search(f"{text} (.*?) will read this", confirm) for text in ("lunch\\.", "redness\\."))
    assert family is not None
    assert professional is not None
    assert "Tom Okafor" in family[1]
    assert "Tom Okafor" not in professional[1]
    assert all(name in professional[1] for name in ("Bola Adeyemi", "Mary Okafor", team))
    with clock.at(NOW + timedelta(minutes=40)):
        for _ in range(2):  # a double tap
            where = send(nurse, write, said | {"step": "leave"})
    assert where.endswith("said=left")
    visit = db.session.get_one(Visit, visit_id)
    assert (visit.state, visit.arrival, visit.visitor_id) == ("done", "code", world.adeyemi.id)
    (note,) = db.session.scalars(select(VisitNote)).all()
    assert (note.family, note.professional, note.done) == (TEXTS["family"], TEXTS["professional"], ["wash", "food"])
    tom, priya = go(browser_of(world.tom), f"{at}/{visit_id}"), go(browser_of(world.priya), f"{at}/{visit_id}")
    assert "Helped with washing" in tom
    assert TEXTS["family"] in tom
    for hidden_text in (TEXTS["professional"], TEXTS["handover"], "For professionals", "comes next"):
        assert hidden_text not in tom
        assert hidden_text in priya
    console = go(browser_of(world.priya), f"/console/patients/{world.mary_patient.id}")
    assert TEXTS["professional"] in console


def test_a_code_leads_nobody_in_who_may_not_record(browser_of: BrowserOf, world: World, at: str) -> None:
    with unit_of_work():
        made = visit_codes.make(patients.admitted_one(world.mary_patient.id), By(world.mary.id, Role.PATIENT))
    path = made.url.removeprefix("http://localhost")
    for person, status in ((world.tom, 403), (world.stranger, 404), (world.other_coordinator, 404)):
        assert browser_of(person).get(path).status_code == status
    assert browser_of(world.adeyemi).get("/arrive/7ZK9Q0M4XA").status_code == 404
    assert browser_of(world.adeyemi).get("/arrive/never").status_code == 404


def test_what_is_wrong_is_said_beside_its_box(nurse: Browser, at: str, visit_id: UUID) -> None:
    said = send(nurse, f"{at}/arrive", {"id": str(new_id()), "visit": str(visit_id), "code": "7ZK9Q0M4XA"}, 422)
    assert "This is not the code that hangs here now." in said
    send(nurse, f"{at}/arrive", {"id": str(new_id()), "visit": str(visit_id)})
    write = f"{at}/{visit_id}/write"
    form = nurse.hidden(write) | {"step": "check"}
    assert "Tick what was done, or write something." in send(nurse, write, form | {"step": "save"}, 422)
    assert "Give up to 4,000 letters" in send(nurse, write, form | {"family": "x" * 4001}, 422)
    assert "Give the day and time" in send(nurse, write, form | {"family": "x", "next_visit_at": "soon"}, 422)
    assert "Open the page again" in send(nurse, f"{at}/arrive", {"id": "x", "visit": "none"}, 422)


def test_change_it_keeps_what_was_typed(nurse: Browser, at: str, visit_id: UUID) -> None:
    send(nurse, f"{at}/arrive", {"id": str(new_id()), "visit": str(visit_id)})
    write = f"{at}/{visit_id}/write"
    back = send(nurse, write, nurse.hidden(write) | {"done": "wash", "step": "change"} | TEXTS, 200)
    assert "What did you do?" in back
    page = nurse.post(write, nurse.hidden(write) | {"done": "wash", "step": "change"} | TEXTS).get_data(as_text=True)
    assert all(text in page for text in TEXTS.values())


def test_not_planned_and_put_right(nurse: Browser, browser_of: BrowserOf, world: World, at: str) -> None:
    where = send(nurse, f"{at}/arrive", {"id": str(new_id()), "visit": "none", "what": "Came by"})
    visit = db.session.scalars(select(Visit)).one()
    assert (visit.what, visit.state) == ("Came by", "arrived")
    form = nurse.hidden(where) | {"step": "save"}
    send(nurse, where.partition("?")[0], form | {"family": "Had a fall."})
    note = db.session.scalars(select(VisitNote)).one()
    right = f"{at}/{visit.id}/write?corrects={note.id}"
    assert "Put it right" in go(nurse, right)
    send(nurse, f"{at}/{visit.id}/write", nurse.hidden(right) | {"step": "save", "family": "Sat down."})
    author, tom = go(nurse, f"{at}/{visit.id}"), go(browser_of(world.tom), f"{at}/{visit.id}")
    assert "Sat down." in tom
    assert "Had a fall." not in tom
    assert "Had a fall." in author
    assert "I am leaving" in author


def test_the_next_visit_stands_in_the_form_that_puts_a_note_right(nurse: Browser, at: str, visit_id: UUID) -> None:
    send(nurse, f"{at}/arrive", {"id": str(new_id()), "visit": str(visit_id)})
    write = f"{at}/{visit_id}/write"
    send(nurse, write, nurse.hidden(write) | {"step": "save", "family": "x", "next_visit_at": "2026-11-20T09:15"})
    note = db.session.scalars(select(VisitNote)).one()
    page = nurse.get(f"{write}?corrects={note.id}").get_data(as_text=True)
    assert 'value="2026-11-20T09:15"' in page


def test_a_handover_is_ticked(nurse: Browser, browser_of: BrowserOf, world: World, at: str, visit_id: UUID) -> None:
    send(nurse, f"{at}/arrive", {"id": str(new_id()), "visit": str(visit_id)})
    write = f"{at}/{visit_id}/write"
    send(nurse, write, nurse.hidden(write) | TEXTS | {"step": "leave"})
    priya = browser_of(world.priya)
    assert "Left for you by Bola Adeyemi, district nurse" in go(priya, f"{at}/arrive")
    note = db.session.scalars(select(VisitNote)).one()
    priya.get(f"{at}/arrive")
    assert priya.post(f"{at}/handover/{note.id}").status_code == 303
    assert len(db.session.scalars(select(HandoverRead)).all()) == 1
    assert "Read by Priya Shah today at 10:00" in go(nurse, f"{at}/{visit_id}")


def test_mary_calls_off(mary: Browser, world: World, at: str, visit_id: UUID) -> None:
    assert "Say why" in send(mary, f"{at}/{visit_id}/call-off", {"why": ""}, 422)
    send(mary, f"{at}/{visit_id}/call-off", {"why": "I am away."})
    assert "Called off I am away." in go(mary, at)


def test_the_code_is_shown_once(mary: Browser, at: str) -> None:
    assert "No code hangs there yet." in go(mary, f"{at}/code")
    made = send(mary, f"{at}/code", {}, 200)
    code = re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", made)
    assert code is not None
    again = go(mary, f"{at}/code")
    assert code[0] not in again
    assert "was made today at 10:00" in again


def test_the_list_and_the_console_say_what_is_late(
    mary: Browser, priya: Browser, world: World, at: str, visit_id: UUID
) -> None:
    with clock.at(NOW + timedelta(minutes=61)):
        assert "Wound care today at 10:30. Somebody of the service, 40 minutes. Late" in go(mary, at)
        with unit_of_work():
            visits_watched.watch()
        console = go(priya, f"/console/patients/{world.mary_patient.id}")
        assert "Nobody has recorded arriving at the visit “Wound care”" in console
        assert "Late" in console


def test_who_only_sees_is_offered_nothing_else(browser_of: BrowserOf, world: World, at: str, visit_id: UUID) -> None:
    tom = browser_of(world.tom)
    for path in (at, f"{at}/{visit_id}"):
        said = go(tom, path)
        assert not [one for one in ("I am here", "Planned visits", "Call it off", "Code for the wall") if one in said]
    for path in ("plans", "plans/new/once", "code", f"{visit_id}/call-off"):
        assert tom.get(f"{at}/{path}").status_code == 403
    for path, back in (("arrive", at), (f"{visit_id}/write", f"{at}/{visit_id}")):
        assert tom.get(f"{at}/{path}").headers["Location"] == back
        assert tom.post(f"{at}/{path}").status_code == 403
    assert "Visits" in go(tom, "/circle")
