"""Coming in and going out: sign-in, its cookie, where it leads, sign-out, the start, short links, static files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from app import create_app
from app.core import clock, embedded
from app.demo import people
from app.identity import queries as identity
from app.identity.models import Person
from tests.conftest import NOW, settings_for
from tests.people import World
from tests.web.browsing import Browser, words

BrowserOf = Callable[[Person], Browser]


@pytest.fixture
def anybody(app: Flask) -> Browser:
    return Browser(app.test_client())


def cookie(answer: object) -> str:
    sent = answer.headers.getlist("Set-Cookie")  # type: ignore[attr-defined]
    (found,) = [one for one in sent if not one.partition("=")[0].endswith(("-visit", "-known"))]
    return str(found)


def test_sign_in_leads_to_ones_own_page(anybody: Browser, world: World, home: str) -> None:
    answer = anybody.sign_in(world.mary)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert anybody.get("/").headers["Location"] == f"{home}/"
    assert "Good morning, Mary" in words(anybody.get(f"{home}/"))


def test_the_cookie_is_for_this_host_and_no_script(anybody: Browser, world: World) -> None:
    parts = cookie(anybody.sign_in(world.mary)).split("; ")
    assert parts[0].startswith("kith=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"} <= set(parts)
    assert not [part for part in parts if part.startswith("Domain")]


def test_over_https_the_cookie_is_bound_to_the_host(server: embedded.Server, database: str, world: World) -> None:
    public = create_app(settings_for(server, database, PUBLIC_URL="https://kith.example"))
    client = public.test_client()
    form = client.get("/sign-in", base_url="https://kith.example")
    token = re.search(r'name="csrf_token" value="(\w+)"', form.text)
    assert token
    sent = {"csrf_token": token[1], "identifier": world.mary.email, "password": people.PASSWORD}
    answer = client.post("/sign-in", data=sent, base_url="https://kith.example")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie(answer).split("; "))
    assert cookie(answer).startswith("__Host-kith=")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    visit = form.headers["Set-Cookie"]
    assert visit.startswith("__Host-kith-visit=")
    assert "Secure" in visit


def test_each_sign_in_is_a_new_session_and_ends_the_one_before(anybody: Browser, world: World) -> None:
    first = cookie(anybody.sign_in(world.mary)).split(";")[0].partition("=")[2]
    second = cookie(anybody.sign_in(world.mary)).split(";")[0].partition("=")[2]
    assert first != second
    assert len(identity.devices(world.mary.id)) == 1
    anybody.client.set_cookie("kith", first)
    assert anybody.get("/").headers["Location"] == "/sign-in"


def test_a_wrong_password_says_so_and_keeps_what_was_typed(anybody: Browser, world: World) -> None:
    answer = anybody.sign_in(world.mary, password="not these four words")
    assert answer.status_code == 401
    assert "do not fit together" in words(answer)
    assert f'value="{world.mary.email}"' in answer.text
    assert "not these four words" not in answer.text
    assert "Error: Sign in" in answer.text


def test_guessing_is_slowed(anybody: Browser, world: World) -> None:
    statuses = [anybody.sign_in(world.mary, password=f"guess number {one}").status_code for one in range(11)]
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize(
    ("asked", "led"),
    {
        "a page of ours": ("/console/worklist?severity=red", "/console/worklist?severity=red"),
        "another host": ("https://evil.example/", "/"),
        "another host without a scheme": ("//evil.example/", "/"),
        "three slashes, which a browser takes for two": ("///evil.example/", "/"),
        "a backslash": ("/\\evil.example", "/"),
        "a backslash later on": ("/a\\..\\\\evil.example", "/"),
        "a tab between the slashes": ("/\t/evil.example", "/"),
        "a script": ("javascript:alert(1)", "/"),
        "a header": ("/a\r\nSet-Cookie: b=c", "/"),
        "no path": ("evil.example", "/"),
    }.values(),
)
def test_next_leads_nowhere_else(anybody: Browser, world: World, asked: str, led: str) -> None:
    assert anybody.sign_in(world.mary, next=asked).headers["Location"] == led


def test_a_page_asks_to_sign_in_and_comes_back(anybody: Browser, world: World, home: str) -> None:
    answer = anybody.get(f"{home}/numbers?days=7")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/sign-in?next={home.replace('/', '%2F')}%2Fnumbers%3Fdays%3D7"
    form = anybody.hidden(answer.headers["Location"])
    assert form["next"] == f"{home}/numbers?days=7"


def test_sign_out_ends_the_session_and_clears_the_browser(anybody: Browser, world: World, home: str) -> None:
    kept = cookie(anybody.sign_in(world.mary)).split(";")[0].partition("=")[2]
    anybody.get(f"{home}/")
    answer = anybody.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "kith=;" in cookie(answer)
    assert {one.key for one in anybody.client._cookies.values()} == {"kith-known"}  # opens nothing
    assert "You have signed out." in words(anybody.get(answer.headers["Location"]))
    anybody.client.set_cookie("kith", kept)
    assert anybody.get(f"{home}/").status_code == 303


def test_a_session_ends_after_twelve_hours(mary: Browser, home: str) -> None:
    assert mary.get(f"{home}/").status_code == 200
    with clock.at(NOW + timedelta(hours=12)):
        assert mary.get(f"{home}/").status_code == 303


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("khan", "/my/"),
        ("tom", "/circle"),
        ("priya", "/console/worklist"),
        ("lind", "/console/worklist"),
        ("lead", "/console/worklist"),
    ],
)
def test_the_start_is_where_somebody_belongs(browser_of: BrowserOf, world: World, who: str, where: str) -> None:
    assert browser_of(getattr(world, who)).get("/").headers["Location"].startswith(where)


def test_whoever_belongs_nowhere_reads_a_plain_page(browser_of: BrowserOf, world: World) -> None:
    answer = browser_of(world.stranger).get("/")
    assert answer.status_code == 200
    assert "nothing for you to see here yet" in words(answer)


def test_a_short_link_leads_only_the_team_to_the_alert(
    browser_of: BrowserOf, priya: Browser, world: World, red_alert: str
) -> None:
    found = priya.get(f"/a/{red_alert}")
    assert found.status_code == 303
    assert found.headers["Location"] == f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}"
    for who in (world.other_coordinator, world.mary, world.tom, world.stranger, world.admin):
        assert browser_of(who).get(f"/a/{red_alert}").status_code == 404
    assert priya.get(f"/a/{uuid4()}").status_code == 404


def test_a_short_link_of_a_text_leads_to_sign_in_first(anybody: Browser, red_alert: str) -> None:
    assert anybody.get(f"/a/{red_alert}").headers["Location"] == f"/sign-in?next=%2Fa%2F{red_alert}"


def test_static_files_are_kept_under_the_address_of_their_content(anybody: Browser) -> None:
    (named,) = re.findall(r'href="(/static/kith\.css\?v=\w+)"', anybody.get("/sign-in").text)
    kept = anybody.get(named)
    assert (kept.status_code, kept.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert anybody.get("/static/kith.css").headers["Cache-Control"] == "public, no-cache"
    assert anybody.get("/static/kith.css?v=old").headers["Cache-Control"] == "public, no-cache"
    assert anybody.get("/static/../frame.py").status_code == 404
    assert anybody.get("/static/nothing.css").status_code == 404


def test_the_people_of_the_demo_are_named_in_a_demo_only(anybody: Browser) -> None:
    assert "People of the demonstration" not in anybody.get("/sign-in").text
    anybody.client.application.extensions["demo_people"] = people.sign_ins()
    try:
        assert "mary.okafor@kith.example" in anybody.get("/sign-in").text
    finally:
        del anybody.client.application.extensions["demo_people"]


def test_an_error_page_is_plain_and_says_no_more_than_needed(mary: Browser) -> None:
    answer = mary.get("/nowhere/at/all")
    assert answer.status_code == 404
    assert "There is nothing here" in words(answer)
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_page_without_its_slash_is_found(mary: Browser, home: str) -> None:
    answer = mary.get(home)
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith(f"{home}/")


def test_every_page_carries_the_policy_and_is_kept_nowhere(mary: Browser, home: str) -> None:
    for path in ("/sign-in", f"{home}/", f"{home}/numbers", "/nowhere"):
        answer = mary.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
        assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {nonce}
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
