"""No personal data in logs, metrics, texts or task arguments: canaries in every field, then a search (S20)."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app import create_app
from app.core import clock, embedded
from app.core.db import db
from app.core.ids import new_id
from app.demo import codes, people
from app.identity import second_factor_codes
from tests.conftest import cloned, settings_for
from tests.journeys.serving import Web, environment
from tests.people import World

MARY, PRIYA = "mary.okafor@kith.example", "priya.shah@kith.example"
# What must never be found: who Mary is, what she sent, what was typed.
CANARIES = (
    b"Okafor",
    b"7700900201",
    b"07700 900201",
    b"9990000018",
    b"999 000 0018",
    b"mary.okafor",
    b"Penicillin",
    b"canary",
    b"83.25",
    b"four calm words",
)


@pytest.fixture
def here(server: embedded.Server, template: str) -> Iterator[tuple[World, str]]:
    with cloned(server, template, f"kith_test_leaks_{os.getpid()}") as name:
        app = create_app(settings_for(server, name))
        with app.app_context():
            world = people.arrive()
            db.engine.dispose()
        yield world, name


def call(web: Web, method: str, path: str, token: str = "", body: Any = None) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": str(new_id())}
    with closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)) as connection:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        with closing(connection.getresponse()) as answer:
            return answer.status, answer.read()


def signed_in(web: Web, email: str) -> str:
    body = {"identifier": email, "password": people.PASSWORD, "device": "canary phone"}
    status, answer = call(web, "POST", "/api/sign-in", body=body)
    assert status == 200
    tokens = json.loads(answer)
    if tokens["second_factor"]:
        code = second_factor_codes.code_of(codes.secret_of(email), second_factor_codes.step_at(clock.now()))
        status, answer = call(web, "POST", "/api/second-factor", tokens["access_token"], {"code": code})
        assert status == 200
        tokens = json.loads(answer)
    return str(tokens["access_token"])


def reading(**change: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "measure": "oxygen_saturation",
        "measured_at": datetime.now(UTC).isoformat(),
        "value": 83.25,
        "unit": "%",
        "context": {"on_oxygen": False, "note": "canary note"},
    } | change


def live_a_day(web: Web, world: World) -> None:
    """Sign in well and badly, send good, bad and impossible readings, look, take, note, correct, ask for nonsense."""
    call(web, "POST", "/api/sign-in", body={"identifier": "canary@kith.example", "password": "canary canary canary"})
    mary, priya = signed_in(web, MARY), signed_in(web, PRIYA)
    patient = f"/api/patients/{world.mary_patient.id}"
    status, answer = call(web, "POST", f"{patient}/readings", mary, reading())
    assert status == 201
    for bad in (reading(value="canary\x00"), reading(unit="canary"), reading(measure="canary"), {"canary": "canary"}):
        assert call(web, "POST", f"{patient}/readings", mary, bad)[0] == 422
    assert call(web, "GET", "/api/canary?canary=canary", mary)[0] == 404
    rows = json.loads(call(web, "GET", "/api/worklist", priya)[1])["items"]
    alert = f"{patient}/alerts/{rows[0]['id']}"
    assert call(web, "POST", f"{alert}/acknowledge", priya)[0] == 200
    assert call(web, "POST", f"{alert}/notes", priya, {"text": "canary note"})[0] == 201
    correction = f"{patient}/readings/{json.loads(answer)['id']}/correction"
    assert call(web, "POST", correction, mary, {"reason": "canary reason"})[0] == 204


def break_the_database(web: Web, world: World, url: str) -> None:
    """Every statement about readings fails for a while: the driver's own sentence quotes what was sent."""
    patient, mary = f"/api/patients/{world.mary_patient.id}", signed_in(web, MARY)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table reading rename column meal to repast")
        assert call(web, "POST", f"{patient}/readings", mary, reading())[0] == 500
        connection.execute("alter table reading rename column repast to meal")
        connection.execute("alter table reading add constraint canary check (value <> 83.25) not valid")
        assert call(web, "POST", f"{patient}/readings", mary, reading())[0] == 500


def test_nothing_personal_is_found_where_it_must_not_be(
    server: embedded.Server, here: tuple[World, str], tmp_path: Path
) -> None:
    world, database = here
    url = server.url("kith_owner", database).replace("+psycopg", "")
    web = Web(environment(server, database, LOG_LEVEL="debug"), log=tmp_path / "log")
    web.start()
    try:
        live_a_day(web, world)
        break_the_database(web, world, url)
        _, metrics = call(web, "GET", "/metrics")
    finally:
        web.kill()
    written = web.log.read_bytes()
    assert b'"event":"request"' in written
    assert b'"sqlstate"' in written
    assert found_in(written) == []
    assert b"kith_requests_total" in metrics
    assert found_in(metrics) == []
    check_rows(url)


def found_in(text: bytes) -> list[bytes]:
    return [canary for canary in CANARIES if canary in text]


SEALED = (
    *("quarantined_reading", "delivery", "procrastinate_jobs", "audit_entry"),
    *("event_rerun", "patient", "idempotent_answer", "alert_event"),
)


def check_rows(url: str) -> None:
    """What is stored of texts, e-mails, phones and notes is sealed; tasks and audit hold ids only."""
    with psycopg.connect(url) as connection:
        for table in SEALED:
            rows = connection.execute(f"select t::text from {table} t").fetchall()  # type: ignore[arg-type]
            assert found_in("\n".join(row for (row,) in rows).encode()) == [], table
        contacts = connection.execute("select email_sealed, phone_sealed from person").fetchall()
        assert found_in(b"".join(part for row in contacts for part in row if part)) == []
