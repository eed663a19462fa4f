"""A transaction that is taken back whole, with what was committed in it: for thousands of runs from one beginning."""

from __future__ import annotations

from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine

from app.core.db import db


class _WithinOne(Session):
    """A session all of whose transactions are savepoints of one."""

    def get_bind(self, *_: Any, **__: Any) -> Engine | Connection:
        assert self.bind is not None
        return self.bind


def begin() -> Connection:
    """Have this thread's session work within one transaction from now on; `end` takes it back."""
    db.session.remove()
    connection = db.engine.connect()
    connection.begin()
    within = _WithinOne(db, bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    db.session.registry.set(within)
    return connection


def end(connection: Connection) -> None:
    """Take all of it back; the next session is one as ever."""
    db.session.remove()
    connection.close()
