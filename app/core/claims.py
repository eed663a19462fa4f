"""Claim due rows: one function for every way out.

A row is due when it is in a ready state and nobody holds it: its lease is empty or has run out. A claim sets the lease
in a short transaction of its own; the work is done with no transaction open; the outcome is written when it is known,
and empties the lease. A row that still had a lease when it was claimed was in somebody's hand who never came back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core import clock
from app.core.db import HotStatement


class Claim:
    """Claims of rows of one table (columns id, lease_until, attempts); its one statement is made once.

    `due` and `order` are SQL over the table, which is called `t`; `due` may use :now. `gives` reads what was taken from
    `taken`: the columns of the table, and as `lease_before` the lease they had; in no order unless it says one.
    `planned_anew` is that of HotStatement.
    """

    def __init__(
        self, table: str, *, due: str, order: str, gives: str = "select * from taken", planned_anew: bool = False
    ) -> None:
        # A CTE runs once; a subquery with a limit may be run again by the plan and lock more rows than were asked for.
        statement = f"""
            with chosen as materialized (
                select t.id, t.lease_until as lease_before from {table} t
                where {due} and (t.lease_until is null or t.lease_until <= :now)
                order by {order} limit :limit for update skip locked
            ), taken as (
                update {table} t set lease_until = :lease_until, attempts = t.attempts + 1
                from chosen where t.id = chosen.id returning t.*, chosen.lease_before
            )
            {gives}
        """  # noqa: S608  built from the constants of this code
        self._statement = HotStatement(statement, planned_anew=planned_anew)

    def rows(self, limit: int, lease: timedelta) -> list[dict[str, Any]]:
        """Take up to `limit` due rows for as long as the lease."""
        now = clock.now()
        return self._statement.rows({"now": now, "lease_until": now + lease, "limit": limit})
