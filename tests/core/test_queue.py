"""Other work: deferred with its cause, done by a worker, given back when a worker died."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import text

from app.core import wake
from app.core.db import db
from app.core.queue import Queue
from app.core.scheduler import Tick
from app.core.unit_of_work import unit_of_work
from tests.conftest import NOW


@pytest.fixture
def queue(app: Flask) -> Iterator[Queue]:
    """A queue of its own on an empty table."""
    with app.app_context():
        with unit_of_work():
            db.session.execute(text("delete from procrastinate_jobs"))
        yield Queue(app, wake.conninfo(app.config["SQLALCHEMY_DATABASE_URI"]))
        with unit_of_work():
            db.session.execute(text("delete from procrastinate_jobs"))


@contextmanager
def working(queue: Queue) -> Iterator[None]:
    stop = threading.Event()
    worker = threading.Thread(target=queue.work, args=(stop,), kwargs={"rescue_each": 0.1}, daemon=True)
    worker.start()
    yield
    stop.set()
    worker.join(8)
    assert not worker.is_alive()


def waiting() -> list[str]:
    with unit_of_work():
        return list(db.session.scalars(text("select status::text from procrastinate_jobs order by id")))


def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition, not for a time; 20 s is when the test gives up."""
    pause = threading.Event()
    for _ in range(400):
        if holds():
            return
        pause.wait(0.05)
    raise AssertionError("it never came to that")


def test_a_task_is_deferred_with_its_cause_and_rolled_back_with_it(queue: Queue) -> None:
    queue.declare("note", lambda **facts: None)

    def failing() -> None:
        with unit_of_work():
            queue.defer("note", number="1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert waiting() == []
    with unit_of_work():
        queue.defer("note", number="2")
    assert waiting() == ["todo"]


def test_a_task_nobody_declared_is_refused_when_it_is_deferred(queue: Queue) -> None:
    with pytest.raises(LookupError), unit_of_work():
        queue.defer("no such task")


def test_a_task_is_done_in_a_unit_of_work_and_may_defer_another(app: Flask, queue: Queue) -> None:
    done: list[str] = []

    def first(number: str) -> None:
        db.session.add(Tick(job=f"task {number}", claimed_at=NOW))
        queue.defer("second", number=number)

    queue.declare("first", first)
    queue.declare("second", lambda number: done.append(number))
    with working(queue):
        with unit_of_work():
            queue.defer("first", number="7")
        until(lambda: done == ["7"])
    assert db.session.get(Tick, "task 7") is not None
    assert waiting() == []


def test_a_task_that_fails_leaves_nothing_and_is_put_off(queue: Queue) -> None:
    tries: list[str] = []

    def broken(number: str) -> None:
        tries.append(number)
        db.session.add(Tick(job=f"task {number}", claimed_at=NOW))
        db.session.flush()
        raise ZeroDivisionError

    queue.declare("broken", broken)
    with working(queue):
        with unit_of_work():
            queue.defer("broken", number="8")
        until(lambda: bool(tries) and waiting() == ["todo"])
    with unit_of_work():
        assert db.session.get(Tick, "task 8") is None
        assert db.session.scalar(text("select scheduled_at > now() from procrastinate_jobs"))


def test_the_task_of_a_worker_that_died_is_done_by_another(queue: Queue) -> None:
    done: list[str] = []
    queue.declare("note", lambda number: done.append(number))
    with unit_of_work():
        queue.defer("note", number="9")
        db.session.execute(
            text("""
            with dead as (insert into procrastinate_workers (last_heartbeat) values (now() - interval '1 hour')
                returning id)
            update procrastinate_jobs set status = 'doing', worker_id = dead.id from dead
            """)
        )
    with working(queue):
        until(lambda: done == ["9"])
    assert waiting() == []
