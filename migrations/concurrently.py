"""Indexes built and dropped while everybody goes on writing.

Each waits for every older transaction. It holds up no writer meanwhile, so it waits for as long as that takes: cut off,
it would leave an index that is written with each row and never read, and that "if not exists" takes for a sound one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

_BROKEN = sa.text("select exists (select from pg_index where indexrelid = to_regclass(:name) and not indisvalid)")


def build(name: str, table: str, *columns: str, where: str | None = None) -> None:
    """Build an index, where it is not there; one that was begun and never finished is built anew."""
    with _patiently():
        if op.get_bind().execute(_BROKEN, {"name": name}).scalar_one():
            _drop(name, table)
        which = None if where is None else sa.text(where)
        op.create_index(name, table, columns, postgresql_where=which, postgresql_concurrently=True, if_not_exists=True)


def drop(name: str, table: str) -> None:
    """Drop an index, where it is there."""
    with _patiently():
        _drop(name, table)


def _drop(name: str, table: str) -> None:
    op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)


@contextmanager
def _patiently() -> Iterator[None]:
    """Outside any transaction, waiting for locks without an end."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        before = connection.execute(sa.text("select current_setting('lock_timeout')")).scalar_one()
        connection.execute(sa.text("set lock_timeout = 0"))
        try:
            yield
        finally:
            connection.execute(sa.text("select set_config('lock_timeout', :before, false)"), {"before": before})
