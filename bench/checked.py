"""Nothing that was measured counts unless what is stored is exactly what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.load import Run
from bench.stage import Stage


class Inexact(RuntimeError):
    """What is stored is not what was answered."""


def all_created(run: Run) -> None:
    """Every request was answered with 201."""
    if set(run.statuses) != {201}:
        raise Inexact(f"Answers by status: {dict(run.statuses)}; the last one: {run.body_of_last!r}")


@contextmanager
def rows(stage: Stage, **expected: int) -> Iterator[None]:
    """Inside the block each of these tables grows by exactly so many rows."""
    before = _counted(stage, *expected)
    yield
    after = _counted(stage, *expected)
    found = {table: after[table] - before[table] for table in expected}
    if found != expected:
        raise Inexact(f"Expected {expected}, found {found}.")


def _counted(stage: Stage, *tables: str) -> dict[str, int]:
    with psycopg.connect(stage.conninfo("kith_owner")) as connection:
        return {table: number(connection, f"select count(*) from {table}") for table in tables}


def number(connection: psycopg.Connection[Any], question: str) -> int:
    """The one number that a question gives."""
    row = connection.execute(question).fetchone()
    assert row is not None
    return int(row[0])
