"""Claim due rows: one function that deliveries and (later) doses share.

A row is due when it is in a ready state and nobody holds it: its lease is empty or has run out. A claim sets the lease
in a short transaction of its own; the work is done with no transaction open; the outcome is written when it is known,
and empties the lease. A row that still had a lease when it was claimed was in somebody's hand who never came back.
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
    """Take up to `limit` due rows of `table` (columns id, lease_until, attempts) for as long as the lease.

    Gives their columns, and as `lease_before` the lease they had; in no order.
    """
    now = clock.now()
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    # A CTE runs once; a subquery with a limit may be run again by the plan and lock more rows than were asked for.
    chosen = (
        select(table.c.id, table.c.lease_until.label("lease_before"))
        .where(due, free)
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
        .prefix_with("materialized")
    )
    taken = (
        update(table)
        .where(table.c.id == chosen.c.id)
        .values(lease_until=now + lease, attempts=table.c.attempts + 1)
        .returning(*table.c, chosen.c.lease_before)
    )
    return db.session.execute(taken).all()
