"""Indexes that are built while everybody goes on: an older transaction makes them wait, and leaves none broken."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from app import create_app
from app.core import doctor, embedded
from tests.architecture.test_migrations import scripts
from tests.conftest import cloned, settings_for

SHORT = "100ms"
WAITED = "select true from pg_stat_activity where pid = %s and wait_event_type = 'Lock'" + (
    " and query_start < clock_timestamp() - interval '300 ms'"
)
NAMES = {"0036": "ix_thread_claimed_by", "0039": "ix_todo_patient_id"}
BUILDS = {
    "0036": "create index concurrently ix_thread_claimed_by on thread (claimed_by) where claimed_by is not null",
    "0039": "create index concurrently ix_todo_patient_id on todo (patient_id)",
}


@pytest.fixture
def url(server: embedded.Server, template: str) -> Iterator[str]:
    with cloned(server, template, f"kith_test_indexes_{os.getpid()}") as name:
        yield server.url("kith_owner", name)


@contextmanager
def migrating(url: str) -> Iterator[sa.Connection]:
    """A connection as env.py has it, only less patient."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        connection.execute(sa.text(f"set lock_timeout = '{SHORT}'"))
        connection.commit()
        context = MigrationContext.configure(connection)
        with Operations.context(context), context.begin_transaction():
            yield connection


@contextmanager
def older(url: str) -> Iterator[psycopg.Connection]:
    """A transaction that goes on looking at the database as it was."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("select 1")
        yield connection


def valid(url: str, name: str) -> bool | None:
    asked = "select indisvalid from pg_index where indexrelid = to_regclass(%s)"
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute(asked, [name]).fetchone()
    return None if found is None else bool(found[0])


@pytest.mark.parametrize("revision", ["0036", "0039"])
def test_what_was_cut_off_is_built_anew_and_waits_for_as_long_as_it_takes(
    server: embedded.Server, url: str, revision: str
) -> None:
    script, name = scripts().get_revision(revision).module, NAMES[revision]
    with migrating(url):
        script.downgrade()
    assert valid(url, name) is None
    with older(url), psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as impatient:
        impatient.execute(f"set lock_timeout = '{SHORT}'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            impatient.execute(BUILDS[revision])
    assert valid(url, name) is False
    assert name in said(server, url)

    with ThreadPoolExecutor(1) as pool, migrating(url) as connection:
        pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        with older(url) as old, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as watching:
            run = pool.submit(script.upgrade)
            look = threading.Event()
            while not run.done() and watching.execute(WAITED, [pid]).fetchone() is None:
                look.wait(0.02)
            assert not run.done()
            old.rollback()
        run.result()
        assert connection.scalar(sa.text("show lock_timeout")) == SHORT
    assert valid(url, name) is True
    assert said(server, url) == ""


def said(server: embedded.Server, url: str) -> str:
    """What `flask doctor` says of indexes."""
    app = create_app(dataclasses.replace(settings_for(server, sa.make_url(url).database or ""), is_worker=True))
    with app.app_context():
        return doctor.broken_indexes() or ""
