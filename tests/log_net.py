"""A net under every log line that the suite makes in its own process, whatever the level: nobody may be named in it."""

from __future__ import annotations

import re

import structlog

from app.core import logs

# Who is in app/demo/people.py; tests/core/test_log_net.py sees that nobody there is missing.
PERSONAL = re.compile(
    rb"\b(Okafor|Khan|Adeyemi|Stranger|Shah|Lind|Mensah|Pugh|Adler)\b"
    rb"|7700 ?900 ?\d{3}|@[\w.]*kith\.example|999 ?000 ?00(18|26)"
)


class Net:
    """What structlog writes to instead of standard error; lines that name somebody are kept."""

    def __init__(self) -> None:
        self.lines = 0
        self.caught: list[bytes] = []
        self.recent: list[bytes] = []  # tests/leak_net.py takes them, test by test

    def msg(self, line: bytes) -> None:
        self.lines += 1
        self.recent.append(line)
        if PERSONAL.search(line):
            self.caught.append(line)

    log = debug = info = warning = error = critical = exception = msg


def spread() -> Net:
    """Let every line fall into a net from now on: the logger keeps what it was at its first use."""
    net = Net()
    logs.configure("debug")
    structlog.configure(logger_factory=lambda *_: net)
    logs.log.debug("the net is spread")
    return net
