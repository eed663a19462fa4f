"""See what this member sees: every page and every answer, as the member themselves would get it; nothing changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import db
from app.identity.models import Person
from tests.patients.circles import Circle, circle_of
from tests.people import World, signed_in
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]
WHO = {"tom": "Tom", "adeyemi": "Bola"}
# What differs by right: the banner, the mark on the body, tokens and nonces, and that links keep looking.
_DIFFERS = re.compile(
    r'<p class="kith-whose.*?</p>\s*|(?<=<body) class="kith-looking"|[?&](amp;)?see_as=[0-9a-f-]{36}'
    r'|(?<=name="csrf_token" value=")[0-9a-f]*|(?<=id" value=")[0-9a-f-]{36}|(?<=nonce=")[^"]*|(?<=<code>)[0-9a-f]{16}',
    re.DOTALL,
)


# The log of looks has another look in it each time.
LOGS = ("access-log", "who-looked")


def plain(text: str) -> str:
    return re.sub(r"[?&](?=[\"'])", "", _DIFFERS.sub("", text))


@pytest.fixture
def circle(client: FlaskClient, world: World) -> Circle:
    """Mary's circle, with Tom acting for her and more granted to him."""
    mary = circle_of(client, world, world.mary)
    assert mary.give("Tom", "plan", "see").status_code == 201
    assert mary.act("Tom", "consent", "circle", "medicines").status_code == 201
    return mary


def reads(app: Flask, world: World, face: str) -> list[str]:
    """Every address about Mary that is read, on one face of Kith; ids of nothing where one is needed."""
    rules = [
        rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.rule.startswith(face)
    ]
    ours = [
        rule.replace("<uuid:patient_id>", str(world.mary_patient.id)) for rule in rules if "<uuid:patient_id>" in rule
    ]
    return [
        re.sub(r"<uuid:\w+>", str(uuid4()), one).replace("<measure>", "weight")
        for one in ours
        if "<path:" not in one and not one.endswith(LOGS)
    ]


@pytest.mark.parametrize("who", WHO)
def test_every_answer_is_the_members_own(
    client: FlaskClient, app: Flask, world: World, circle: Circle, who: str
) -> None:
    member, theirs = circle.member(WHO[who]), signed_in(client, getattr(world, who))
    paths = [
        *reads(app, world, "/api/patients"),
        f"{circle.record}/circle/{member}",
        f"{circle.record}/readings?limit=2",
    ]
    seen: set[int] = set()
    for path in paths:
        sign = "&" if "?" in path else "?"
        own, shown = (
            client.get(path, headers=theirs),
            client.get(f"{path}{sign}see_as={member}", headers=circle.headers),
        )
        assert (shown.status_code, shown.get_data()) == (own.status_code, own.get_data()), path
        assert shown.headers.get("ETag") == own.headers.get("ETag"), path
        seen.add(own.status_code)
    assert {200, 403} <= seen


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_the_members_own(
    browser_of: BrowserOf, app: Flask, world: World, circle: Circle, who: str
) -> None:
    mary, theirs, member = browser_of(world.mary), browser_of(getattr(world, who)), circle.member(WHO[who])
    seen: dict[int, int] = {}
    for path in reads(app, world, "/my/"):
        own, shown = theirs.get(path), mary.get(f"{path}?see_as={member}")
        assert shown.status_code == own.status_code, path
        if own.status_code == 200:
            assert plain(shown.get_data(as_text=True)) == plain(own.get_data(as_text=True)), path
            # A file holds the same and says nothing of whoever looks.
            assert shown.mimetype != "text/html" or f"You are seeing what {WHO[who]}" in words(shown)
            assert "You are seeing" not in words(own)
        seen[own.status_code] = seen.get(own.status_code, 0) + 1
    assert seen[200] >= 2, seen
    assert seen[403] >= 2, seen


def test_links_keep_looking_and_one_leads_back(browser_of: BrowserOf, world: World, circle: Circle, home: str) -> None:
    mary, tom = browser_of(world.mary), circle.member("Tom")
    page = mary.get(f"{home}/numbers?see_as={tom}").get_data(as_text=True)
    inside = re.findall(rf'href="({home}[^"]*)"', page)
    assert len(inside) >= 4
    (back,) = (one for one in inside if "see_as" not in one)
    assert back == f"{home}/circle"
    assert 'class="kith-looking"' in page
    assert 'class="kith-looking"' not in mary.get(back).get_data(as_text=True)


def test_nothing_is_changed_while_looking(browser_of: BrowserOf, world: World, circle: Circle, home: str) -> None:
    mary, tom, bola = browser_of(world.mary), circle.member("Tom"), circle.member("Bola")
    before = circle.get("/circle")
    mary.get(f"{home}/circle")
    for path in (f"{home}/circle/{bola}/end", f"{home}/circle/{tom}/give", f"{home}/readings/new/weight"):
        assert mary.post(f"{path}?see_as={tom}").status_code == 403
    assert circle.delete(f"/circle/{bola}?see_as={tom}").status_code == 403
    assert circle.get("/circle") == before


WHO_LOOKS = {"mary": 200, "tom": 200, "adeyemi": 403, "priya": 403, "lind": 403, "khan": 404, "stranger": 404}


@pytest.mark.parametrize("who", WHO_LOOKS)
def test_only_the_patient_and_who_acts_for_them_look(
    client: FlaskClient, world: World, circle: Circle, who: str
) -> None:
    path = f"{circle.record}/readings?see_as={circle.member('Bola')}"
    assert client.get(path, headers=signed_in(client, getattr(world, who))).status_code == WHO_LOOKS[who]


def test_nobody_is_looked_at_who_is_no_member(client: FlaskClient, world: World, circle: Circle) -> None:
    tom = circle.member("Tom")
    for member in (uuid4(), world.priya.id, world.mary.id, "tom", ""):
        assert client.get(f"{circle.record}/readings?see_as={member}", headers=circle.headers).status_code == 404, (
            member
        )
    khan = signed_in(client, world.khan)
    assert client.get(f"/api/patients/{world.khan_patient.id}/readings?see_as={tom}", headers=khan).status_code == 404


def test_looking_is_written_down_as_marys_own(client: FlaskClient, world: World, circle: Circle) -> None:
    client.get(f"{circle.record}/readings?see_as={circle.member('Bola')}", headers=circle.headers)
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "preview_member")).all()
    assert [(one.actor_id, one.patient_id) for one in rows] == [(world.mary.id, world.mary_patient.id)]
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == world.adeyemi.id)).all() == []
