"""Nobody stands before a closed door: every page that somebody may use is reached from where they begin."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service
from app.patients.models import Patient
from tests.patients.circles import circle_of
from tests.people import World, signed_in
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]


def role_of(browser: Browser, path: str) -> str:
    found = re.search(r'kith-person__role">([^<]*)<', browser.get(path).text)
    return found[1] if found else ""


def navigation_of(browser: Browser, path: str) -> list[str]:
    [nav] = re.findall(r'<nav class="kith-nav".*?</nav>', browser.get(path).text, re.DOTALL)
    return re.findall(r">([^<>]+)</a>", nav)


def end_care(client: FlaskClient, world: World) -> None:
    body, headers = {"reason": "moved"}, signed_in(client, world.priya)
    assert client.post(f"/api/patients/{world.mary_patient.id}/end", json=body, headers=headers).status_code == 200


def another_record(world: World) -> Patient:
    """Mary is cared for by a second team."""
    with unit_of_work():
        first = db.session.get_one(Patient, world.mary_patient.id)
        names = {column.key for column in Patient.__table__.columns} - {"id", "version", "team_id", "nhs_number_index"}
        kept = {name: getattr(first, name) for name in names if not name.startswith("nhs_number")}
        second = Patient(team_id=world.khan_patient.team_id, **kept)
        db.session.add(second)
    return second


def test_sign_in_leads_to_invitations(app: Flask) -> None:
    page = Browser(app.test_client()).get("/sign-in")
    assert re.search(r'href="/join">\s*I have an invitation code', page.text)
    assert "ask whoever invited you, or your care team" in words(page)


def test_a_coordinator_who_cares_for_somebody_finds_their_circles(priya: Browser, world: World) -> None:
    assert "My circles" not in navigation_of(priya, "/console/worklist")
    with unit_of_work():
        khan = patients.admitted([world.khan_patient.id])[world.khan_patient.id]
        service.add_member(khan, world.priya, Role.MEMBER, "neighbour", world.khan.id)
    assert "My circles" in navigation_of(priya, "/console/worklist")


def test_staff_come_back_to_work_from_anywhere(priya: Browser, mary: Browser, home: str) -> None:
    assert 'href="/console/worklist">My work' in priya.get("/circle").text
    assert "My work" not in mary.get(f"{home}/").text


def test_whoever_is_no_longer_cared_for_still_reads_their_record(
    mary: Browser, client: FlaskClient, world: World, home: str
) -> None:
    end_care(client, world)
    assert mary.get("/").headers["Location"] == "/me/record/"
    page = mary.get("/me/record/")
    assert "ended on 18 November 2026. You can still read your record." in words(page)
    for path in (f"{home}/numbers", f"{home}/circle", f"{home}/who-looked"):
        assert f'href="{path}"' in page.text
        answer = mary.get(path)
        assert answer.status_code == 200
        assert "Care with Riverside Long-Term Conditions has ended" in words(answer)
    assert "Add a reading" not in words(mary.get(f"{home}/numbers"))
    mine, around = ["My numbers", "My medicines", "My goals", "My wheel", "My plan"], ["News", "Visits", "Help"]
    pages = [*mine, *around, "Messages", "My circle"]
    assert navigation_of(mary, f"{home}/numbers") == pages
    assert f'href="{home}/"' not in page.text


def test_whoever_has_two_records_sees_which_and_changes(mary: Browser, world: World, home: str) -> None:
    assert "Change record" not in mary.get(f"{home}/").text
    second = another_record(world)
    assert "This is your record with Riverside Long-Term Conditions. Change record" in words(mary.get(f"{home}/"))
    page = mary.get("/me/record/").text
    assert f'href="{home}/"' in page
    assert f'href="/my/{second.id}/"' in page
    assert mary.get(f"/my/{second.id}/").status_code == 200


@pytest.mark.parametrize(
    ("who", "path", "said"),
    [
        ("mary", "/my/{id}/", "Patient"),
        ("priya", "/console/patients/{id}", "Care coordinator"),
        ("tom", "/my/{id}/numbers", "In Mary’s circle"),
        ("lead", "/console/worklist", "Team lead"),
    ],
)
def test_the_header_says_in_words_what_somebody_is_here(
    browser_of: BrowserOf, world: World, who: str, path: str, said: str
) -> None:
    assert role_of(browser_of(getattr(world, who)), path.format(id=world.mary_patient.id)) == said


def test_whoever_was_given_the_plan_reads_it_and_mary_sees_what_they_see(
    browser_of: BrowserOf, mary: Browser, client: FlaskClient, world: World, home: str
) -> None:
    own = words(mary.get(f"{home}/plan"))
    assert "My plan" in own
    assert "Twice a day, and whenever breathing is worse" in own
    assert "Inside the plan’s limits: 95% or more" in own
    assert "Blood pressure Every morning Outside the plan’s limits: systolic below" in own
    tom = browser_of(world.tom)
    assert tom.get(f"{home}/plan").status_code == 403
    circle = circle_of(client, world, world.mary)
    assert circle.give("Tom", "plan", "see").status_code == 201
    page = words(tom.get(f"{home}/plan"))
    assert "Mary Okafor’s plan" in page
    assert "Twice a day, and whenever breathing is worse" in page
    assert f'href="{home}/plan"' in tom.get("/circle").text


@pytest.mark.parametrize(
    ("category", "page"), [("plan", "plan"), ("medicines", "medicines"), ("visits", "visits"), ("goals", None)]
)
def test_see_what_they_see_is_offered_where_there_is_a_page(
    mary: Browser, client: FlaskClient, world: World, home: str, category: str, page: str | None
) -> None:
    with unit_of_work():
        record = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        member = service.add_member(record, world.stranger, Role.MEMBER, "friend", world.mary.id)
    assert circle_of(client, world, world.mary).give("Sam", category, "see").status_code == 201
    shown = mary.get(f"{home}/circle").text
    offered = re.findall(rf'href="([^"]+)\?see_as={member.id}"', shown)
    assert offered == ([f"{home}/{page}"] if page else [])
    if page:
        assert "You are seeing what Sam Stranger sees." in words(mary.get(f"{offered[0]}?see_as={member.id}"))


def test_navigation_and_page_use_the_same_words(browser_of: BrowserOf, world: World, mary: Browser, home: str) -> None:
    assert {"Emergency access", "Emergency openings"} <= set(navigation_of(browser_of(world.lead), "/console/worklist"))
    assert "<h1" in mary.get(f"{home}/circle").text
    assert "My circle: who sees what" in words(mary.get(f"{home}/circle"))
    current = re.search(r'aria-current="page">([^<]+)<', mary.get(f"{home}/invitations").text)
    assert current is not None
    assert current[1] == "My circle"
