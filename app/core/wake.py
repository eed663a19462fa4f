"""Wake a sender after a commit, on another connection, best effort: a poll each second is the truth.

A NOTIFY inside the transaction would take a lock that makes commits wait for each other.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
from flask import current_app
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

from app.core import unit_of_work
from app.core.logs import log

CHANNEL = "kith_deliveries"
_AT_MOST_EACH = 0.02  # seconds between two calls of one process, or two that one worker hears
_REST = 1.0  # seconds between two connections


def conninfo(url: str) -> str:
    """The address of a database as the driver itself reads it."""
    read = make_url(url)
    parts = read.translate_connect_args(username="user", database="dbname") | dict(read.query)
    return make_conninfo(**{name: str(value) for name, value in parts.items()})


def after_commit() -> None:
    """Have the senders woken once this transaction is committed."""
    waker: Waker = current_app.extensions["waker"]
    unit_of_work.after_commit("wake", waker.call)


class Waker(threading.Thread):
    """One quiet thread a process that calls the senders at most once per few milliseconds."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(name="waker", daemon=True)
        self.conninfo = conninfo
        self.wanted = threading.Event()
        self.started = threading.Lock()

    def call(self) -> None:
        """Ask for the senders; returns at once."""
        # Started by the first call, so in the process that serves and not in the one that forked it.
        if self.started.acquire(blocking=False):
            self.start()
        self.wanted.set()

    def run(self) -> None:
        while True:
            self.wanted.wait()
            began = time.monotonic()
            try:
                with psycopg.connect(self.conninfo, autocommit=True) as connection:
                    self._call_through(connection)
            except psycopg.Error as error:
                log.warning("waker lost its connection", error=type(error).__name__)
                self.wanted.set()  # whoever called is called for again, at once if the connection had lasted a while
                time.sleep(max(0.0, began + _REST - time.monotonic()))

    def _call_through(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while True:
            self.wanted.wait()
            self.wanted.clear()
            connection.execute(sql.SQL("notify {}").format(sql.Identifier(CHANNEL)))
            time.sleep(_AT_MOST_EACH)


class Listener(threading.Thread):
    """The other end: calls `woken` whenever somebody calls the senders."""

    def __init__(self, conninfo: str, woken: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(name="listener", daemon=True)
        self.conninfo, self.woken, self.stop = conninfo, woken, stop

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                with psycopg.connect(self.conninfo, autocommit=True) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                log.warning("listener lost its connection", error=type(error).__name__)
                self.stop.wait(_REST)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(CHANNEL)))
        while not self.stop.is_set():
            for _ in connection.notifies(timeout=_REST, stop_after=1):
                self.woken()
                self.stop.wait(_AT_MOST_EACH)  # many calls at once are one
