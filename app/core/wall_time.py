"""Wall times as instants, and local days as they are. Pure.

A wall time that does not exist (the clocks go forward) is read with the offset before the gap; one that occurs twice
(the clocks go back) is its first pass. RFC 5545 and PEP 495 read them so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)


@lru_cache(maxsize=8192)
def day(on: date, zone: ZoneInfo) -> tuple[datetime, timedelta]:
    """When a local date begins, in UTC, and how long it is: 23, 24 or 25 hours mostly, none if it does not exist."""
    begins = instant(on, time(), zone)
    return begins, instant(on + DAY, time(), zone) - begins


def instant(on: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, in UTC: in a gap read with the offset before it, in a fold the first pass."""
    return datetime.combine(on, at.replace(fold=0), zone).astimezone(UTC)
