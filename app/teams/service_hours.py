"""When a team is there: pure functions over its weekly hours and its zone. Instants come back in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A short deadline is never cut by the end of the working day below this.
LEAST = timedelta(minutes=15)

Hours = Mapping[str, tuple[str, str] | list[str]]


def is_open(hours: Hours, zone: ZoneInfo, at: datetime) -> bool:
    """Is the team there at this instant?"""
    return any(opens <= at < closes for opens, closes in _openings(hours, zone, at))


def next_opening(hours: Hours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The instant itself while the team is there, else when it is next there; None for a team with no hours."""
    for opens, closes in _openings(hours, zone, at):
        if at < closes:
            return max(opens, at)
    return None


def closing(hours: Hours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Until when the team is there; None while it is not."""
    return next((closes for opens, closes in _openings(hours, zone, at) if opens <= at < closes), None)


def deadline(hours: Hours, zone: ZoneInfo, at: datetime, minutes: int) -> datetime:
    """By when something of this urgency must be looked at.

    The minutes run from the moment the team is next there and end with its working day, though never in less than a
    quarter of an hour. A team with no hours at all is taken as always there: its alerts must not wait for ever.
    """
    for opens, closes in _openings(hours, zone, at):
        if at < closes:
            start = max(opens, at)
            return min(start + timedelta(minutes=minutes), max(closes, start + LEAST))
    return at + timedelta(minutes=minutes)


def _openings(hours: Hours, zone: ZoneInfo, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening times of a week from the local day of `at` on; wall times, so right across a clock change."""
    first = at.astimezone(zone).date()
    for day in (first + timedelta(days=n) for n in range(8)):
        if span := hours.get(DAYS[day.weekday()]):
            # Aware times of one zone compare by wall time; make them instants first.
            opens, closes = (datetime.combine(day, time.fromisoformat(t), zone).astimezone(UTC) for t in span)
            yield opens, closes
