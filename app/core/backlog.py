"""Work through what is due: batch by batch until nothing is, each batch in a transaction of its own.

Each row is worked on in a savepoint, so one that fails holds up no other: operators are told of it, it is left alone
for the rest of this run, and put off where it says when it is due. Any number of workers may do it at once: what one of
them holds the others pass over. One that dies has done the batches before, and of its last nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, Table, update
from sqlalchemy.orm import InstrumentedAttribute

from app.core import clock, metrics
from app.core.db import Base, Row, db
from app.core.logs import describe, log
from app.core.unit_of_work import unit_of_work

AT_ONCE: Final = 200
PUT_OFF: Final = timedelta(minutes=10)


class HasId(Protocol):
    """What is worked on, as far as it is told of when that fails."""

    @property
    def id(self) -> UUID: ...


T = TypeVar("T", bound=HasId)
R = TypeVar("R", bound=Row)
When = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


def one_by_one(
    job: str,
    due: Select[R],
    work: Callable[[R], object],
    *,
    when: When | None = None,
    at_once: int = AT_ONCE,
    hold: Sequence[type[Base]] = (),
) -> int:
    """Work on each row that is due, after which it is so no more; returns how many were done.

    `when` is the column that says when a row is due: one that fails is put off by it, else it is tried at the next
    tick. `hold` are the tables whose rows are held, where it is more than those that are due.
    """
    return _through(due, lambda rows: each(job, rows, work, when=when), at_once, hold)


def together(job: str, due: Select[R], work: Callable[[Sequence[R]], object], *, at_once: int = AT_ONCE) -> int:
    """The same for what is cheaper done for many at once: only where that fails it is done row by row."""

    def all_or_each(rows: Sequence[R]) -> set[UUID]:
        try:
            with db.session.begin_nested():
                work(rows)
        except Exception:  # whichever it was tells of itself
            return each(job, rows, lambda row: work([row]))
        return set()

    return _through(due, all_or_each, at_once)


def each(job: str, rows: Iterable[T], work: Callable[[T], object], *, when: When | None = None) -> set[UUID]:
    """Work on each of these in a savepoint of its own, in this transaction; gives those of which it failed."""
    failed = set()
    for row in rows:
        row_id = row.id
        try:
            with db.session.begin_nested():
                work(row)
        except Exception as error:
            failed.add(row_id)
            tell(job, row_id, error)
            if when is not None:
                _put_off(row_id, when)
    return failed


def in_batches(batch: Callable[[], int], at_once: int = AT_ONCE) -> int:
    """Do a batch that finds its rows itself, until one is short; returns how many rows there were."""
    count, found = 0, at_once
    while found >= at_once:
        with unit_of_work():
            found = batch()
        count += found
    return count


def _through(
    due: Select[R], work: Callable[[Sequence[R]], set[UUID]], at_once: int, hold: Sequence[type[Base]] = ()
) -> int:
    model = due.column_descriptions[0]["entity"]
    held = due.limit(at_once).with_for_update(of=hold or model, skip_locked=True, key_share=True)
    held = held.execution_options(populate_existing=True)
    done: set[UUID] = set()
    left: set[UUID] = set()

    def batch() -> int:
        rows = db.session.scalars(held.where(model.id.not_in(left)) if left else held).all()
        left.update(row.id for row in rows if row.id in done)  # somebody has made it due again: that is for next time
        fresh = [row for row in rows if row.id not in left]
        left.update(work(fresh) if fresh else ())
        done.update(row.id for row in fresh if row.id not in left)
        return len(rows)

    in_batches(batch, at_once)
    return len(done)


def tell(job: str, row_id: UUID, error: Exception) -> None:
    """Tell operators that one of what is due failed; nothing of what is in it."""
    metrics.FAILED_ROWS.labels(job).inc()
    log.error("a row could not be worked on", job=job, row=str(row_id), **describe(error))


def _put_off(row_id: UUID, when: When) -> None:
    """Nobody has changed it, so its version stays."""
    table: Table | Any = when.class_.__table__
    db.session.execute(update(table).where(table.c.id == row_id).values({when.key: clock.now() + PUT_OFF}))
