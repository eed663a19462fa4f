"""The doses ahead as a calendar that others read along.

Whoever sees a calendar sees no medicine's name unless that was asked for. One event for each minute with doses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core import calendar_file
from app.core.calendar_file import CalendarFile, Entry

UNNAMED: Final = "Medicines"
LASTS: Final = timedelta(minutes=10)  # so that calendars show more than a line


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose ahead; `nickname` is what the patient calls the medicine where others may read it."""

    due_at: datetime  # aware
    name: str
    nickname: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar of one patient for one person; `host` is where it is read."""

    feed_id: UUID
    host: str
    zone: ZoneInfo
    title: str = UNNAMED
    names_medicines: bool = False


def ics(feed: Feed, doses: Sequence[Dose], now: datetime) -> bytes:
    """The feed as a file; the same doses in any order are the same file."""
    entries = [
        Entry(f"{minute:%Y%m%dT%H%MZ}", minute, minute + LASTS, ", ".join(sorted(labels)))
        for minute, labels in _by_minute(feed, doses).items()
    ]
    return calendar_file.written(CalendarFile(feed.feed_id, feed.host, feed.zone, UNNAMED, feed.title), entries, now)


def _by_minute(feed: Feed, doses: Sequence[Dose]) -> Mapping[datetime, set[str]]:
    minutes: defaultdict[datetime, set[str]] = defaultdict(set)
    for dose in doses:
        label = dose.name if feed.names_medicines else dose.nickname
        minutes[dose.due_at.astimezone(UTC).replace(second=0, microsecond=0)].add(label or UNNAMED)
    return minutes
