"""Jobs work through all that is due: one bad row holds up nobody, two workers do each once, a dead one nothing half."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import Select, func, select, text

from app.core import backlog, clock, metrics
from app.core.db import db
from app.core.events import EventRerun
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from tests.conftest import NOW
from tests.log_net import Net
from tests.people import World

JOB = "job of a test"


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def rows(world: World, count: int, bad: int = 0) -> list[UUID]:
    """Rows that are due, the bad ones first: what stands in them is no number."""
    about = {"organisation_id": world.mary_patient.organisation_id, "patient_id": world.mary_patient.id}
    made = [
        EventRerun(
            **about,
            event="of a test",
            facts={},
            handler="of a test",
            error="none" if number < bad else str(number),
            due_at=NOW - timedelta(minutes=count - number),
            attempts=0,
        )
        for number in range(count)
    ]
    with unit_of_work():
        db.session.add_all(made)
    return [one.id for one in made]


def due() -> Select[EventRerun]:
    open_ = (EventRerun.done_at.is_(None), EventRerun.due_at <= clock.now())
    return select(EventRerun).where(*open_).order_by(EventRerun.due_at)


def work(row: EventRerun) -> None:
    """The database itself refuses what is no number, after something was written."""
    row.done_at, row.attempts = clock.now(), row.attempts + 1
    db.session.flush()
    db.session.execute(text("select cast(:number as int)"), {"number": row.error})


def done() -> tuple[int, int]:
    """How many are done, and how often something was done."""
    db.session.rollback()
    counted = select(func.count(EventRerun.done_at), func.sum(EventRerun.attempts))
    many, often = db.session.execute(counted).one()
    return int(many), int(often)


def said_of(lines: list[bytes]) -> list[UUID]:
    return [UUID(orjson.loads(line)["row"]) for line in lines]


def failed() -> float:
    return metrics.FAILED_ROWS.labels(JOB)._value.get()


@pytest.mark.parametrize("is_put_off", [True, False])
def test_all_others_are_done_in_the_same_run(world: World, is_put_off: bool, log_net: Net) -> None:
    """More bad ones than a batch has room for, at its head."""
    bad = rows(world, 230, bad=30)[:30]
    before = failed()
    when = EventRerun.due_at if is_put_off else None
    assert backlog.one_by_one(JOB, due(), work, when=when, at_once=20) == 200
    assert done() == (200, 200)
    assert failed() == before + 30
    later = set(db.session.scalars(select(EventRerun.due_at).where(EventRerun.id.in_(bad))))
    assert (later == {NOW + backlog.PUT_OFF}) is is_put_off
    again = backlog.one_by_one(JOB, due(), work, when=when, at_once=20)
    assert (again, failed()) == (0, before + (30 if is_put_off else 60))  # at the next tick, or when it is its time
    said = [line for line in log_net.recent if b"a row could not be worked on" in line]
    assert sorted(set(said_of(said))) == sorted(bad)
    assert len(said) == (30 if is_put_off else 60)
    assert not any(b"none" in line for line in said)  # nothing of what stands in it


def test_what_is_done_together_is_done_one_by_one_where_that_fails(world: World) -> None:
    rows(world, 50, bad=1)
    seen = []

    def all_of(some: Any) -> None:
        seen.append(len(some))
        for one in some:
            work(one)

    assert backlog.together(JOB, due(), all_of, at_once=25) == 49
    assert done() == (49, 49)
    assert seen == [25, *[1] * 25, 25]


def test_what_somebody_makes_due_again_waits_for_the_next_run(world: World) -> None:
    rows(world, 3)

    def never_done(row: EventRerun) -> None:
        row.attempts += 1

    assert backlog.one_by_one(JOB, due(), never_done, at_once=2) == 3
    assert done() == (0, 3)


def test_two_workers_do_each_once(app: Flask, world: World) -> None:
    rows(world, 300, bad=1)
    start, counts = threading.Barrier(3), []

    def run() -> None:
        with app.app_context():
            start.wait()
            counts.append(backlog.one_by_one(JOB, due(), work, when=EventRerun.due_at, at_once=10))
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 299
    assert done() == (299, 299)


def test_a_worker_that_dies_leaves_nothing_half_done(app: Flask, world: World) -> None:
    """Its connection is cut in its third batch, as when the process is killed; another one then does the rest."""
    rows(world, 30)
    name, seen = f"dies {new_id()}", []

    def dies(row: EventRerun) -> None:
        work(row)
        seen.append(row.id)
        if len(seen) == 25:
            mine = db.session.scalar(text("select pg_backend_pid()"))
            with db.engine.connect() as other:
                other.execute(text("select pg_terminate_backend(:pid)"), {"pid": mine})

    with pytest.raises(Exception, match=r"terminat|closed|lost|rolled back") as died:
        backlog.one_by_one(name, due(), dies, when=EventRerun.due_at, at_once=10)
    assert died.value is not None
    db.session.remove()
    assert done() == (20, 20)
    assert backlog.one_by_one(name, due(), work, at_once=10) == 10
    assert done() == (30, 30)
