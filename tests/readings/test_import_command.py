"""`flask readings import`: whatever is run again, killed, taken back or wrong, nothing is lost and nothing doubled."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.alerts.models import Alert, Finding
from app.core import embedded
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications.models import Delivery
from app.patients import queries
from app.protocols import service as protocols
from app.readings import service as readings
from app.readings.intake import Entry
from app.readings.models import QuarantinedReading, Reading
from tests.conftest import HOME, NOW, SECRETS
from tests.people import World
from tests.readings import raw_logs
from tests.readings.imports import enrolled, imported, numbers, stored_of

LOG = raw_logs.LOGS[0]  # 369 readings
BAD = [
    "05-02-1991\t08:00\t58\t100",
    "05-02-1991\t08:00\t33\t9",
    "05-02-1991\t08:00\t58",
    "05-32-1991\t08:00\t58\t100",
    "05-02-1991\t12:00\t60\t000",
    "05-02-2091\t12:00\t60\t100",
    "05-02-1991\t18:00\t62\t0Lo",
]


@pytest.fixture
def patient(world: World) -> UUID:
    return enrolled(world, ["log"], "Diabetes")["log"]


@pytest.fixture
def beside(tmp_path: Path) -> list[str]:
    return ["--errors", str(tmp_path / "left-out.csv")]


def run(app: Flask, *args: object) -> Result:
    return app.test_cli_runner().invoke(args=["readings", "import", *map(str, args)])


def count(what: type) -> int:
    return db.session.scalar(select(func.count()).select_from(what)) or 0


def findings_of(patient: UUID) -> Counter[tuple[object, ...]]:
    where = Finding.patient_id == patient
    rows = select(Finding.rule, Finding.severity, Finding.measured_at, Finding.value, Finding.comparator).where(where)
    return Counter(tuple(row) for row in db.session.execute(rows))


def test_again_stores_nothing_and_tells_the_same(app: Flask, patient: UUID, beside: list[str]) -> None:
    first = numbers(imported(app, LOG, "uci", patient, *beside))
    before = findings_of(patient)
    again = numbers(imported(app, LOG, "uci", patient, *beside))
    assert again == first | {"stored": 0, "already there": 369}
    assert count(Reading) == 369
    assert findings_of(patient) == before


def test_a_file_that_grew_brings_only_what_is_new(app: Flask, patient: UUID, beside: list[str], tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_text("".join(LOG.read_text().splitlines(keepends=True)[:500]))
    there = numbers(imported(app, part, "uci", patient, *beside))["stored"]
    told = numbers(imported(app, LOG, "uci", patient, *beside))
    assert 0 < there < 369
    assert (told["stored"], told["already there"]) == (369 - there, there)


def test_neither_order_nor_batches_change_what_is_found(
    app: Flask, world: World, beside: list[str], tmp_path: Path
) -> None:
    patients = enrolled(world, ["as-it-is", "shuffled"], "Diabetes")
    shuffled = tmp_path / "shuffled"
    lines = raw_logs.LOGS[1].read_text().splitlines(keepends=True)
    random.Random(12).shuffle(lines)
    shuffled.write_text("".join(lines))
    imported(app, raw_logs.LOGS[1], "uci", patients["as-it-is"], *beside)
    for part, size in ((shuffled, "7"), (shuffled, "100")):
        imported(app, part, "uci", patients["shuffled"], "--batch", size, *beside)
    assert findings_of(patients["shuffled"]) == findings_of(patients["as-it-is"])
    assert stored_of(patients["shuffled"]) == stored_of(patients["as-it-is"])


@pytest.fixture
def environment(server: embedded.Server, database: str) -> dict[str, str]:
    urls = {"DATABASE_URL": "kith_app", "WORKER_DATABASE_URL": "kith_worker", "OWNER_DATABASE_URL": "kith_owner"}
    return dict(os.environ) | SECRETS | {name: server.url(role, database) for name, role in urls.items()}


@pytest.fixture
def committed(server: embedded.Server, database: str) -> Iterator[psycopg.Connection[tuple[int]]]:
    with psycopg.connect(server.url("kith_owner", database).replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def test_killed_in_the_middle_it_goes_on_where_it_was(
    app: Flask,
    patient: UUID,
    beside: list[str],
    environment: dict[str, str],
    committed: psycopg.Connection[tuple[int]],
) -> None:
    args = ["readings", "import", str(LOG), "--format", "uci", "--patient", str(patient), "--batch", "1", *beside]
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *args]
    with subprocess.Popen(command, cwd=HOME, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and _stored(committed) < 20:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    there = _stored(committed)
    assert 20 <= there < 369
    told = numbers(imported(app, LOG, "uci", patient, *beside))
    assert (told["stored"], told["already there"]) == (369 - there, there)
    held = stored_of(patient)
    assert (held.stored, held.findings) == (369, raw_logs.glucose(LOG).findings)


def _stored(connection: psycopg.Connection[tuple[int]]) -> int:
    row = connection.execute("select count(*) from reading").fetchone()
    return row[0] if row else 0


def test_what_is_left_out_is_listed_and_kept(app: Flask, patient: UUID, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(BAD))
    done = run(app, log, "--format", "uci", "--patient", patient)
    assert done.exit_code == 0, done.output
    told = numbers(done.output)
    assert (told["rows"], told["stored"], told["broken rows"], told["not a reading"]) == (7, 2, 2, 1)
    assert told["refused (kept in quarantine)"] == 2
    with (tmp_path / "log.errors.csv").open(newline="") as file:
        listed = {int(row["line"]): row for row in csv.DictReader(file)}
    assert {line: row["outcome"] for line, row in listed.items()} == {
        3: "broken",
        4: "broken",
        5: "refused",
        6: "refused",
    }
    assert {line: row["row"] for line, row in listed.items()} == {line: BAD[line - 1] for line in listed}
    assert "not possible" in listed[5]["reason"]
    assert "future" in listed[6]["reason"]
    kept = db.session.scalars(select(QuarantinedReading).where(QuarantinedReading.patient_id == patient)).all()
    sent = [(json.loads(row.entered or ""), row.source) for row in kept]
    assert {(entered["value"], entered["unit"], source) for entered, source in sent} == {
        (0, "mg/dL", "import"),
        (100, "mg/dL", "import"),
    }


def test_a_mended_file_leaves_no_list(app: Flask, patient: UUID, tmp_path: Path) -> None:
    log, listed = tmp_path / "log", tmp_path / "log.errors.csv"
    log.write_text(BAD[2])
    run(app, log, "--format", "uci", "--patient", patient)
    assert listed.exists()
    log.write_text(BAD[0])
    run(app, log, "--format", "uci", "--patient", patient)
    assert not listed.exists()


def test_a_dry_run_tells_the_same_and_keeps_nothing(app: Flask, patient: UUID, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(raw_logs.LOGS[1].read_text() + "\n".join(BAD))
    args = [log, "--format", "uci", "--patient", patient]
    before = count(AuditEntry)
    dry = run(app, *args, "--dry-run", "--batch", 100)
    assert dry.exit_code == 0, dry.output
    assert "nothing was kept" in dry.output
    assert [count(table) for table in (Reading, QuarantinedReading, Finding)] == [0, 0, 0]
    assert count(AuditEntry) == before
    assert list(tmp_path.iterdir()) == [log]
    listed = tmp_path / "listed.csv"
    run(app, *args, "--dry-run", "--errors", listed)
    assert len(listed.read_text().splitlines()) == 5
    assert numbers(run(app, *args).output) == numbers(dry.output)


def test_fresh_history_makes_findings_and_leaves_alerts_alone(
    app: Flask, world: World, beside: list[str], tmp_path: Path
) -> None:
    """Even what is imported within the hour, and even what would raise or settle an alert that is open."""
    mary = queries.admitted([world.mary_patient.id])[world.mary_patient.id]
    sent = Entry(uuid4(), "oxygen_saturation", NOW, 94, "%", context={"on_oxygen": False})
    with unit_of_work():
        readings.record(mary, [sent], by=world.mary.id)
    alert = db.session.scalars(select(Alert)).one()
    facts = (alert.severity, alert.version, alert.settled_at)
    table = tmp_path / "history.csv"
    times = [NOW - timedelta(minutes=30), *(NOW - timedelta(days=days) for days in (100, 101, 102))]
    values = (85, 98, 98, 98)
    lines = [f"oxygen_saturation,{at.isoformat()},{value},%,no" for at, value in zip(times, values, strict=True)]
    table.write_text("\n".join(["measure,measured_at,value,unit,on_oxygen", *lines]))
    told = numbers(imported(app, table, "csv", mary.id, *beside))
    assert (told["stored"], told["findings"]) == (4, 1)
    db.session.refresh(alert)
    assert (alert.severity, alert.version, alert.settled_at) == facts
    assert (count(Alert), count(Delivery)) == (1, 0)
    red = db.session.scalars(select(Finding).where(Finding.severity == "red")).one()
    assert red.alert_id is None


def test_a_table_of_mixed_readings(app: Flask, world: World, beside: list[str], tmp_path: Path) -> None:
    rows = [
        "measure,measured_at,value,unit,systolic,diastolic,symptoms,source,device",
        "weight,2026-11-01T08:00:00+00:00,80.5,kg,,,,,",
        "blood_pressure,2026-11-01T08:00:00+00:00,,,150,95,,sync,cuff",
        "blood_pressure,2026-11-01T11:00:00+00:00,,,150,95,,sync,cuff",
        "blood_pressure,2026-11-01T12:00:00+00:00,,,95,150,,,",
        "pulse,2026-11-01 08:00,72,/min,,,dizziness|unwell,,",
        "mood,2026-11-01 08:00,fine,,,,,,",
        "pulse,,72,,,,,,",
    ]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(rows))
    told = numbers(imported(app, table, "csv", world.mary_patient.id, *beside))
    assert (told["rows"], told["stored"], told["near-duplicates among the readings"]) == (7, 4, 1)
    assert (told["refused (kept in quarantine)"], told["broken rows"]) == (2, 1)


def test_it_says_who_answers_for_it(app: Flask, world: World, patient: UUID, beside: list[str]) -> None:
    imported(app, LOG, "uci", patient, "--by", "priya.shah@kith.example", *beside)
    assert set(db.session.scalars(select(Reading.entered_by))) == {world.priya.id}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.purpose == "import")).one()
    assert (entry.actor_id, entry.patient_id, entry.role) == (world.priya.id, patient, "operator")


def test_without_a_plan_it_says_that_nothing_was_judged(app: Flask, patient: UUID, beside: list[str]) -> None:
    admitted = queries.admitted([patient])[patient]
    with unit_of_work():
        protocols.end_plan(admitted, protocols.queries.plans(admitted)[0].id, by=admitted.coordinator_id)
    output = imported(app, LOG, "uci", patient, *beside)
    assert "nothing was judged" in output
    assert numbers(output)["findings"] == 0


def test_another_zone_is_no_new_reading(app: Flask, patient: UUID, beside: list[str]) -> None:
    imported(app, LOG, "uci", patient, *beside)
    with unit_of_work():
        queries.record(queries.admitted([patient])[patient]).zone = "Asia/Kolkata"
    told = numbers(imported(app, LOG, "uci", patient, *beside))
    assert (told["stored"], told["imported before with other content"]) == (0, 369)
    assert count(Reading) == 369


WRONG = [
    ("no such patient", ["--format", "uci", "--patient", str(uuid4())], "no patient"),
    ("nobody of this e-mail", ["--format", "uci", "--by", "x@kith.example"], "Nobody is known"),
    ("no such format", ["--format", "pdf"], "pdf"),
    ("a log is no table", ["--format", "csv"], "column"),
    ("a batch too large", ["--format", "uci", "--batch", "501"], "501"),
    ("a list that cannot be written", ["--format", "uci", "--errors", "/nowhere/list.csv"], "cannot be written"),
]


@pytest.mark.parametrize("args, why", [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_be_done_is_said_plainly(app: Flask, patient: UUID, args: list[str], why: str) -> None:
    done = run(app, LOG, "--patient", patient, *args)
    assert done.exit_code != 0
    assert why in done.output
    assert "Traceback" not in done.output
    assert count(Reading) == 0
    assert not LOG.with_name(f"{LOG.name}.errors.csv").exists()
