"""Every page admits every persona exactly where roles.py says, and every look at a patient is written down."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, g
from sqlalchemy import select

from app.access import guards
from app.core import specification
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.http import Pages
from app.identity.models import Person
from tests.architecture.test_access import PERSONAS, Operation, may, url
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]


def pages(app: Flask) -> list[Operation]:
    mine = {name for name, blueprint in app.blueprints.items() if isinstance(blueprint, Pages)}
    return [
        Operation(rule.rule, method, specification.contract_of(app, rule.endpoint).access)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in mine
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_persona_is_admitted_exactly_where_roles_say(browser_of: BrowserOf, world: World, app: Flask) -> None:
    wrong = []
    for persona in PERSONAS:
        browser = browser_of(getattr(world, persona))
        for page in pages(app):
            if page.path == "/sign-out":
                continue  # it would end the session that the next pages need
            with browser.client:
                answer = browser.get(url(page, world)) if page.method == "GET" else browser.post(url(page, world))
                admitted = bool(g.get("admitted"))
            refused = 404 if PERSONAS[persona][0] is None and isinstance(page.access, guards.OnPatient) else 403
            if admitted != may(persona, page) or (not admitted and answer.status_code != refused):
                wrong.append((persona, page.method, page.path, answer.status_code))
            assert answer.status_code != 500, (persona, page)
    assert wrong == []


def test_nobody_sees_a_page_without_signing_in_but_where_it_is_public(app: Flask, world: World) -> None:
    browser = Browser(app.test_client())
    for page in pages(app):
        if not isinstance(page.access, guards.Public):
            answer = browser.get(url(page, world)) if page.method == "GET" else browser.post(url(page, world))
            assert answer.status_code == 303, page
            assert answer.headers["Location"].startswith("/sign-in"), page


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
