"""A light client: kept-alive connections, requests as ready bytes, one thread, so that it takes little of the CPU."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

PATIENCE = 30.0  # seconds without any answer
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Run:
    """What became of the requests, in their order."""

    began: float = 0.0
    seconds: float = 0.0
    sent_at: list[float] = field(default_factory=list)  # by the stopwatch; when it was due, at a fixed rate
    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    body_of_last: bytes = b""

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds


@dataclass(slots=True)
class _Line:
    """One connection and the request that is on it."""

    socket: socket.socket
    number: int = -1
    got: bytes = b""


class Silent(RuntimeError):
    """The server has not answered for a long time."""


def fire(
    port: int, requests: Sequence[bytes], *, connections: int = 16, each_second: float | None = None, after: float = 0.0
) -> Run:
    """Send every request once: as fast as the connections allow, or at a fixed rate.

    At a fixed rate the time of a request counts from when it was due, also when all connections were busy.
    """
    run = Run(sent_at=[0.0] * len(requests), took=[0.0] * len(requests))
    lines = [_Line(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    for line in lines:
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    time.sleep(after)
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
        run.began = time.monotonic()
        _exchange(selector, deque(lines), requests, run, 1 / each_second if each_second else 0.0)
        run.seconds = time.monotonic() - run.began
    for line in lines:
        line.socket.close()
    return run


def _exchange(
    selector: selectors.BaseSelector, free: deque[_Line], requests: Sequence[bytes], run: Run, gap: float
) -> None:
    following, answered = 0, 0
    while answered < len(requests):
        while free and following < len(requests):
            now = time.monotonic()
            due = run.began + following * gap if gap else now
            if due > now:
                break
            line = free.popleft()
            line.number, line.got = following, b""
            run.sent_at[following] = due
            line.socket.sendall(requests[following])
            following += 1
        for line in _ready(selector, run.began + following * gap if gap and following < len(requests) else None):
            if _read(line, run):
                answered += 1
                free.append(line)


def _ready(selector: selectors.BaseSelector, next_due: float | None) -> list[_Line]:
    wait = PATIENCE if next_due is None else max(0.0, next_due - time.monotonic())
    events = selector.select(wait)
    if not events and next_due is None:
        raise Silent
    return [key.data for key, _ in events]


def _read(line: _Line, run: Run) -> bool:
    """Take what has come; True when the answer is whole."""
    came = line.socket.recv(262144)
    if not came:
        raise Silent("The server closed a connection.")
    line.got += came
    head, found, body = line.got.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if not found or len(body) < (int(length[1]) if length else 0):
        return False
    run.took[line.number] = time.monotonic() - run.sent_at[line.number]
    run.statuses[int(head[9:12])] += 1
    run.body_of_last = body
    return True
