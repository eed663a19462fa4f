"""What a phone kept while there was no signal, as it arrives: with its own times, once, judged, and never another's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.messages.models import Visit, VisitNote, VisitReading
from app.messages.service import visit_planning
from app.messages.visit_entering import NewVisit
from app.patients import queries as patients
from app.patients.by import By
from app.readings.models import QuarantinedReading, Reading
from tests.conftest import NOW
from tests.messages.door import may_visit
from tests.people import World
from tests.web.browsing import Browser

BrowserOf = Callable[[Person], Browser]
AS_A_PROGRAM = {"Accept": "application/json"}
ARRIVED, LEFT = NOW - timedelta(minutes=50), NOW - timedelta(minutes=10)


@pytest.fixture
def visit_id(world: World) -> UUID:
    """Nurse Adeyemi is expected at 10:30."""
    may_visit(world)
    with unit_of_work():
        new = NewVisit(new_id(), "Wound care", NOW.date(), NOW.time().replace(minute=30), 40)
        return visit_planning.add(patients.admitted_one(world.mary_patient.id), new, By(world.mary.id, Role.PATIENT)).id


@pytest.fixture
def nurse(browser_of: BrowserOf, world: World) -> Browser:
    return browser_of(world.adeyemi)


@pytest.fixture
def at(world: World, visit_id: UUID) -> str:
    return f"/my/{world.mary_patient.id}/unsent"


def token(browser: Browser) -> dict[str, str]:
    answer = browser.client.get("/me/unsent", headers=AS_A_PROGRAM)
    assert answer.status_code == 200
    found: dict[str, str] = answer.get_json()
    return found


def sent(browser: Browser, path: str, happened_at: datetime, **form: Any) -> TestResponse:
    """As the queue of the phone sends it."""
    said = {"csrf_token": token(browser)["csrf_token"], "happened_at": happened_at.isoformat()}
    now = {"sent_at": clock.now().isoformat()}
    return browser.client.post(path, data=now | said | form, headers=AS_A_PROGRAM)


def kept(browser: Browser, at: str) -> Any:
    page = browser.get(at.replace("unsent", "visits")).get_data(as_text=True)
    found = re.search(r'data-kept="([^"]*)"', page)
    return found and json.loads(unescape(found[1]))


def test_a_whole_visit_sent_twice_is_one_visit_at_its_own_times(nurse: Browser, at: str, visit_id: UUID) -> None:
    one = f"{at}/visits/{visit_id}"
    note = {"id": str(new_id()), "done": ["wash"], "family": "All well.", "professional": "Redness."}
    pulse = {"id": str(new_id()), "value": "72"}
    for _ in range(2):
        answers = [
            sent(nurse, f"{at}/readings/pulse", ARRIVED + timedelta(minutes=5), **pulse),
            sent(nurse, f"{one}/arrival", ARRIVED),
            sent(nurse, f"{one}/note", LEFT, **note),
            sent(nurse, f"{one}/leaving", LEFT),
        ]
        assert [answer.status_code for answer in answers] == [200] * 4, [answer.get_json() for answer in answers]
        assert "999" in " ".join(answers[0].get_json()["reply"])
    visit = db.session.scalars(select(Visit)).one()
    assert (visit.state, visit.arrived_at, visit.left_at) == ("done", ARRIVED, LEFT)
    written = db.session.scalars(select(VisitNote)).one()
    assert (written.family, written.professional, written.channel) == ("All well.", "Redness.", "app")
    reading = db.session.scalars(select(Reading)).one()
    assert reading.measured_at == ARRIVED + timedelta(minutes=5)
    assert db.session.scalars(select(VisitReading.reading_id)).all() == [reading.id]


def test_in_any_order_and_of_a_visit_nobody_expected(nurse: Browser, at: str) -> None:
    one = f"{at}/visits/{new_id()}"
    own = {"unexpected": "Came by"}
    assert sent(nurse, f"{one}/leaving", LEFT, **own).status_code == 200
    assert sent(nurse, f"{one}/note", LEFT, id=str(new_id()), family="Fed the cat.", **own).status_code == 200
    assert sent(nurse, f"{one}/arrival", ARRIVED, **own).status_code == 200
    visit = db.session.scalars(select(Visit).where(Visit.minutes == 0)).one()
    assert (visit.what, visit.arrived_at, visit.left_at) == ("Came by", ARRIVED, LEFT)


def test_a_phone_whose_clock_is_wrong_means_the_same_moment(nurse: Browser, at: str, visit_id: UUID) -> None:
    ahead = timedelta(days=4)
    said = {"sent_at": (NOW + ahead).isoformat()}
    answer = sent(nurse, f"{at}/visits/{visit_id}/arrival", ARRIVED + ahead, **said)
    assert answer.status_code == 200
    assert db.session.get_one(Visit, visit_id).arrived_at == ARRIVED


@pytest.mark.parametrize(
    ("path", "form", "reason"),
    [
        ("visits/{visit}/note", {"family": "x" * 4001}, "Give up to 4,000 letters"),
        ("visits/{visit}/note", {}, "Tick what was done, or write something."),
        ("visits/{visit}/arrival", {"unexpected": "x" * 121}, "120"),
        ("readings/pulse", {"value": "seventy"}, "Enter the pulse in figures"),
        ("readings/oxygen_saturation", {"value": "91"}, "Say whether you were breathing air or extra oxygen"),
    ],
)
def test_what_is_refused_says_why(nurse: Browser, at: str, visit_id: UUID, path: str, form: Any, reason: str) -> None:
    answer = sent(nurse, f"{at}/{path.format(visit=visit_id)}", ARRIVED, **{"id": str(new_id())} | form)
    assert answer.status_code == 422
    assert reason in json.dumps(answer.get_json(), ensure_ascii=False)
    assert db.session.scalar(select(func.count(VisitNote.id))) == 0
    assert db.session.scalar(select(func.count(Reading.id))) == 0


def test_what_cannot_be_a_reading_is_kept_in_quarantine(nurse: Browser, at: str) -> None:
    answer = sent(nurse, f"{at}/readings/pulse", ARRIVED, id=str(new_id()), value="7200")
    assert answer.status_code == 422
    assert len(db.session.scalars(select(QuarantinedReading)).all()) == 1


def test_a_visit_that_is_somebody_else_s_refuses_the_visit_and_not_the_reading(
    nurse: Browser, browser_of: BrowserOf, world: World, at: str, visit_id: UUID
) -> None:
    around = patients.circle(patients.admitted_one(world.mary_patient.id))
    ada = next(one.person for one in around if one.person.given_name == "Ada")
    assert sent(browser_of(ada), f"{at}/visits/{visit_id}/arrival", ARRIVED).status_code == 200
    refused = sent(nurse, f"{at}/visits/{visit_id}/arrival", ARRIVED)
    assert refused.status_code == 409
    assert "Somebody else is down for this visit" in refused.get_json()["detail"]
    assert sent(nurse, f"{at}/readings/pulse", ARRIVED, id=str(new_id()), value="72").status_code == 200


def test_signed_out_it_is_told_so_and_another_s_token_sends_nothing(
    nurse: Browser, browser_of: BrowserOf, world: World, at: str, visit_id: UUID
) -> None:
    path = f"{at}/visits/{visit_id}/arrival"
    foreign = token(browser_of(world.tom))
    assert foreign["person"] == str(world.tom.id)
    form = {"csrf_token": foreign["csrf_token"], "happened_at": ARRIVED.isoformat()}
    assert nurse.client.post(path, data=form, headers=AS_A_PROGRAM).status_code == 403
    nurse.client.delete_cookie(nurse.client.application.config["KITH"].cookie_name)
    assert nurse.client.get("/me/unsent", headers=AS_A_PROGRAM).status_code == 401
    assert nurse.client.post(path, data=form, headers=AS_A_PROGRAM).status_code == 401
    assert db.session.get_one(Visit, visit_id).arrived_at is None


def test_what_a_phone_keeps_is_names_and_times_and_only_for_visitors(
    nurse: Browser, browser_of: BrowserOf, world: World, at: str, visit_id: UUID
) -> None:
    found = kept(nurse, at)
    assert found["name"] == "Mary"
    assert [(one["id"], one["when"]) for one in found["visits"]] == [(str(visit_id), "Wednesday 18 November, 10:30")]
    assert "Tom Okafor" in found["family_readers"]
    assert "Tom Okafor" not in found["professional_readers"]
    assert "Okafor" not in json.dumps([found["visits"], found["measures"]])
    around = patients.circle(patients.admitted_one(world.mary_patient.id))
    ada = next(one.person for one in around if one.person.given_name == "Ada")
    hers = kept(browser_of(ada), at)
    assert hers["professional_readers"] is None  # she can neither read nor write it
    assert kept(browser_of(world.tom), at) is None


def test_the_page_for_no_signal_names_nobody(nurse: Browser, browser_of: BrowserOf, world: World) -> None:
    page = nurse.get("/offline").get_data(as_text=True)
    assert "Nobody reads it before that." in page
    assert nurse.client.application.test_client().get("/offline").status_code == 200
