"""Headline benchmarks 7, 8 and 4: reminders that are due at the same minute, and alerts in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import psutil
import psycopg

from app import config, create_app
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.service import reminding
from app.notifications import service as notifications
from bench import bare_bursts, checked, cpu, due, stage
from bench.checked import Inexact
from bench.measured import Round
from bench.stage import Stage

LIMIT = 100  # a second, that the provider takes in benchmark 4
ALERTS_EACH_SECOND = 5


@dataclass(frozen=True, slots=True)
class Size:
    """How many are due at once: each number in turn, several rounds of all but the largest; and how many alerts."""

    bursts: tuple[int, ...]
    rounds: int
    bare: int
    queued: int
    alerts: int


FULL = Size(bursts=(10_000, 100_000, 1_000_000), rounds=3, bare=50_000, queued=100_000, alerts=400)
QUICK = Size(bursts=(1_000, 10_000), rounds=1, bare=5_000, queued=10_000, alerts=60)


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst: written ahead, then handed over, each with seconds and CPU; and what the worker's memory grew by."""

    written: Round
    sent: Round
    grew: int  # bytes
    twice: int

    @property
    def cpu_ms(self) -> float:
        return self.written.cpu_ms + self.sent.cpu_ms


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Benchmark 4: seconds from the commit of an alert to the provider, while reminders wait."""

    after: list[float] = field(repr=False)
    waiting: int  # reminders still queued when the last alert was through
    refused: int  # times that the provider said: too many
    reminders_each_second: float


@dataclass(frozen=True, slots=True)
class Bursts:
    """Everything that was measured."""

    bursts: list[Burst]
    bare_rows: list[Round]
    bare_posts: list[Round]
    overtaken: Overtaken


def measure(stage_: Stage, size: Size) -> Bursts:
    """All of it, the bare ceilings between the bursts."""
    found: list[Burst] = []
    rows: list[Round] = []
    posts: list[Round] = []
    with _app(stage_):
        due.enrol(stage_.conninfo("kith_owner"), max(*size.bursts, size.queued))
        for count in _in_turn(size):
            rows.append(bare_bursts.rows(stage_, size.bare))
            posts.append(bare_bursts.posts(stage_, size.bare))
            found.append(_burst(stage_, count))
            one = found[-1]
            print(
                f"{count:,} due: written {one.written.rate:,.0f}/s (bare rows {rows[-1].rate:,.0f}/s), sent"
                f" {one.sent.rate:,.0f}/s (bare posts {posts[-1].rate:,.0f}/s), {one.cpu_ms:.2f} CPU ms each",
                flush=True,
            )
        return Bursts(found, rows, posts, _overtaken(stage_, size))


def _in_turn(size: Size) -> list[int]:
    """The largest once, the others several times."""
    largest = max(size.bursts)
    return [one for one in size.bursts for _ in range(1 if one == largest else size.rounds)]


@contextmanager
def _app(stage_: Stage) -> Iterator[None]:
    """The app in this process, for what is asked of it directly."""
    settings = config.from_environment({**stage_.environment, "LOG_LEVEL": "critical"})
    app = create_app(replace(settings, is_worker=True))
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _burst(stage_: Stage, count: int) -> Burst:
    """A real worker, up and idle: doses fall due, it writes their messages; then the way out is opened."""
    with stage.quick_provider(stage_) as provider:
        due.clear(stage_.conninfo("kith_owner"))
        with _held(stage_), stage.worker(stage_, provider) as worker:
            _settled(worker)
            memory = worker.memory_info().rss
            with checked.rows(stage_, reminder=count, delivery=count):
                written, high = _timed(stage_, worker, count, lambda: _fall_due(stage_, count), _TO_WRITE)
            sent, higher = _timed(stage_, worker, count, lambda: _let_go(stage_), _TO_SEND)
        arrived = provider.arrivals()
    if len(arrived) < count:
        raise Inexact(f"{count} were due, {len(arrived)} arrived.")
    twice = len(arrived) - len({text.partition(" ")[0] for _, text in arrived})
    return Burst(written, sent, max(high, higher) - memory, twice)


_TO_WRITE = "select exists (select from dose where state = 'due' and remind_at <= now() + interval '1 minute')::int"
_TO_SEND = "select exists (select from delivery where state in ('pending', 'unknown'))::int"


def _fall_due(stage_: Stage, count: int) -> None:
    due.fall_due(stage_.conninfo("kith_owner"), count, datetime.now(UTC))


def _timed(
    stage_: Stage, worker: psutil.Process, count: int, begin: Callable[[], None], left: str
) -> tuple[Round, int]:
    """From the commit of what begins it until nothing is left; and the most memory that the worker had."""
    begin()
    roots = (worker, stage_.postmaster)
    used, began = cpu.spent(roots), time.perf_counter()
    highest = _wait(stage_, worker, left)
    seconds, used = time.perf_counter() - began, cpu.spent(roots) - used
    return Round(count, seconds, used, []), highest


def _overtaken(stage_: Stage, size: Size) -> Overtaken:
    """Benchmark 4: the provider takes so many a second and the worker knows it; alerts come all the while."""
    owner = stage_.conninfo("kith_owner")
    due.clear(owner)
    due.fall_due(owner, size.queued, datetime.now(UTC))
    reminding.remind()
    with psycopg.connect(owner) as connection:
        told = connection.execute("select organisation_id, id, person_id from patient limit 1").fetchone()
    assert told is not None
    committed: list[float] = []
    with stage.quick_provider(stage_, LIMIT) as provider:
        with stage.worker(stage_, provider, SMS_PER_SECOND=str(LIMIT)) as worker:
            _settled(worker)
            began = time.monotonic()
            for number in range(size.alerts):
                time.sleep(max(0.0, began + number / ALERTS_EACH_SECOND - time.monotonic()))
                committed.append(time.monotonic())
                with unit_of_work():
                    notifications.tell(**due.alert(*told, number))
            _wait(stage_, worker, "select count(*) from delivery where kind = 'alert' and state = 'pending'")
            took = time.monotonic() - began
            with psycopg.connect(owner) as connection:
                waiting = checked.number(connection, "select count(*) from delivery where state = 'pending'")
        arrived = provider.arrivals()
    first = {text.partition(" ")[2]: at for at, text in reversed(arrived)}
    after = [first[f"Alert {number}"] - at for number, at in enumerate(committed)]
    others = sum(1 for at, text in arrived if "Alert" not in text and at >= began)
    return Overtaken(after, waiting, provider.refused, others / took)


@contextmanager
def _held(stage_: Stage) -> Iterator[None]:
    """The way out is stopped until the worker is up, so that its start is not measured."""
    with psycopg.connect(stage_.conninfo("kith_owner")) as connection:
        connection.execute(
            "insert into channel_pause (channel, since, until) values ('sms', now(), now() + interval '1 day')"
        )
    try:
        yield
    finally:
        _let_go(stage_)


def _let_go(stage_: Stage) -> None:
    with psycopg.connect(stage_.conninfo("kith_owner")) as connection:
        connection.execute("delete from channel_pause")


def _settled(worker: psutil.Process) -> None:
    """Wait until the worker has come up and idles."""
    quiet = threading.Event()
    time.sleep(5)
    for _ in range(60):
        used = cpu.spent((worker,))
        quiet.wait(2)
        if cpu.spent((worker,)) - used < 0.3:
            return


def _wait(stage_: Stage, worker: psutil.Process, left: str) -> int:
    """Until nothing is left; gives the most memory that the worker had meanwhile."""
    highest, end = worker.memory_info().rss, time.monotonic() + 3600
    with psycopg.connect(stage_.conninfo("kith_owner"), autocommit=True) as connection:
        while time.monotonic() < end and checked.number(connection, left):
            highest = max(highest, worker.memory_info().rss)
            time.sleep(0.1)
    return highest
