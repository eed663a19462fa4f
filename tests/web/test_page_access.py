"""What some people of the demo see and do on pages, and that every look at a patient is written down."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import db
from app.identity.models import Person
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]


def test_tom_sees_the_numbers_and_adds_none(browser_of: BrowserOf, world: World, home: str) -> None:
    tom = browser_of(world.tom)
    numbers = tom.get(f"{home}/numbers")
    assert numbers.status_code == 200
    assert "Mary Okafor’s numbers" in words(numbers)
    assert "Add a reading" not in words(numbers)
    assert tom.get(f"{home}/readings/new").status_code == 403
    assert tom.get(f"{home}/").status_code == 403


def test_nurse_adeyemi_adds_a_reading_and_reads_the_reply(browser_of: BrowserOf, world: World, home: str) -> None:
    nurse = browser_of(world.adeyemi)
    path = f"{home}/readings/new/oxygen_saturation"
    answer = nurse.post(path, nurse.hidden(path) | {"value": "88", "oxygen": "air"})
    assert answer.status_code == 303
    assert "Your oxygen is low" in words(nurse.get(answer.headers["Location"]))


def test_another_organisation_finds_nothing(browser_of: BrowserOf, world: World, red_alert: str) -> None:
    owen = browser_of(world.other_coordinator)
    assert "Nothing open" in words(owen.get("/console/worklist"))
    theirs = owen.get(f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}")
    assert theirs.status_code == 404
    assert "Mary" not in theirs.text


def test_every_look_at_a_patient_is_written_down(priya: Browser, world: World, red_alert: str) -> None:
    before = len(db.session.scalars(select(AuditEntry)).all())
    priya.get("/console/worklist")
    priya.get(f"/console/patients/{world.mary_patient.id}")
    priya.get(f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}")
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.created_at, AuditEntry.id)).all()[before:]
    assert [one.action for one in entries] == ["see_caseload", "see_alerts", "see_alerts"]
    assert all(one.actor_id == world.priya.id for one in entries)
    assert entries[0].patient_ids == [world.mary_patient.id]
    assert {one.patient_id for one in entries[1:]} == {world.mary_patient.id}


def test_whoever_looks_is_named_in_the_reply(mary: Browser, priya: Browser, world: World, home: str) -> None:
    path = f"{home}/readings/new/oxygen_saturation"
    reply = mary.post(path, mary.hidden(path) | {"value": "88", "oxygen": "air"}).headers["Location"]
    assert "Seen by" not in words(mary.get(reply))
    priya.get(f"/console/patients/{world.mary_patient.id}")
    assert "Seen by Priya Shah today at 10:00" in words(mary.get(reply))
