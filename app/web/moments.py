"""Times in the words of whoever reads them, in their zone. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SOON: Final = timedelta(minutes=5)  # the same as in static/worklist.js
_NEAR: Final = {0: "today", -1: "yesterday", 1: "tomorrow"}


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """An instant for the page: for machines and in words."""
    return {"iso": at.astimezone(zone).isoformat(timespec="seconds"), "words": words(at, now, zone)}


def words(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """An instant as people say it: "today at 07:52", "Friday at 14:10", "16 November at 08:05"."""
    local = at.astimezone(zone)
    return f"{day(local.date(), now.astimezone(zone).date())} at {local:%H:%M}"


def by(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A deadline as people say it: "10:15 today", "08:15 on Monday"."""
    local = at.astimezone(zone)
    when = day(local.date(), now.astimezone(zone).date())
    return f"{local:%H:%M} {when}" if when in _NEAR.values() else f"{local:%H:%M} on {when}"


def day(one: date, today: date) -> str:
    """A day as people say it: near ones by name, others by date."""
    apart = (one - today).days
    if apart in _NEAR:
        return _NEAR[apart]
    if abs(apart) < 7:
        return f"{one:%A}"
    return f"{one.day} {one:%B}" if one.year == today.year else full(one)


def full(one: date) -> str:
    """A date with its year: "3 March 1952"."""
    return f"{one.day} {one:%B} {one.year}"


def remaining(due: datetime, now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """A countdown as it stands now; the page's script counts on with the same words."""
    left = due - now
    state = "late" if left < timedelta() else "soon" if left <= SOON else "ok"
    return {"iso": due.astimezone(zone).isoformat(timespec="seconds"), "words": _left(left), "state": state}


def _left(left: timedelta) -> str:
    minutes = int(abs(left).total_seconds() // 60)
    long = f"{minutes // 60} h {minutes % 60} min" if minutes >= 120 else f"{minutes} min"
    if left < timedelta():
        return f"Late by {'under a minute' if minutes < 1 else long}"
    return "Under a minute left" if minutes < 1 else f"{long} left"


def age(born_on: date, today: date) -> int:
    """Whole years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def part_of_day(local: datetime) -> str:
    """How to greet somebody at this hour."""
    return "morning" if local.hour < 12 else "afternoon" if local.hour < 18 else "evening"
