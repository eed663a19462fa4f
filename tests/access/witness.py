"""A witness of the whole database, and of the queue: what a refused request must leave exactly as it was."""

from __future__ import annotations

import psycopg
from psycopg import sql

# Written by a refusal, as they must be: what was asked and refused, and how often somebody has tried.
BESIDE = frozenset({"audit_entry", "audit_seal", "rate_window", "alembic_version"})
# Columns that only say when somebody was last here.
PASSING = {"device_session": ("last_used_at",)}


class Witness:
    """Reads past row-level security, as nothing that serves may."""

    def __init__(self, superuser_conninfo: str) -> None:
        self.connection = psycopg.connect(superuser_conninfo, autocommit=True)
        self._tables = self._named()
        self._statement = sql.SQL(" union all ").join(self._one(table) for table in self._tables)

    @property
    def tables(self) -> list[str]:
        return self._tables

    def sees(self) -> dict[str, str]:
        """A hash of each table's rows."""
        return dict(self.connection.execute(self._statement).fetchall())

    def close(self) -> None:
        self.connection.close()

    def _named(self) -> list[str]:
        rows = self.connection.execute(
            "select tablename from pg_tables where schemaname = 'public'"
            " and (tablename not like 'procrastinate_%' or tablename = 'procrastinate_jobs')"
        ).fetchall()
        return sorted(name for (name,) in rows if name not in BESIDE)

    def _one(self, table: str) -> sql.Composed:
        row = sql.SQL("to_jsonb(t)") + sql.SQL("").join(
            sql.SQL(" - {}").format(sql.Literal(column)) for column in PASSING.get(table, ())
        )
        return sql.SQL(
            "select {name}, md5(coalesce(string_agg(md5(({row})::text), '' order by ({row})::text), '')) from {table} t"
        ).format(name=sql.Literal(table), row=row, table=sql.Identifier(table))
