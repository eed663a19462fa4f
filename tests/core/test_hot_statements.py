"""The driver runs a hot statement, but all else is as with any other: transaction, types, errors."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import exc, text

from app.core import embedded, unit_of_work, wake
from app.core.db import HotStatement, db
from tests.queries_counted import counted

ONE = UUID("01a2022e-df04-73d1-916b-59da02961276")
AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
_ALL_KINDS = HotStatement("""
    select cast(:one as uuid) as one, cast(:at as timestamptz) as at, '10 %'::text as share, array['a', null] as list,
        jsonb_build_object('n', 1.5) as facts
""")


def test_rows_come_by_name_and_in_the_types_of_python(app: Flask) -> None:
    with app.app_context():
        rows = _ALL_KINDS.rows({"one": ONE, "at": AT})
    assert rows == [{"one": ONE, "at": AT, "share": "10 %", "list": ["a", None], "facts": {"n": 1.5}}]


def test_it_is_counted_like_any_other(app: Flask) -> None:
    with app.app_context(), counted() as statements:
        _ALL_KINDS.rows({"one": ONE, "at": AT})
    assert len(statements) == 1


def test_it_runs_in_the_transaction_of_the_session(app: Flask) -> None:
    write = HotStatement("insert into tick (job, claimed_at) values (:job, :at) returning job")
    with app.app_context():
        assert write.rows({"job": "hot", "at": AT}) == [{"job": "hot"}]
        assert db.session.scalar(text("select count(*) from tick where job = 'hot'")) == 1
        db.session.rollback()
        assert db.session.scalar(text("select count(*) from tick where job = 'hot'")) == 0


def test_a_unit_of_work_of_one_statement_is_committed_whatever_the_session_does(app: Flask) -> None:
    write = HotStatement("insert into tick (job, claimed_at) values (:job, :at)")
    with app.app_context():
        assert unit_of_work.of_one(write, {"job": "alone", "at": AT}) == []
        db.session.rollback()
        assert db.session.scalar(text("select count(*) from tick where job = 'alone'")) == 1
        with pytest.raises(exc.IntegrityError):
            unit_of_work.of_one(write, {"job": "alone", "at": AT})


def test_a_connection_that_served_one_statement_is_as_before(app: Flask) -> None:
    with app.app_context():
        unit_of_work.of_one(_ALL_KINDS, {"one": ONE, "at": AT})
        with db.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            assert not driver.autocommit


@pytest.mark.parametrize(
    ("statement", "kind", "original"),
    [
        ("select cast(:text as int)", exc.DataError, psycopg.errors.InvalidTextRepresentation),
        ("select cast(:text as text) from nowhere", exc.ProgrammingError, psycopg.errors.UndefinedTable),
        (
            "insert into tick (job, claimed_at) select cast(:text as text), now() from generate_series(1, 2)",
            exc.IntegrityError,
            psycopg.errors.UniqueViolation,
        ),
    ],
)
def test_errors_are_those_of_any_statement_and_hide_the_values(
    app: Flask, statement: str, kind: type[exc.DBAPIError], original: type[psycopg.Error]
) -> None:
    with app.app_context():
        with pytest.raises(kind) as caught:
            HotStatement(statement).rows({"text": "943 476 5919"})
        db.session.rollback()
        assert isinstance(caught.value.orig, original)
        assert "hide_parameters" in str(caught.value)
        assert "[parameters" not in str(caught.value)
        assert db.session.scalar(text("select 1")) == 1


def test_a_connection_that_was_lost_is_replaced(app: Flask) -> None:
    ask = HotStatement("select pg_backend_pid() as pid")
    with app.app_context():
        lost = ask.rows({})[0]["pid"]
        driver = db.session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        driver.close()
        with pytest.raises(exc.OperationalError):
            ask.rows({})
        db.session.rollback()
        assert ask.rows({})[0]["pid"] != lost


def test_the_others_that_were_lost_with_it_are_never_given_out(app: Flask, server: embedded.Server) -> None:
    ask = HotStatement("select pg_backend_pid() as pid")
    with app.app_context():
        db.engine.dispose()  # what other tests left in the pool is not lost here
        pooled = [db.engine.connect() for _ in range(4)]
        lost = [ask.run(connection, {})[0]["pid"] for connection in pooled]
        for connection in pooled:
            connection.close()
        with psycopg.connect(wake.conninfo(server.superuser_url), autocommit=True) as operator:
            operator.execute("select pg_terminate_backend(pid, 5000) from unnest(%s::int[]) as pid", [lost])
        with pytest.raises(exc.OperationalError):
            unit_of_work.of_one(ask, {})
        pids = [unit_of_work.of_one(ask, {})[0]["pid"] for _ in range(4)]
    assert not set(pids) & set(lost)
