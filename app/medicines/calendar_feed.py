"""The doses ahead as an iCalendar feed (RFC 5545, RFC 7986) that other calendars read along.

Whoever sees a calendar sees no medicine's name unless that was asked for. One event for each minute with doses, whose
UID is made of the feed and that minute, so that a feed read again changes what is there and doubles nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import CLASS, TRANSP, Calendar, Event, Timezone

UNNAMED: Final = "Medicines"
REFRESH: Final = timedelta(hours=1)
A_YEAR: Final = timedelta(days=366)
LASTS: Final = timedelta(minutes=10)  # so that calendars show more than a line
NOTICE: Final = (
    "A calendar may be hours behind: the times that count are in the service. Not for emergencies: call 999 or 111."
)


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
    calendar = Calendar.new(
        prodid="-//Kith//Medicines//EN", uid=feed.feed_id, name=feed.title, description=NOTICE, refresh_interval=REFRESH
    )
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # which RFC 7986 asks for
    calendar.add("X-PUBLISHED-TTL", "PT1H")  # for calendars that are older than it
    minutes = _by_minute(feed, doses)
    calendar.add_component(_zone(feed.zone, [*minutes, now]))
    for minute, labels in sorted(minutes.items()):
        calendar.add_component(_event(feed, minute, ", ".join(sorted(labels)), now))
    return bytes(calendar.to_ical())


def _by_minute(feed: Feed, doses: Sequence[Dose]) -> Mapping[datetime, set[str]]:
    minutes: defaultdict[datetime, set[str]] = defaultdict(set)
    for dose in doses:
        label = dose.name if feed.names_medicines else dose.nickname
        minutes[dose.due_at.astimezone(UTC).replace(second=0, microsecond=0)].add(label or UNNAMED)
    return minutes


def _zone(zone: ZoneInfo, moments: Sequence[datetime]) -> Timezone:
    """The rules of the zone around these moments."""
    return Timezone.from_tzinfo(zone, zone.key, (min(moments) - A_YEAR).date(), (max(moments) + A_YEAR).date())


def _event(feed: Feed, minute: datetime, label: str, now: datetime) -> Event:
    start = minute.astimezone(feed.zone)
    if start.fold:  # the hour that comes twice: local time can only name its first pass (RFC 5545, 3.3.5)
        start = minute
    return Event.new(
        uid=f"{minute:%Y%m%dT%H%MZ}.{feed.feed_id}@{feed.host}",
        stamp=now.astimezone(UTC),
        start=start,
        end=start + LASTS,
        summary=label,
        description=NOTICE,
        classification=CLASS.PRIVATE,
        transparency=TRANSP.TRANSPARENT,  # the patient is not busy
    )
