"""Wake a sender after a commit, on another connection, best effort: a poll each second is the truth.

A NOTIFY inside the transaction would take a lock that makes commits wait for each other.
"""

from __future__ import annotations

import threading
import time

import psycopg
from psycopg import sql

from app.core.logs import log

CHANNEL = "kith_deliveries"
_AT_MOST_EACH = 0.005  # seconds between two calls of one process


class Waker(threading.Thread):
    """One quiet thread a process that calls the senders at most once per few milliseconds."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(name="waker", daemon=True)
        self.conninfo = conninfo
        self.wanted = threading.Event()
        self.started = threading.Lock()

    def call(self) -> None:
        if not self.is_alive() and self.started.acquire(blocking=False):
            self.start()
        self.wanted.set()

    def run(self) -> None:
        while True:
            try:
                with psycopg.connect(self.conninfo, autocommit=True) as connection:
                    self._call_through(connection)
            except psycopg.Error:
                log.warning("waker lost its connection")
                time.sleep(1)

    def _call_through(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while True:
            self.wanted.wait()
            self.wanted.clear()
            connection.execute(sql.SQL("notify {}").format(sql.Identifier(CHANNEL)))
            time.sleep(_AT_MOST_EACH)
