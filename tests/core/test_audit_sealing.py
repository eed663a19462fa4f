"""The sealer finds whatever was committed, however late and however many write at once, and looks nowhere twice."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app.core import audit, embedded, jobs, scheduler, wake
from app.core.db import db
from tests.conftest import NOW
from tests.core.audited import HILLSIDE, RIVERSIDE, Operator, write, written
from tests.core.audited import entry as one_entry

WRITERS, EACH, WRITES = 8, 5, 10_000
INSERT = """
    insert into audit_entry (id, created_at, organisation_id, role, action, purpose)
    values (gen_random_uuid(), %s, %s, 'patient', 'see_readings', 'care')
"""


@pytest.fixture
def conninfo(server: embedded.Server, database: str) -> str:
    return wake.conninfo(server.url("kith_app", database))


def test_who_began_early_and_commits_late_is_sealed(sealer: Flask, conninfo: str) -> None:
    with psycopg.connect(conninfo) as slow, psycopg.connect(conninfo) as quick:
        slow.execute(INSERT, [NOW, RIVERSIDE])
        for _ in range(3):
            quick.execute(INSERT, [NOW, RIVERSIDE])
            quick.commit()
            assert audit.seal_all() == 1
        slow.commit()
    assert audit.seal_all() == 1
    assert audit.verify().faults == []
    assert (audit.verify().sealed, audit.unsealed()) == (4, 0)


def test_what_was_rolled_back_leaves_no_gap(sealer: Flask, conninfo: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute(INSERT, [NOW, RIVERSIDE])
        connection.rollback()
    written(2)
    assert [head.number for head in audit.heads()] == [2]


def test_what_a_savepoint_wrote_is_found_by_its_transaction(sealer: Flask, conninfo: str) -> None:
    with psycopg.connect(conninfo) as slow:
        with slow.transaction(), slow.transaction():
            slow.execute(INSERT, [NOW, RIVERSIDE])
        written(1)
        with slow.transaction():
            slow.execute(INSERT, [NOW, RIVERSIDE])
        slow.commit()
    audit.seal_all()
    assert audit.verify().unsealed == 0


def test_ten_thousand_writes_at_once_make_one_chain(sealer: Flask, conninfo: str) -> None:
    """Eight connections, each transaction open for as long as it happens to be, three sealers running meanwhile."""
    over = threading.Event()

    def write_some(seed: int) -> None:
        dice = random.Random(seed)
        with psycopg.connect(conninfo) as one, psycopg.connect(conninfo) as other:
            for _ in range(WRITES // WRITERS // EACH // 2):
                both = [one, other]
                for connection in both:
                    connection.cursor().executemany(INSERT, [(NOW, RIVERSIDE)] * EACH)
                dice.shuffle(both)
                for connection in both:
                    connection.commit()

    def seal_meanwhile() -> int:
        sealed = 0
        with sealer.app_context():
            while not over.is_set():
                sealed += audit.seal_all(batch=200)
        return sealed

    with ThreadPoolExecutor(WRITERS + 3) as pool:
        sealers = [pool.submit(seal_meanwhile) for _ in range(3)]
        for writing in [pool.submit(write_some, seed) for seed in range(WRITERS)]:
            writing.result()
        over.set()
        sealed_meanwhile = sum(one.result() for one in sealers)
    rest = audit.seal_all()
    assert sealed_meanwhile + rest == WRITES
    verdict = audit.verify()
    assert (verdict.sealed, verdict.unsealed, verdict.faults) == (WRITES, 0, [])
    assert [head.number for head in audit.heads()] == [WRITES]


def test_only_one_sealer_works_at_a_time(sealer: Flask, server: embedded.Server, database: str) -> None:
    write(one_entry())
    with psycopg.connect(wake.conninfo(server.url("kith_worker", database))) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('audit sealer', 0))")
        assert audit.seal_all() == 0
    assert audit.seal_all() == 1


def test_a_database_moved_to_another_server_is_looked_at_as_a_whole_once(sealer: Flask, operator: Operator) -> None:
    written(3)
    ahead = 10**15
    operator.execute("update audit_mark set below = %s", [ahead])
    operator.execute(
        "insert into audit_entry (id, created_at, role, action, purpose, written_in)"
        " values (gen_random_uuid(), %s, 'patient', 'see_readings', 'care', %s)",
        [NOW, ahead + 1],
    )
    write(one_entry())
    assert audit.seal_all() == 2
    assert audit.verify().faults == []
    row = operator.execute("select below from audit_mark").fetchone()
    assert row is not None
    assert row[0] < ahead


def test_the_clock_seals_each_minute_as_the_worker(sealer: Flask) -> None:
    [job] = [one for one in jobs.JOBS if one.name == "seal the audit"]
    assert job.every == timedelta(minutes=1)
    write(one_entry(), one_entry(organisation_id=HILLSIDE))
    assert scheduler.run(sealer, job)
    assert audit.unsealed() == 0


def test_looking_again_costs_the_same_however_much_is_sealed(sealer: Flask, operator: Operator) -> None:
    operator.execute(
        "insert into audit_entry (id, created_at, organisation_id, role, action, purpose)"
        " select gen_random_uuid(), %s, %s, 'patient', 'see_readings', 'care' from generate_series(1, 20000)",
        [NOW, RIVERSIDE],
    )
    audit.seal_all()
    operator.execute("analyze audit_entry, audit_seal")
    write(one_entry())
    looked = "explain (analyze, format json) select count(*) from audit_entry e where written_in >= (select below from"
    looked += " audit_mark) and not exists (select from audit_seal s where s.entry_id = e.id)"
    plan = str(db.session.scalar(text(looked)))
    assert "ix_audit_entry_written_in" in plan
    assert "Seq Scan on audit_entry" not in plan
