"""The database: one base model, one naming of constraints, one engine setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.rows import dict_row
from sqlalchemy import Connection, DateTime, MetaData, Uuid, event, exc, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from app.core import clock
from app.core.ids import new_id

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

ENGINE_OPTIONS: dict[str, Any] = {
    # The driver's error would print the values of the row, so of a patient.
    "hide_parameters": True,
    "json_deserializer": orjson.loads,
    "pool_size": 16,
    "max_overflow": 16,
    "pool_timeout": 5,
    "connect_args": {
        # A page costs the same wherever it lies, in memory or on a solid-state disk: rows in order, not a sort of them.
        "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
        " -c timezone=UTC -c random_page_cost=1.1",
        "application_name": "kith",
    },
}


def for_worker() -> dict[str, Any]:
    """The same for work that no person asked for: its connections reach every row (app/core/rows.py)."""
    connect = ENGINE_OPTIONS["connect_args"]
    return ENGINE_OPTIONS | {"connect_args": connect | {"options": f"{connect['options']} -c kith.service=on"}}


class Base(DeclarativeBase):
    """Every table: constraints with names, instants with a zone, ids known before the row is written."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: DateTime(timezone=True), UUID: Uuid, dict[str, Any]: JSONB},
    )


class Row:
    """The columns nearly every table has."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def one_of(column: str, words: Sequence[str]) -> str:
    """A check that a column holds one of these words."""
    return f"{column} in ({', '.join(repr(word) for word in words)})"


@event.listens_for(Base, "init", propagate=True)
def _know_the_id(row: Base, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    # A sealed column needs the row's id as associated data before the row is flushed; so the id is set before it.
    if isinstance(row, Row):
        given = dict(kwargs)
        kwargs.clear()
        kwargs.update({"id": given.pop("id", None) or new_id()} | given)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False}, engine_options=ENGINE_OPTIONS)
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class HotStatement:
    """A statement of the hot path, written as for `text()`, run in the session's own transaction.

    SQLAlchemy describes every column of a result anew each time, which costs more than asking does (bench/); so the
    driver runs it and gives its rows as dictionaries. Errors are SQLAlchemy's, as everywhere.

    `planned_anew`: each time, for tables that grow a thousandfold within a minute; the server would go on with the plan
    that it made while they were small.
    """

    def __init__(self, statement: str, *, planned_anew: bool = False) -> None:
        self._statement = str(text(statement).compile(dialect=_DIALECT))
        self._prepare = False if planned_anew else None  # None: after it was run some times

    def rows(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run it; its rows by the names of their columns."""
        return self.run(db.session.connection(), values)

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The same on a connection of one's own; a statement that gives no rows gives none."""
        driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            with driver.cursor(row_factory=dict_row) as cursor:
                # Whoever counts or traces the statements of the engine hears of this one too.
                connection.engine.dispatch.before_cursor_execute(
                    connection, cursor, self._statement, values, None, False
                )
                cursor.execute(self._statement, values, prepare=self._prepare)
                return cursor.fetchall() if cursor.rownumber is not None else []  # None: it gives no rows
        except psycopg.Error as error:
            if driver.closed:
                # Lost, and with it all that is as old: as SQLAlchemy does, so that not each of them fails somebody.
                connection.engine.pool._invalidate(connection.connection, error, _checkin=False)
                connection.invalidate(error)
            raise exc.DBAPIError.instance(
                self._statement, dict(values), error, psycopg.Error, hide_parameters=True
            ) from error
