"""Plans and personal limits over the API, and the approval that production asks for."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.core.db import db
from app.core.errors import Invalid
from app.core.unit_of_work import unit_of_work
from app.patients import queries as patients
from app.protocols import queries, service
from app.protocols.models import MonitoringPlan, PersonalLimit
from tests.conftest import NOW
from tests.people import World, signed_in

REVIEW = str((NOW + timedelta(days=30)).date())
LIMIT = {"name": "oxygen_saturation.low.red.target", "value": 86, "reason": "New baseline.", "review_on": REVIEW}


def url(world: World, rest: str = "") -> str:
    return f"/api/patients/{world.khan_patient.id}/monitoring{rest}"


def keyed(headers: dict[str, str], key: str) -> dict[str, str]:
    return headers | {"Idempotency-Key": key}


def test_the_origin_of_every_limit_is_shown(client: FlaskClient, world: World) -> None:
    answer = client.get(url(world), headers=signed_in(client, world.priya)).get_json()
    assert [plan["protocol"] for plan in answer["plans"]] == ["copd_oximetry"]
    assert [(limit["name"], limit["value"], limit["author_id"]) for limit in answer["limits"]] == [
        ("oxygen_saturation.high.amber.target", 92, str(world.lind.id)),
        ("oxygen_saturation.low.red.target", 88, str(world.lind.id)),
    ]


def test_limits_come_in_the_order_of_their_names_however_they_lie(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.lind)
    new = LIMIT | {"name": "oxygen_saturation.high.amber.target", "value": 93}
    assert client.post(url(world, "/limits"), json=new, headers=keyed(headers, "a")).status_code == 201
    with unit_of_work():
        db.session.execute(text("set local enable_indexscan = off"))
        db.session.execute(text("set local enable_bitmapscan = off"))
        found = queries.limits(patients.admitted_one(world.khan_patient.id))
        assert [limit.name for limit, _ in found] == [new["name"], LIMIT["name"]]


def test_a_new_limit_takes_the_place_of_the_old_one(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.lind)
    assert client.post(url(world, "/limits"), json=LIMIT, headers=keyed(headers, "a")).status_code == 201
    running = select(PersonalLimit).where(PersonalLimit.name == LIMIT["name"], PersonalLimit.ended_at.is_(None))
    assert [limit.value for limit in db.session.scalars(running)] == [86]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "happiness.low.red"}, "/name"),
        ({"review_on": "2026-11-18"}, "/review_on"),
        ({"value": "many"}, "/value"),
        ({"reason": ""}, "/reason"),
        ({"author_id": "me"}, "/author_id"),
    ],
)
def test_a_limit_needs_a_known_name_a_reason_and_a_review(
    client: FlaskClient, world: World, change: dict[str, Any], pointer: str
) -> None:
    headers = signed_in(client, world.lind)
    answer = client.post(url(world, "/limits"), json=LIMIT | change, headers=keyed(headers, "a"))
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == pointer


def test_a_red_inside_its_amber_is_refused(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.lind)
    path = f"/api/patients/{world.mary_patient.id}/monitoring/limits"
    bad = LIMIT | {"name": "oxygen_saturation.low.red", "value": 97}
    answer = client.post(path, json=bad, headers=keyed(headers, "a"))
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert "inside" in answer.get_json()["errors"][0]["detail"]


def test_plans_start_once_for_those_they_are_for_and_end(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.priya)
    start = lambda name, key: client.post(  # noqa: E731
        url(world, "/plans"), json={"protocol": name}, headers=keyed(headers, key)
    )
    assert start("diabetes", "a").status_code == 422  # he has no diabetes
    assert start("nothing", "b").status_code == 422
    assert start("copd_oximetry", "c").status_code == 409
    plan = client.get(url(world), headers=headers).get_json()["plans"][0]["id"]
    assert client.delete(url(world, f"/plans/{plan}"), headers=headers).status_code == 204
    assert client.delete(url(world, f"/plans/{plan}"), headers=headers).status_code == 404
    assert start("copd_oximetry", "d").status_code == 201
    assert len(db.session.scalars(select(MonitoringPlan).where(MonitoringPlan.ended_at.is_(None))).all()) == 3


@pytest.fixture
def in_production(app: Flask, world: World) -> Any:
    """The same app with the settings of a service with real patients."""
    before = app.config["KITH"]
    app.config["KITH"] = dataclasses.replace(before, kind="production")
    yield
    app.config["KITH"] = before


@pytest.mark.usefixtures("in_production")
def test_production_starts_no_draft_until_a_safety_officer_approves_these_very_words(world: World) -> None:
    with unit_of_work():
        mary = patients.admitted_one(world.mary_patient.id)
        for plan in db.session.scalars(select(MonitoringPlan).where(MonitoringPlan.patient_id == mary.id)):
            service.end_plan(mary, plan.id, by=world.priya.id)
    with pytest.raises(Invalid, match="has not approved"), unit_of_work():
        service.start_plan(mary, "heart_failure", by=world.priya.id)
    with unit_of_work():
        approval = service.approve("heart_failure", "1", name="Dr Safe", role="Clinical safety officer")
        assert approval.approved_on == date(2026, 11, 18)
        service.start_plan(mary, "heart_failure", by=world.priya.id)
        assert approval.digest == service.digest("heart_failure")
