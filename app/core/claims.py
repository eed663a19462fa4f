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

# The server remembers how few rows were due when it last looked, as in the night. Believing that, it would at eight
# o'clock gather and sort all that are due for each claim of some: it is to walk their index in its order instead.
_IN_ORDER = HotStatement("""
    select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
        set_config('enable_sort', 'off', true)
""")


def in_order() -> None:
    """Have this transaction read by indexes, in their order, wherever it can: for claims of a few of very many."""
    _IN_ORDER.rows({})


class Claim:
    """Claims of rows of one table (columns id, lease_until, attempts); its one statement is made once.

    `due` and `order` are SQL over the table, which is called `t`; `due` may use :now. `gives` reads what was taken from
    `taken`: the columns of the table, and as `lease_before` the lease they had; in no order unless it says one.
    `of_many`: there may be a hundred thousand at once, and none the minute before.
    """

    def __init__(
        self, table: str, *, due: str, order: str, gives: str = "select * from taken", of_many: bool = False
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
        self._statement = HotStatement(statement, planned_anew=of_many)
        self._of_many = of_many

    def rows(self, limit: int, lease: timedelta) -> list[dict[str, Any]]:
        """Take up to `limit` due rows for as long as the lease."""
        if self._of_many:
            in_order()
        now = clock.now()
        return self._statement.rows({"now": now, "lease_until": now + lease, "limit": limit})
