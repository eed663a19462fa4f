"""No personal data in logs, metrics, texts, refusals, the queue: canaries in every field, then a search (S20)."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import psycopg
from sqlalchemy import select

from app.core import embedded
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications.models import Delivery, SandboxMessage
from tests.journeys import planting
from tests.journeys.canaries import call, done, found_in
from tests.journeys.serving import PATIENCE, Web, environment, worker
from tests.people import World

# Names are read and sorted by, and a value is a number: they stand where they belong, and nowhere else.
NAMES, NUMBERS = (b"Okafor",), (b"83.25",)
WHERE_NAMES_STAND = {"person.family_name", "sandbox_message.recipient"}  # the second in a sandbox alone
WHERE_NUMBERS_STAND = {"reading.value", "reading.entered", "finding.value", "finding.why", "alert.why"}
# Waiting, until a worker has been there: what it does is deferred by its id.
WAITING = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
UNSENT = "select count(*) from delivery where state in ('pending', 'unknown') and due_at <= now()"


def test_nothing_personal_is_found_where_it_must_not_be(
    server: embedded.Server, here: tuple[World, str], tmp_path: Path
) -> None:
    world, database = here
    url = server.url("kith_owner", database).replace("+psycopg", "")
    settings = environment(server, database, LOG_LEVEL="debug")
    web, log = Web(settings, log=tmp_path / "web"), tmp_path / "worker"
    web.start()
    try:
        mary = planting.live_a_day(web, world)
        export_id = done(web, "POST", "/api/me/exports", mary)["id"]
        assert "procrastinate_jobs.args" in check_rows(url)  # what is done is forgotten, so now
        with worker(settings, log):
            wait_for_the_worker(url)
        planting.take_the_copy(web, mary, export_id)
        planting.break_the_database(web, world, mary, url)
        _, metrics = call(web, "GET", "/metrics")
    finally:
        web.kill()
    check_log(web.log.read_bytes(), b'"event":"request"', b'"sqlstate"')
    check_log(log.read_bytes(), b'"event":"worker started"')
    assert b"kith_requests_total" in metrics
    assert found_in(metrics) == []
    check_refusals(web)
    assert "audit_entry.action" in check_rows(url)
    check_messages()


def wait_for_the_worker(url: str) -> None:
    """Until every task is done and every message that is due has left."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while count(url, WAITING) or count(url, UNSENT):
        assert time.monotonic() < deadline, "the worker has not done it all"
        pause.wait(0.1)


def count(url: str, statement: str) -> int:
    with psycopg.connect(url) as connection:
        return int(connection.execute(statement).fetchone()[0])  # type: ignore[call-overload,index]


def check_log(written: bytes, *needed: bytes) -> None:
    assert [one for one in needed if one not in written] == []
    assert found_in(written) == []


def check_refusals(web: Web) -> None:
    """What is refused says back nothing that was typed, neither in its body nor in a header; pages the same."""
    assert {one[:3] for one in web.refused} >= {b"401", b"404", b"422", b"500"}
    assert any(b"text/html" in one for one in web.refused)
    assert [one for one in web.refused if found_in(one)] == []


def check_messages() -> None:
    """Whatever was sent names nobody but by their first name, and says nothing of what was typed or measured."""
    with unit_of_work():
        sent = [one.body or "" for one in db.session.scalars(select(Delivery))]
        kept = [one.body or "" for one in db.session.scalars(select(SandboxMessage))]
    for told in ("alert for", "in an emergency", "how you sign in has changed", "invites you"):
        assert any(told in body for body in sent), told
    assert any("Mary" in body for body in sent)
    assert kept
    assert set(kept) <= set(sent)  # what is for the morning has not left
    assert [body for body in sent if found_in(body.encode())] == []


def check_rows(url: str) -> set[str]:
    """Every column of every table: no text that was typed, no contact and no number of the NHS can be read.

    Returns where it looked: the columns that held anything.
    """
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
    return set(found)
