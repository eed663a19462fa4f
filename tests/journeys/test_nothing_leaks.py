"""No personal data in logs, metrics, texts or task arguments: canaries in every field, then a search (S20)."""

from __future__ import annotations

import dataclasses
import http.client
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from app import create_app
from app.core import clock, embedded
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import codes, people
from app.identity import second_factor_codes
from app.records.models import RecordExport
from app.records.service import exporting
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
        app = create_app(dataclasses.replace(settings_for(server, name), is_worker=True))
        with app.app_context():
            world = people.arrive()
            yield world, name
            db.session.remove()
            db.engine.dispose()


def call(web: Web, method: str, path: str, token: str = "", body: Any = None, **more: str) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": str(new_id())}
    headers |= more
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
    keep_and_take(web, world, mary, priya)


def keep_and_take(web: Web, world: World, mary: str, priya: str) -> None:
    """Change what is known, note what is wrong, hold, ask for a copy and take it; then Tom closes his account."""
    patient = f"/api/patients/{world.mary_patient.id}"
    told = {"conditions": ["canary condition"], "communication_needs": "canary needs"}
    assert call(web, "PATCH", patient, priya, told, **{"If-Match": '"1"'})[0] == 200
    assert call(web, "POST", f"{patient}/correction-notes", mary, {"text": "canary correction"})[0] == 201
    ruth = signed_in(web, "ruth.adler@kith.example")
    hold = {"organisation_id": str(world.organisation.id), "reason": "canary of a solicitor"}
    assert call(web, "POST", "/api/legal-holds", ruth, hold)[0] == 201
    status, answer = call(web, "POST", "/api/me/exports", mary)
    assert status == 202
    copy = json.loads(answer)["id"]
    make_copies()
    status, taken = call(web, "GET", f"/api/me/exports/{copy}/file", mary)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(taken)) as archive:  # there, and only there, everything can be read
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert set(found_in(whole)) >= {b"canary", b"mary.okafor", b"Penicillin", b"9990000018", b"83.25"}
    tom = signed_in(web, "tom.okafor@kith.example")
    assert call(web, "POST", "/api/me/closing", tom, {"confirmed": True})[0] == 204


def make_copies() -> None:
    """What the worker does with the copies that wait."""
    with unit_of_work():
        for export_id in db.session.scalars(select(RecordExport.id).where(RecordExport.ready_at.is_(None))):
            exporting.make(str(export_id))


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


# Names are read and sorted by, and a value is a number: they stand where they belong, and nowhere else.
NAMES, NUMBERS = (b"Okafor",), (b"83.25",)
WHERE_NAMES_STAND = {"person.family_name"}
WHERE_NUMBERS_STAND = {"reading.value", "reading.entered", "finding.value", "finding.why", "alert.why"}


def check_rows(url: str) -> None:
    """Every column of every table: no text that was typed, no contact and no number of the NHS can be read."""
    found: dict[str, set[bytes]] = {}
    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'select * from "{table}"')  # type: ignore[arg-type]
            names = [column.name for column in rows.description or ()]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    found.setdefault(f"{table}.{name}", set()).update(found_in(raw))
    readable = {place: canaries for place, canaries in found.items() if canaries}
    assert {place for place, canaries in readable.items() if canaries & {*NAMES}} <= WHERE_NAMES_STAND
    assert {place for place, canaries in readable.items() if canaries & {*NUMBERS}} <= WHERE_NUMBERS_STAND
    assert readable["reading.value"] == {*NUMBERS}
    typed = {place: canaries - {*NAMES, *NUMBERS} for place, canaries in readable.items()}
    assert {place: canaries for place, canaries in typed.items() if canaries} == {}
