"""Claim due rows: one function that deliveries, re-runs and (later) doses share.

A row is due when it is in a ready state or its lease has run out. A claim sets the lease in a short transaction of its
own; the work is done with no transaction open; the outcome is written when it is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, or_, select, update

from app.core import clock
from app.core.db import db


def claim(
    table: Table, *, due: ColumnElement[bool], order: Sequence[Any], limit: int, lease: timedelta
) -> Sequence[Row[Any]]:
    """Take up to `limit` due rows of `table` (columns id, lease_until, attempts) for as long as the lease."""
    now = clock.now()
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    chosen = select(table.c.id).where(due, free).order_by(*order).limit(limit).with_for_update(skip_locked=True)
    taken = (
        update(table)
        .where(table.c.id.in_(chosen.scalar_subquery()))
        .values(lease_until=now + lease, attempts=table.c.attempts + 1)
        .returning(*table.c)
    )
    return db.session.execute(taken).all()
