"""What the database is asked: statements counted, so that a list can be shown to stay flat, and waits seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from app.core.db import db


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent inside the block, in order: `with counted() as statements: ...; len(statements)`."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def waiting_for_a_lock(url: str) -> bool:
    """Is some statement in this database waiting for another's lock? For tests of two who write at once."""
    waits = "wait_event_type = 'Lock' and datname = current_database()"
    with psycopg.connect(url) as watcher:
        row = watcher.execute(f"select exists (select from pg_stat_activity where {waits})").fetchone()
    return bool(row and row[0])
