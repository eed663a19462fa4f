"""The clock: a job is done once per turn by whoever claims it, and what fails comes again."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock, idempotency, ids, jobs, metrics, operations, scheduler
from app.core.db import db
from app.core.idempotency import IdempotentAnswer
from app.core.scheduler import Job, Tick
from app.core.unit_of_work import unit_of_work
from tests.conftest import NOW

EACH = timedelta(seconds=10)


def job(done: list[str], name: str = "job of a test") -> Job:
    return Job(name, EACH, lambda: done.append(name))


def test_one_of_many_machines_does_a_turn(app: Flask) -> None:
    done: list[str] = []
    together = threading.Barrier(5)

    def machine() -> None:
        together.wait(5)
        scheduler.run(app, job(done))

    threads = [threading.Thread(target=machine) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert done == ["job of a test"]


def test_a_tick_a_hair_early_is_a_turn_and_one_too_early_is_not(app: Flask) -> None:
    done: list[str] = []
    scheduler.run(app, job(done))
    for seconds, turns in ((8.9, 1), (9.1, 2), (12, 2), (18.2, 3)):
        with clock.at(NOW + timedelta(seconds=seconds)):
            scheduler.run(app, job(done))
        assert len(done) == turns, seconds


def test_a_job_that_raises_is_counted_rolled_back_and_comes_again(app: Flask) -> None:
    def failing() -> None:
        db.session.add(Tick(job="half done", claimed_at=NOW))
        db.session.flush()
        raise ZeroDivisionError

    broken = Job("broken job of a test", EACH, failing)
    counted = metrics.FAILED_JOBS.labels(broken.name)
    before = counted._value.get()
    assert scheduler.run(app, broken)
    assert counted._value.get() == before + 1
    with app.app_context():
        assert db.session.get(Tick, "half done") is None
    with clock.at(NOW + EACH):
        assert scheduler.run(app, broken)


def test_the_tick_makes_ready(app: Flask) -> None:
    [tick] = [one for one in jobs.JOBS if one.name == "tick"]
    with app.app_context():
        assert operations.ticking() is not None
        scheduler.run(app, tick)
        assert operations.ticking() is None
        with clock.at(NOW + timedelta(seconds=31)):
            assert "start flask worker" in str(operations.ticking())


def test_answers_are_forgotten_after_a_day(app: Flask) -> None:
    [forget] = [one for one in jobs.JOBS if one.name == "forget answers"]
    with app.app_context():
        for hours in (23, 25):
            with unit_of_work():
                answer = IdempotentAnswer(
                    id=ids.new_id(), key=bytes([hours]), asked=b"", status=201, content_type="", body_sealed=b""
                )
                answer.created_at = NOW - timedelta(hours=hours)
                db.session.add(answer)
        scheduler.run(app, forget)
        with unit_of_work():
            assert db.session.scalars(select(IdempotentAnswer.key)).all() == [bytes([23])]
            assert idempotency.forget_before(NOW) == 1


@pytest.mark.parametrize("turns", [3])
def test_the_clock_starts_at_once_and_goes_on(app: Flask, turns: int) -> None:
    enough, count = threading.Event(), []

    def work() -> None:
        count.append(1)
        if len(count) >= turns:
            enough.set()

    with clock.at(lambda: NOW + timedelta(seconds=60 * len(count))):
        running = scheduler.start(app, [Job("quick job of a test", timedelta(seconds=0.1), work)])
        assert enough.wait(10)
        running.shutdown()
