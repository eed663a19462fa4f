"""A clock that jumps is noticed by the worker."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.core import clock, metrics, worker


def jumps() -> float:
    return metrics.CLOCK_JUMPS._value.get()  # type: ignore[no-any-return]


@pytest.mark.parametrize(("hours", "noticed"), [(2, 1), (-1, 1), (0, 0)])
def test_a_jump_is_counted_and_the_passing_of_time_is_not(app: Flask, hours: int, noticed: int) -> None:
    ahead, before, looked = timedelta(), jumps(), threading.Event()

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            nonlocal ahead
            if looked.is_set():
                return True
            looked.set()
            ahead = timedelta(hours=hours)
            return super().wait(0.05)

    with clock.at(lambda: datetime.now(UTC) + ahead):
        worker._watch_the_clock(Stop())
    assert jumps() - before == noticed
