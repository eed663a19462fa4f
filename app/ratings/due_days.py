"""On which days ratings are due, and when somebody is reminded of them, by the patient's calendar and clock. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.core import wall_time
from app.ratings.instrument import Occasion

# A rating so long before its day is for that day; one after it always is.
BEFORE: Final = timedelta(days=28)
REMIND_AT: Final = time(10)
REMIND_AFTER: Final = (timedelta(), timedelta(days=7), timedelta(days=14))
# Somebody who could not be reminded at ten is by day all the same, and nobody at night.
SINCE_HOUR, UNTIL_HOUR = 9, 19
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueDay:
    """What is due on a day."""

    occasion: str
    due_on: date


def of_course(started_on: date, occasions: Sequence[Occasion]) -> list[DueDay]:
    """The days of a course."""
    return [DueDay(one.code, months_after(started_on, one.after_months)) for one in occasions]


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def last_due_on(rated_on: date) -> date:
    """The last day for which a rating of this day can be."""
    return rated_on + BEFORE


def remind_at(due_on: date, zone: ZoneInfo, from_day: date) -> datetime | None:
    """The first reminder on this day or after; None: there is none any more."""
    days = (due_on + after for after in REMIND_AFTER)
    return next((_at(day, zone) for day in days if day >= from_day), None)


def is_by_day(now: datetime, zone: ZoneInfo) -> bool:
    """May somebody be reminded now, where they live?"""
    return SINCE_HOUR <= now.astimezone(zone).hour < UNTIL_HOUR


def next_ten(now: datetime, zone: ZoneInfo) -> datetime:
    """The next ten o'clock where they live, after now."""
    today = now.astimezone(zone).date()
    at = _at(today, zone)
    return at if at > now else _at(today + DAY, zone)


def _at(day: date, zone: ZoneInfo) -> datetime:
    return wall_time.instant(day, REMIND_AT, zone)
