"""The database between two tests: wiped in one round trip, and the demo's people put back in another.

Both are done by a superuser whose session skips triggers and foreign keys: what is deleted is everything, and what is
put back is what the services themselves made and PostgreSQL itself has checked, once a worker.
"""

from __future__ import annotations

import dataclasses
import pickle

import psycopg
from psycopg import sql

from app.core.db import db
from app.demo import people
from tests import leak_net

# What somebody left locked is named after this long, instead of waited for.
SESSION = "-c session_replication_role=replica -c lock_timeout=30s"
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' order by 1"


class Slate:
    """One database of the tests."""

    def __init__(self, superuser_conninfo: str) -> None:
        self.connection = psycopg.connect(superuser_conninfo, autocommit=True, options=SESSION)
        self._tables = [sql.Identifier("public", name) for (name,) in self.connection.execute(TABLES)]
        self._wipe = sql.SQL("; ").join(sql.SQL("delete from {}").format(table) for table in self._tables)
        self._put_back: sql.Composed | None = None
        self._world = b""
        self._canaries: dict[bytes, str] = {}

    def renew(self) -> None:
        """Every table as it was made: where rows come to lie does not hang on what was there before."""
        self.connection.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(self._tables)))

    def wipe(self) -> None:
        """Nothing is left, in the queue neither; twenty times as fast."""
        self.connection.execute(self._wipe)

    def people(self) -> people.World:
        """The people of the demo, made by the services the first time, and put back after it."""
        if self._put_back is None:
            is_blank = self._is_blank()
            with leak_net.NET.learning() as self._canaries:
                world = people.arrive()
            if is_blank:  # or what a test has made itself would come back with them
                self._keep(world)
            return world
        self.connection.execute(self._put_back)
        leak_net.NET.learn_again(self._canaries)
        return self._known()

    def close(self) -> None:
        self.connection.close()

    def _is_blank(self) -> bool:
        some = sql.SQL(" or ").join(sql.SQL("exists (table {})").format(table) for table in self._tables)
        return self.connection.execute(sql.SQL("select {}").format(some)).fetchone() == (False,)

    def _keep(self, world: people.World) -> None:
        """Remember every row, in tables that only this connection sees."""
        steps = []
        for number, table in enumerate(self._tables):
            kept = sql.Identifier(f"kept_{number}")
            made = self.connection.execute(sql.SQL("create temp table {} as table {}").format(kept, table))
            if made.rowcount:
                steps.append(sql.SQL("insert into {} table {}").format(table, kept))
        self._put_back = sql.SQL("; ").join(steps)
        self._world = pickle.dumps(world)

    def _known(self) -> people.World:
        """Everybody as rows of this session, which knows of them what the session of who made them knew."""
        world: people.World = pickle.loads(self._world)
        db.session.add_all(getattr(world, one.name) for one in dataclasses.fields(world))
        return world
