"""At which moments of a day somebody is asked, and which readings answer it; by their own clock. Pure.

A slot is a time of a day. What is measured from halfway to the one before until halfway to the one after is its answer,
so that two measurements in the morning, as plans want them, are not one of the morning and one of the evening. Between
two days that is never before midnight, for the evening is of the same day, and never after the small hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from app.protocols.asking import Asked

USUALLY: Final = (time(8), time(18), time(13), time(22))  # the first so many of these, as often as plans ask
MOST: Final = len(USUALLY)
# So far apart that each has its own reminder, and no change of clocks brings two together.
APART: Final = timedelta(hours=3)
DAY: Final = timedelta(days=1)
SMALL_HOURS: Final = time(4)


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of one day; what is measured from `since` until `until` answers it."""

    day: date
    at: time
    number: int  # the how-manieth of its day, from 0
    begins: datetime
    since: datetime
    until: datetime


def usual(asked: Sequence[Asked]) -> list[time]:
    """The times that are proposed for what is asked; none where nothing is."""
    return sorted(USUALLY[: min(most_a_day(asked), MOST)])


def most_a_day(asked: Sequence[Asked]) -> int:
    """How often a day the measure is asked for that is asked for most often."""
    return max((one.times for one in asked), default=0)


def fault(times: Sequence[time]) -> str | None:
    """Why these times cannot be; None if they can."""
    if not 1 <= len(times) <= MOST:
        return f"Choose from one to {MOST} times of the day."
    minutes = sorted(one.hour * 60 + one.minute for one in times)
    apart = APART.total_seconds() / 60
    round_the_clock = (*minutes, minutes[0] + 24 * 60)
    if len(minutes) > 1 and any(after - before < apart for before, after in pairwise(round_the_clock)):
        return f"Choose times that are at least {APART.seconds // 3600} hours apart."
    return None


def slots(day: date, times: Sequence[time], zone: ZoneInfo) -> list[Slot]:
    """The slots of a day. `times` stand in the order of the day."""
    begins = [instant(day, at, zone) for at in times]
    between = [before + (after - before) / 2 for before, after in pairwise(begins)]
    edges = [_night(day, times, zone), *between, _night(day + DAY, times, zone)]
    return [Slot(day, at, number, begins[number], edges[number], edges[number + 1]) for number, at in enumerate(times)]


def _night(day: date, times: Sequence[time], zone: ZoneInfo) -> datetime:
    """When the answers of the day before end and those of this day begin."""
    last, first = instant(day - DAY, times[-1], zone), instant(day, times[0], zone)
    halfway = last + (first - last) / 2
    return min(max(halfway, instant(day, time(), zone)), instant(day, SMALL_HOURS, zone), first)


def after(moment: datetime, times: Sequence[time], zone: ZoneInfo) -> Slot:
    """The first slot that begins after this moment."""
    today = moment.astimezone(zone).date()
    days = (today + DAY * ahead for ahead in (-1, 0, 1, 2))
    return next(one for day in days for one in slots(day, times, zone) if one.begins > moment)


def holding(moment: datetime, times: Sequence[time], zone: ZoneInfo) -> Slot:
    """The slot that a measurement at this moment answers."""
    today = moment.astimezone(zone).date()
    days = (today + DAY * ahead for ahead in (-1, 0, 1))
    return next(one for day in days for one in slots(day, times, zone) if moment < one.until)


def wanted(asked: Sequence[Asked], slot: Slot, sent: Mapping[str, int]) -> list[str]:
    """The measures to ask for in this slot: what plans ask for so often a day, and was not sent for it yet."""
    return [one.measure for one in asked if one.times > slot.number and not sent.get(one.measure)]


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time: the first of two alike, and what the clock is put forward to where there is none."""
    return datetime.combine(day, at, zone).astimezone(UTC)
