"""The worker: crews that do due rows, the task queue and the clock, in one process, on any number of machines."""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from app.core import clock, metrics, scheduler, wake
from app.core.db import db
from app.core.logs import log
from app.core.queue import Queue

POLL_EACH = 0.25  # seconds: the truth, whether or not anybody called
STOPS_WITHIN = 4.0  # seconds; what takes longer is left to its lease
LOOKS_EACH = 2.0  # seconds between two looks at the clock
JUMP = 30.0  # seconds of it that no stopwatch has seen
_LET_THEM_GATHER = 0.02  # seconds between two claims, so that one takes several rows


@dataclass(frozen=True, slots=True)
class Crew:
    """Hands for rows that are due, most urgent first; the last of them are kept for what is urgent.

    `gather` claims up to so many rows, only urgent ones if asked so; `do` does one with no transaction open; `rest`
    lets go of what is kept between them, when the work is over.
    """

    name: str
    hands: int
    kept: int
    gather: Callable[[int, bool], Sequence[Any]]
    do: Callable[[Any], None]
    rest: Callable[[], None] = lambda: None


def app_of_a_worker() -> Flask:
    """The same app as another database role, which may do what a worker does and no more."""
    settings = current_app.config["KITH"]
    settings = dataclasses.replace(settings, database_url=settings.worker_database_url, is_worker=True)
    app: Flask = current_app.extensions["create_app"](settings)
    return app


@contextmanager
def at_work() -> Iterator[None]:
    """Do the block as a worker: for commands that do once what workers do all the time."""
    with app_of_a_worker().app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def run(app: Flask, crews: Sequence[Crew], jobs: Sequence[scheduler.Job], stop: threading.Event) -> None:
    """Work until told to stop, then finish what is in hand, but not for long."""
    foremen = [Foreman(app, crew, stop) for crew in crews]

    def everybody() -> None:
        for foreman in foremen:
            foreman.wanted.set()

    tasks: Queue = app.extensions["queue"]
    threads = [*foremen, threading.Thread(target=tasks.work, args=(stop,), name="tasks", daemon=True)]
    threads.append(wake.Listener(wake.conninfo(app.config["SQLALCHEMY_DATABASE_URI"]), everybody, stop))
    for thread in threads:
        thread.start()
    ticking = scheduler.start(app, jobs)
    log.info("worker started")
    _watch_the_clock(stop)
    ticking.shutdown(wait=False)
    everybody()
    deadline = time.monotonic() + STOPS_WITHIN
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    log.info("worker stopped")


def _watch_the_clock(stop: threading.Event) -> None:
    """Until told to stop: a clock that jumps makes what is due late or early, so somebody must hear of it."""
    while True:
        wall, stopwatch = clock.now(), time.monotonic()
        if stop.wait(LOOKS_EACH):
            return
        jumped = (clock.now() - wall).total_seconds() - (time.monotonic() - stopwatch)
        if abs(jumped) >= JUMP:
            metrics.CLOCK_JUMPS.inc()
            log.warning("the clock jumped", seconds=round(jumped))


class Foreman(threading.Thread):
    """Claims as many rows as the crew has free hands, so that whatever is claimed is begun at once."""

    def __init__(self, app: Flask, crew: Crew, stop: threading.Event) -> None:
        super().__init__(name=f"{crew.name} foreman", daemon=True)
        self.app, self.crew, self.stop = app, crew, stop
        self.wanted = threading.Event()
        self._free = crew.hands
        self._is_short = False  # all but the kept hands are busy, so the first that is free is waited for
        self._freed = threading.Condition()
        self._given: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run(self) -> None:
        hands = [threading.Thread(target=self._hand, name=self.crew.name, daemon=True) for _ in range(self.crew.hands)]
        for hand in hands:
            hand.start()
        while not self.stop.is_set():
            self._round()
        for _ in hands:
            self._given.put(None)
        for hand in hands:
            hand.join()
        with self.app.app_context():
            self.crew.rest()

    def _round(self) -> None:
        self.wanted.clear()  # before looking, so that a call during the look is not lost
        self._is_short = True
        room, only_urgent = self._room()
        self._is_short = only_urgent
        rows = self._gathered(room, only_urgent) if room else ()
        with self._freed:
            self._free -= len(rows)
        for row in rows:
            self._given.put(row)
        if len(rows) == room and not only_urgent:
            self._wait_for_hands()
        else:
            self.wanted.wait(POLL_EACH)
            self.stop.wait(_LET_THEM_GATHER)

    def _room(self) -> tuple[int, bool]:
        """For how many rows there are free hands, and whether only for urgent ones."""
        with self._freed:
            unkept = self._free - self.crew.kept
            return (unkept, False) if unkept > 0 else (self._free, True)

    def _wait_for_hands(self) -> None:
        """There may be more: go on as soon as half of the hands are free, or the few that are."""
        half = (self.crew.hands - self.crew.kept) / 2
        with self._freed:
            self._freed.wait_for(lambda: self._free - self.crew.kept >= half, _LET_THEM_GATHER)

    def _gathered(self, room: int, only_urgent: bool) -> Sequence[Any]:
        try:
            with self.app.app_context():
                return self.crew.gather(room, only_urgent)
        except Exception as error:  # the database is away: it is asked again in a second
            log.warning("nothing could be claimed", name=self.crew.name, error=type(error).__name__)
            return ()

    def _hand(self) -> None:
        while (row := self._given.get()) is not None:
            try:
                with self.app.app_context():
                    self.crew.do(row)
            except Exception:  # its lease runs out and it comes again
                log.exception("row not done", name=self.crew.name)
            with self._freed:
                self._free += 1
                self._freed.notify()
            if self._is_short:
                self.wanted.set()
