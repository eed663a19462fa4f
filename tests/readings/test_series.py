"""One measure over some days, as a chart needs it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core import clock, ids
from app.core.db import db
from tests.people import World, signed_in
from tests.queries_counted import counted


@pytest.fixture
def mary(client: FlaskClient, world: World) -> dict[str, str]:
    return signed_in(client, world.mary)


def sent(client: FlaskClient, world: World, headers: dict[str, str], value: Any, days_ago: float) -> str:
    body = {"measure": "weight", "value": value, "unit": "kg", "id": str(ids.new_id())}
    body["measured_at"] = (clock.now() - timedelta(days=days_ago)).isoformat()
    answer = client.post(f"/api/patients/{world.mary_patient.id}/readings", json=body, headers=headers)
    assert answer.status_code == 201, answer.get_data()
    return str(body["id"])


def series(client: FlaskClient, world: World, headers: dict[str, str], asked: str = "measure=weight&days=90") -> Any:
    return client.get(f"/api/patients/{world.mary_patient.id}/series?{asked}", headers=headers)


def test_a_series_is_oldest_first_and_within_its_days(client: FlaskClient, world: World, mary: dict[str, str]) -> None:
    for value, days_ago in ((80.5, 1), (79.5, 30), (78, 89.9), (77, 90.1)):
        sent(client, world, mary, value, days_ago)
    answer = series(client, world, mary)
    assert answer.status_code == 200
    assert [point["value"] for point in answer.get_json()["points"]] == [78, 79.5, 80.5]
    assert answer.get_json()["units"] == ["kg"]
    assert series(client, world, mary, "measure=pulse").get_json()["points"] == []


def test_what_was_entered_in_error_is_left_out(client: FlaskClient, world: World, mary: dict[str, str]) -> None:
    wrong, right = sent(client, world, mary, 80, 2), sent(client, world, mary, 81, 1)
    path = f"/api/patients/{world.mary_patient.id}/readings/{wrong}/correction"
    assert (
        client.post(path, json={"reason": "other scales"}, headers=mary | {"Idempotency-Key": "k"}).status_code == 204
    )
    assert [point["id"] for point in series(client, world, mary).get_json()["points"]] == [right]


def test_a_look_is_two_statements_and_leaves_its_audit_row(
    app: Flask, client: FlaskClient, world: World, mary: dict[str, str]
) -> None:
    before = looks()
    with app.app_context(), counted() as statements:
        assert series(client, world, mary).status_code == 200
    assert len(statements) == 2  # who calls; the points with their audit row
    assert looks() == before + 1


def looks() -> int:
    rows = text("select count(*) from audit_entry where action = 'see_readings' and patient_id is not null")
    return db.session.scalar(rows) or 0


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("measure=nothing", 404),
        ("days=90", 422),
        ("measure=weight&days=0", 422),
        ("measure=weight&days=367", 422),
        ("measure=weight&role=admin", 422),
    ],
)
def test_what_cannot_be_asked(client: FlaskClient, world: World, mary: dict[str, str], asked: str, status: int) -> None:
    assert series(client, world, mary, asked).status_code == status


def test_who_may_ask(client: FlaskClient, world: World) -> None:
    for name, status in {"tom": 200, "priya": 200, "device": 403, "khan": 404, "stranger": 404, "admin": 404}.items():
        assert series(client, world, signed_in(client, getattr(world, name))).status_code == status, name
