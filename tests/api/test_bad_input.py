"""Bad input of every kind: a clear problem+json, never a 500, nothing half-written."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.db import db
from app.readings.models import QuarantinedReading, Reading
from tests.conftest import NOW
from tests.people import World, signed_in

GOOD: dict[str, Any] = {
    "id": "01990000-0000-7000-8000-000000000001",
    "measure": "oxygen_saturation",
    "measured_at": NOW.isoformat(),
    "value": 97,
    "unit": "%",
}
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id": "not a uuid"}, 422),
        ({"id": None}, 422),
        ({"id": 7}, 422),
        ({"measure": 7}, 422),
        ({"measure": "a\x00b"}, 422),
        ({"measure": "x" * 41}, 422),
        ({"measured_at": "yesterday"}, 422),
        ({"measured_at": "2026-11-18T10:00:00"}, 422),
        ({"measured_at": "0001-01-01T00:00:00+00:00"}, 422),
        ({"measured_at": "9999-12-31T23:59:59+00:00"}, 422),
        ({"measured_at": 1e400}, 422),
        ({"value": True}, 422),
        ({"value": [97]}, 422),
        ({"value": {"a": 1}}, 422),
        ({"value": None}, 422),
        ({"value": "\x00"}, 422),
        ({"value": "9" * 41}, 422),
        ({"unit": "\x00"}, 422),
        ({"unit": 5}, 422),
        ({"components": {"systolic": {"value": 1, "unit": "mmHg"}}}, 422),
        ({"context": {"note": "\x00"}}, 422),
        ({"context": {"deep": DEEP}}, 422),
        ({"context": {f"k{n}": 1 for n in range(21)}}, 422),
        ({"context": "air"}, 422),
        ({"source": "rumour"}, 422),
        ({"device": "x" * 81}, 422),
        ({"role": "admin"}, 422),
        ({"patient_id": str(uuid4())}, 422),
        ({"verified": True}, 422),
    ],
)
def test_what_is_not_of_the_shape_is_refused_and_nothing_is_kept(
    client: FlaskClient, world: World, change: dict[str, Any], status: int
) -> None:
    headers = signed_in(client, world.mary)
    answer = client.post(f"/api/patients/{world.mary_patient.id}/readings", json=GOOD | change, headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["errors"][0]["pointer"].startswith("/")
    assert (count(Reading), count(QuarantinedReading)) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "happiness"},
        {"value": 250},
        {"value": 0.97},
        {"value": -1e308},
        {"value": 10**300},
        {"unit": "kg"},
        {"unit": None, "measure": "glucose", "value": 40},
        {"measured_at": "2031-01-01T00:00:00+00:00"},
        {"measured_at": "1900-01-01T00:00:00+00:00", "measure": "happiness"},
        {"value": "LO"},
    ],
)
def test_what_is_of_the_shape_but_impossible_is_kept_in_quarantine(
    client: FlaskClient, world: World, change: dict[str, Any]
) -> None:
    headers = signed_in(client, world.mary)
    url = f"/api/patients/{world.mary_patient.id}/readings"
    sent = {"data": json.dumps(GOOD | change), "content_type": "application/json", "headers": headers}
    answer = client.post(url, **sent)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert answer.get_json()["quarantine_id"]
    assert (count(Reading), count(QuarantinedReading)) == (0, 1)
    assert client.post(url, **sent).get_json() == answer.get_json()
    assert count(QuarantinedReading) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400),
        ({"data": b"\xff\xfe", "content_type": "application/json"}, 400),
        ({"data": b"", "content_type": "application/json"}, 400),
        ({"data": b"NaN", "content_type": "application/json"}, 400),
        ({"data": b"[" * 100_000, "content_type": "application/json"}, 400),
        ({"data": b"[]", "content_type": "application/json"}, 422),
        ({"data": b"null", "content_type": "application/json"}, 422),
        ({"data": b"a=b", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": b"{}"}, 415),
        ({"data": b" " * 10_000_000, "content_type": "application/json"}, 413),
    ],
)
def test_bodies_that_are_no_json(client: FlaskClient, world: World, sent: dict[str, Any], status: int) -> None:
    headers = signed_in(client, world.mary)
    answer = client.post(f"/api/patients/{world.mary_patient.id}/readings", headers=headers, **sent)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert count(Reading) == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/patients/7", 404),
        ("GET", "/api/patients/99999999999999999999999999", 404),
        ("PUT", "/api/worklist", 405),
        ("OPTIONS", "/api/worklist", 405),
        ("GET", "/api/patients/{patient}/readings?limit=1000000000", 422),
        ("GET", "/api/patients/{patient}/readings?limit=x", 422),
        ("GET", "/api/patients/{patient}/readings?cursor=forged", 422),
        ("GET", "/api/patients/{patient}/readings?since=0001-01-01T00:00:00Z", 422),
        ("GET", "/api/patients/{patient}/readings?measure=%00", 422),
        ("GET", "/api/patients/{patient}/readings?nothing=1", 422),
        ("GET", "/api/patients/{patient}/readings?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 422),
        ("GET", "/api/patients/{patient}/readings?since=1990-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", 422),
    ],
)
def test_addresses_and_queries(client: FlaskClient, world: World, method: str, path: str, status: int) -> None:
    headers = signed_in(client, world.mary)
    answer = client.open(path.format(patient=world.mary_patient.id), method=method, headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    if status == 405:
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.eyJzaWQiOiIxIn0.",
        "é",
        "Bearer Bearer",
        "x" * 5000,
    ],
)
def test_wrong_tokens_are_401(client: FlaskClient, world: World, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode("latin-1", "replace").decode("latin-1")}
    answer = client.get("/api/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_one_bad_item_never_blocks_the_rest(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    items = [GOOD | {"id": str(uuid4()), "value": value} for value in (97, 250, 96)]
    url = f"/api/patients/{world.mary_patient.id}/readings/upload"
    answer = client.post(url, json={"readings": items}, headers=headers)
    assert answer.status_code == 201
    outcomes = [item["outcome"] for item in answer.get_json()["items"]]
    assert outcomes == ["stored", "refused", "stored"]
    assert (count(Reading), count(QuarantinedReading)) == (2, 1)
    assert client.post(url, json={"readings": items}, headers=headers).get_json() == answer.get_json()


def test_the_same_id_twice_in_one_upload_is_one_reading(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    url = f"/api/patients/{world.mary_patient.id}/readings/upload"
    answer = client.post(url, json={"readings": [GOOD, GOOD, GOOD | {"value": 95}]}, headers=headers)
    assert answer.status_code == 201
    assert [item["outcome"] for item in answer.get_json()["items"]] == ["stored", "stored", "different"]
    assert count(Reading) == 1
