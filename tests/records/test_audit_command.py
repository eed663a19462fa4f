"""`flask audit`: an operator asks whether the chains hold, and what their heads are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from app.core import audit, clock, embedded, jobs, scheduler, wake
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from tests.conftest import NOW, settings_for
from tests.people import World


def run(kith: Flask, *arguments: str) -> Result:
    with kith.app_context():
        return kith.test_cli_runner().invoke(args=["audit", *arguments])


@pytest.fixture
def shell(server: embedded.Server, database: str) -> Iterator[Flask]:
    """Kith as an operator's shell starts it: as the role of the web, which by itself reaches no patient's row."""
    made = create_app(settings_for(server, database))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "audit-heads-2026-11-18.jsonl"


@pytest.fixture
def worker(server: embedded.Server, database: str, app: Flask, world: World, tmp_path: Path) -> Iterator[Flask]:
    """What Mary's people did in the last minute, sealed and published by the worker."""
    urls = {"DATABASE_URL": server.url("kith_worker", database)}
    settings = settings_for(server, database, AUDIT_HEADS=str(tmp_path), **urls)
    made = create_app(dataclasses.replace(settings, is_worker=True))
    with unit_of_work():
        for organisation in (world.organisation, world.elsewhere):
            for action in ("see_patient", "see_readings"):
                audit.note(
                    audit.Entry(
                        role="coordinator",
                        action=action,
                        organisation_id=organisation.id,
                        patient_id=world.mary_patient.id,
                        actor_id=world.priya.id,
                    )
                )
    for name in ("seal the audit", "publish the heads of the audit"):
        [job] = [one for one in jobs.JOBS if one.name == name]
        assert scheduler.run(made, job)
    yield made
    with made.app_context():
        db.engine.dispose()


def test_it_says_that_all_is_well_and_for_what_it_speaks(worker: Flask, shell: Flask, heads: Path) -> None:
    with unit_of_work():
        audit.note(audit.Entry(role="patient", action="see_plan"))
    result = run(shell, "verify", "--heads", str(heads))
    assert result.exit_code == 0, result.output
    assert "4 sealed entries looked at, 0 faults; 2 published heads compared." in result.output
    assert "1 entries are not sealed yet" in result.output


def test_one_organisation_by_its_name(worker: Flask, shell: Flask) -> None:
    assert "2 sealed entries looked at" in run(shell, "verify", "--organisation", "Hillside Care").output
    nobodys = run(shell, "verify", "--organisation", "Nowhere")
    assert nobodys.exit_code == 1
    assert "no organisation of this name" in nobodys.output


def test_it_ends_with_one_and_names_what_is_wrong(
    worker: Flask, shell: Flask, server: embedded.Server, database: str
) -> None:
    with psycopg.connect(wake.conninfo(server.url("postgres", database))) as operator:
        changed = operator.execute(
            "update audit_entry set role = 'lead' where id = (select entry_id from audit_seal where number = 2 limit 1)"
            " returning id"
        ).fetchone()
    assert changed is not None
    result = run(shell, "verify")
    assert result.exit_code == 1
    assert f"number 2: entry {changed[0]} does not fit its seal" in result.output
    assert "1 faults" in result.output


def test_the_heads_are_added_to_the_file_of_the_day_each_hour(
    worker: Flask, shell: Flask, heads: Path, tmp_path: Path
) -> None:
    told = run(shell, "head").output.splitlines()
    assert len(told) == len(heads.read_text().splitlines()) == 2
    assert all(line.split()[-1] in heads.read_text() for line in told)
    [publish] = [one for one in jobs.JOBS if one.name == "publish the heads of the audit"]
    with clock.at(NOW + timedelta(hours=1)):
        assert scheduler.run(worker, publish)
    assert len(heads.read_text().splitlines()) == 4
    with clock.at(NOW + timedelta(hours=20)):
        assert scheduler.run(worker, publish)
    assert len(list(tmp_path.glob("audit-heads-*.jsonl"))) == 2


def test_a_cut_off_tail_is_found_by_the_file(
    worker: Flask, shell: Flask, server: embedded.Server, database: str, heads: Path
) -> None:
    with psycopg.connect(wake.conninfo(server.url("postgres", database))) as operator:
        operator.execute("set session_replication_role = replica")
        operator.execute("delete from audit_entry e using audit_seal s where s.entry_id = e.id and s.number = 2")
        operator.execute("delete from audit_seal where number = 2")
    assert run(shell, "verify").exit_code == 0
    result = run(shell, "verify", "--heads", str(heads))
    assert result.exit_code == 1
    assert result.output.count("its tail was dropped") == 2


def test_a_workers_log_serves_as_well_and_nonsense_is_refused(worker: Flask, shell: Flask, tmp_path: Path) -> None:
    logged = tmp_path / "worker.log"
    lines = [line.read_text() for line in tmp_path.glob("*.jsonl")]
    logged.write_text('starting\n{"event": "worker started"}\n[1]\n' + "".join(lines))
    assert "2 published heads compared" in run(shell, "verify", "--heads", str(logged)).output
    logged.write_text('{"event": "audit head", "organisation": null}\n')
    refused = run(shell, "verify", "--heads", str(logged))
    assert refused.exit_code == 1
    assert "is none" in refused.output
