"""A calendar as an iCalendar file (RFC 5545, RFC 7986) that other calendars read along; knows nothing of what is in it.

Each event's UID is made of the file and of its own key, so that a file read again changes what is there and doubles
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import CLASS, TRANSP, Calendar, Event, Timezone

REFRESH: Final = timedelta(hours=1)
A_YEAR: Final = timedelta(days=366)
NOTICE: Final = (
    "A calendar may be hours behind: the times that count are in the service. Not for emergencies: call 999 or 111."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something at a time; `key` is its own within the file, and stays."""

    key: str
    starts_at: datetime  # aware
    ends_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file of one calendar; `host` is where it is read, `kind` what is in it: "Medicines"."""

    id: UUID
    host: str
    zone: ZoneInfo
    kind: str
    title: str


def written(file: CalendarFile, entries: Sequence[Entry], now: datetime) -> bytes:
    """The file; the same entries in any order are the same file."""
    calendar = Calendar.new(
        prodid=f"-//Kith//{file.kind}//EN",
        uid=file.id,
        name=file.title,
        description=NOTICE,
        refresh_interval=REFRESH,
    )
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # which RFC 7986 asks for
    calendar.add("X-PUBLISHED-TTL", "PT1H")  # for calendars that are older than it
    calendar.add_component(_zone(file.zone, [*(one.starts_at for one in entries), now]))
    for entry in sorted(entries, key=lambda one: (one.starts_at, one.key)):
        calendar.add_component(_event(file, entry, now))
    return bytes(calendar.to_ical())


def _zone(zone: ZoneInfo, moments: Sequence[datetime]) -> Timezone:
    """The rules of the zone around these moments."""
    return Timezone.from_tzinfo(zone, zone.key, (min(moments) - A_YEAR).date(), (max(moments) + A_YEAR).date())


def _event(file: CalendarFile, entry: Entry, now: datetime) -> Event:
    return Event.new(
        uid=f"{entry.key}.{file.id}@{file.host}",
        stamp=now.astimezone(UTC),
        start=_wall_time(entry.starts_at, file.zone),
        end=_wall_time(entry.ends_at, file.zone),
        summary=entry.title,
        description=NOTICE,
        classification=CLASS.PRIVATE,
        transparency=TRANSP.TRANSPARENT,  # the reader is not busy by it
    )


def _wall_time(at: datetime, zone: ZoneInfo) -> datetime:
    """By the clock of the zone; the second pass of an hour that comes twice in UTC, as it has no other name (3.3.5)."""
    local = at.astimezone(zone)
    return at.astimezone(UTC) if local.fold else local
