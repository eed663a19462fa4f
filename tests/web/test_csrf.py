"""What another site sends is refused: the token, and what the browser says of where a request comes from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.alerts import queries as alerts
from app.core.http import Pages
from app.identity.models import Person
from app.patients import queries as patients
from app.readings import queries as readings
from tests.people import World
from tests.web.browsing import Browser

BrowserOf = Callable[[Person], Browser]


@pytest.fixture
def form(mary: Browser, home: str) -> tuple[str, dict[str, str]]:
    """Mary's form, filled in."""
    path = f"{home}/readings/new/oxygen_saturation"
    return path, mary.hidden(path) | {"value": "97", "oxygen": "air"}


def stored(world: World) -> int:
    admitted = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
    return len(readings.readings(admitted, readings.Filter(), 10, None).items)


def test_ones_own_form_is_taken(mary: Browser, form: tuple[str, dict[str, str]], world: World) -> None:
    assert mary.post(*form).status_code == 303
    assert stored(world) == 1


@pytest.mark.parametrize(
    "headers",
    {
        "another site": {"Sec-Fetch-Site": "cross-site"},
        "a sister of this host": {"Sec-Fetch-Site": "same-site"},
        "another origin": {"Origin": "https://evil.example"},
        "an origin that hides itself": {"Origin": "null"},
        "this host without its s": {"Origin": "http://localhost.evil.example"},
    }.values(),
)
def test_another_sites_request_is_refused_whatever_its_token(
    mary: Browser, form: tuple[str, dict[str, str]], world: World, headers: dict[str, str]
) -> None:
    assert mary.post(*form, **headers).status_code == 403
    assert stored(world) == 0


@pytest.mark.parametrize(
    "headers",
    {
        "this page": {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        "a browser that says nothing": {},
        "typed by the person": {"Sec-Fetch-Site": "none"},
    }.values(),
)
def test_ones_own_request_is_taken(
    mary: Browser, form: tuple[str, dict[str, str]], world: World, headers: dict[str, str]
) -> None:
    assert mary.post(*form, **headers).status_code == 303
    assert stored(world) == 1


@pytest.mark.parametrize("token", ["", "0" * 64, "é" * 64, "x"])
def test_no_token_or_a_wrong_one_is_refused(
    mary: Browser, form: tuple[str, dict[str, str]], world: World, token: str
) -> None:
    path, filled = form
    answer = mary.post(path, filled | {"csrf_token": token})
    assert answer.status_code == 403
    assert "load it again" in answer.text
    assert stored(world) == 0


def test_somebody_elses_token_is_refused(
    mary: Browser, browser_of: BrowserOf, form: tuple[str, dict[str, str]], world: World
) -> None:
    path, filled = form
    khan = browser_of(world.khan)
    khan.get("/sign-in")
    assert mary.post(path, filled | {"csrf_token": khan.token}).status_code == 403


def test_a_token_of_the_visit_opens_nothing_once_signed_in(app: Flask, world: World, home: str) -> None:
    browser = Browser(app.test_client())
    browser.get("/sign-in")
    of_the_visit = browser.token
    assert browser.sign_in(world.mary).status_code == 303
    path = f"{home}/readings/new/oxygen_saturation"
    filled = browser.hidden(path) | {"value": "97", "oxygen": "air", "csrf_token": of_the_visit}
    assert browser.post(path, filled).status_code == 403


def test_nobody_is_signed_in_by_another_site(app: Flask, world: World) -> None:
    browser = Browser(app.test_client())
    answer = browser.post("/sign-in", {"identifier": world.mary.email, "password": "four calm words here"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_json_as_text_and_a_script_without_a_token_are_refused(priya: Browser, world: World, red_alert: str) -> None:
    path = f"/console/patients/{world.mary_patient.id}/alerts/{red_alert}/take"
    plain = priya.client.post(
        path, data='{"csrf_token": "x"}', content_type="text/plain", headers={"HX-Request": "true"}
    )
    assert plain.status_code == 403
    assert priya.client.post(path, headers={"HX-Request": "true"}).status_code == 403
    patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
    assert [one.state for one in alerts.alerts(patient)] == ["open"]


def test_no_page_that_changes_something_can_leave_it_out(app: Flask) -> None:
    pages = {name for name, blueprint in app.blueprints.items() if isinstance(blueprint, Pages)}
    assert pages >= {"entrance", "patient", "coordinator", "sandbox"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in pages:
            assert app.view_functions[rule.endpoint].contract.is_page, rule.endpoint  # type: ignore[attr-defined]


def test_a_cookie_opens_no_api(mary: Browser, world: World) -> None:
    assert mary.client.get(f"/api/patients/{world.mary_patient.id}").status_code == 401
