"""Server CPU: user and system time of process trees, of children that have ended too."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil
import psycopg


def spent(roots: Iterable[psutil.Process]) -> float:
    """Seconds of CPU that these processes and all below them have used until now."""
    total = 0.0
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # what ended is counted by its parent
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def postmaster(conninfo: str) -> psutil.Process:
    """The process above all backends of this database server."""
    with psycopg.connect(conninfo) as connection:
        row = connection.execute("select pg_backend_pid()").fetchone()
        assert row is not None
        return psutil.Process(psutil.Process(row[0]).ppid())
