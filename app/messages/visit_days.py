"""On which dates a plan of visits has one, and at which instants: wall time where the patient lives. Pure.

Weeks begin on a Monday and are counted from the week in which the plan starts, as calendars count them (RFC 5545). A
time that the clocks skip comes once, shifted forward; a date that does not exist has no visit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core import wall_time
from app.core.wall_time import DAY

WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Pattern:
    """When visits come again: on these weekdays (Monday is 1) of every so many weeks; `ends_on` is the last day."""

    weekdays: Collection[int]
    every_weeks: int
    at: time
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One visit: the date that names it, and its instant."""

    local_date: date
    due_at: datetime


def due(pattern: Pattern, zone: ZoneInfo, since: datetime, until: datetime) -> list[Due]:
    """The visits due from `since` to before `until`, in order."""
    # The clocks may skip a time past midnight: a day more at both ends.
    first = max(pattern.starts_on, since.astimezone(zone).date() - DAY)
    last = min(pattern.ends_on or date.max - DAY, until.astimezone(zone).date() + DAY)
    days = (first + n * DAY for n in range((last - first).days + 1))
    found = [Due(on, wall_time.instant(on, pattern.at, zone)) for on in days if falls(pattern, on) and _is(on, zone)]
    return [one for one in found if since <= one.due_at < until]


def falls(pattern: Pattern, on: date) -> bool:
    """Has this day a visit?"""
    weeks = (_monday(on) - _monday(pattern.starts_on)).days // WEEK
    return on >= pattern.starts_on and on.isoweekday() in pattern.weekdays and weeks % pattern.every_weeks == 0


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _is(on: date, zone: ZoneInfo) -> bool:
    return bool(wall_time.day(on, zone)[1])
