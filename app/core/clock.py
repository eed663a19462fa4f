"""The only source of time. Tests and the demo hand in another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, reset_tzpath

# The rules of zones as they are pinned in requirements.txt, on every machine: one that was never updated would read
# wall times of a country that has changed its clocks an hour wrong.
reset_tzpath(())


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _source()


def today(zone: ZoneInfo) -> date:
    """The local date a person in this zone would write down."""
    return now().astimezone(zone).date()


@contextmanager
def at(moment: datetime | Callable[[], datetime]) -> Iterator[None]:
    """Let the clock stand at one instant, or follow another source, inside the block (whole process)."""
    global _source  # one clock a process is the point: threads and handlers must agree on it
    before = _source
    _source = moment if callable(moment) else lambda: moment
    try:
        yield
    finally:
        _source = before
