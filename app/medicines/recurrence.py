"""Which doses a schedule makes, and at which instants: wall time in the patient's zone, or elapsed hours.

A wall time that does not exist (the clocks go forward) is read with the offset before the gap, so the dose comes once,
shifted forward. One that occurs twice (the clocks go back) is its first pass. A date that does not exist has no doses.
RFC 5545 and PEP 495 read wall times so; test_clock_tables.py holds the instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from app.core import wall_time
from app.core.wall_time import DAY
from app.medicines.patterns import USUAL_DAY, Anchor, Days, Elapsed, Occurrence, Pattern, Phase, Phases, Slot

MINUTE: Final = timedelta(minutes=1)
EVERY_DAY: Final = Days()
_1970: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = date(9000, 1, 1)  # as good as never, with room to count on


@dataclass(frozen=True, slots=True)
class Span:
    """The dates of one phase, both included; `last` is None while nothing ends it."""

    phase: Phase
    first: date
    last: date | None


class _Moment(NamedTuple):
    wall: timedelta  # from midnight of the date, by the clock on the wall
    slot: Slot


def occurrences(
    pattern: Pattern,
    *,
    starts_on: date,
    ends_on: date | None,
    zone: ZoneInfo,
    usual_day: Mapping[Anchor, time],
    since: datetime,
    until: datetime,
) -> list[Occurrence]:
    """The doses due from `since` to before `until`, in order of time; `ends_on` is the last day with doses."""
    if isinstance(pattern, Elapsed):
        counted = _counted(pattern, zone, since, until)
        return [one for one in counted if starts_on <= one.local_date <= (ends_on or _LAST)]
    if not isinstance(pattern, Phases) or since >= until:
        return []
    # An anchor may lead past midnight, and the clocks past a date that does not exist: more days at both ends.
    first, last = since.astimezone(zone).date() - 2 * DAY, until.astimezone(zone).date() + DAY
    found: list[Occurrence] = []
    for span in spans(pattern, starts_on, ends_on):
        if span.first <= last and (span.last is None or span.last >= first):
            moments = _moments(span.phase.slots, usual_day)
            for on in dose_dates(span, first, last):
                due = zip(_instants(on, moments, zone), moments, strict=False)
                found += [
                    Occurrence(on, moment.slot.number, due_at, moment.slot.amount)
                    for due_at, moment in due
                    if since <= due_at < until
                ]
    found.sort(key=attrgetter("due_at"))
    return found


def spans(pattern: Phases, starts_on: date, ends_on: date | None) -> Iterator[Span]:
    """The phases with their dates, one after the other, as far as the schedule reaches."""
    first, end = starts_on, ends_on or _LAST
    for phase in pattern.phases:
        if first > end:
            return
        if phase.length is None or phase.length > (end - first).days:
            yield Span(phase, first, ends_on)
            return
        yield Span(phase, first, first + (phase.length - 1) * DAY)
        first += phase.length * DAY


def dose_dates(span: Span, first: date, last: date) -> list[date]:
    """The days with doses, of those from `first` to `last`."""
    first, last = max(first, span.first), min(last, span.last or last)
    start, weekday = (first - span.first).days, span.first.isoweekday() - 1
    numbers, days = range(start, start + (last - first).days + 1), span.phase.days
    chosen = numbers if days == EVERY_DAY else [n for n in numbers if _falls(days, n, weekday)]
    return [span.first + n * DAY for n in chosen]


def _falls(days: Days, n: int, weekday: int) -> bool:
    """Has the n-th day of a phase, whose first day is this weekday (Monday 0), doses?"""
    return (
        n % days.every == 0
        and (not days.weekdays or (weekday + n) % 7 + 1 in days.weekdays)
        and n // 7 % days.every_weeks == 0
        and (days.on is None or n % (days.on + days.off) < days.on)
    )


def _moments(slots: Iterable[Slot], usual_day: Mapping[Anchor, time]) -> list[_Moment]:
    """The slots in order of their wall times; an offset may lead to the day before or after."""
    found = []
    for slot in slots:
        at = slot.at if slot.anchor is None else usual_day.get(slot.anchor, USUAL_DAY[slot.anchor])
        assert at is not None, "a slot has a time or an anchor"
        found.append(_Moment(timedelta(hours=at.hour, minutes=at.minute) + slot.offset, slot))
    return sorted(found, key=lambda moment: (moment.wall, moment.slot.number))


def _instants(on: date, moments: list[_Moment], zone: ZoneInfo) -> list[datetime]:
    """When the doses of one date are due; no dose on a date that does not exist."""
    begins, length = wall_time.day(on, zone)
    if not length:
        return []
    plain = length == DAY and timedelta() <= moments[0].wall and moments[-1].wall < DAY
    return [begins + moment.wall if plain else _shifted(on, moment.wall, zone) for moment in moments]


def _shifted(on: date, moment: timedelta, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(on, time()) + moment
    return wall_time.instant(wall.date(), wall.time(), zone)


def _counted(pattern: Elapsed, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Occurrence]:
    """Elapsed time is counted in UTC: arithmetic inside a zone would be wall time."""
    first_at = pattern.first_at.astimezone(UTC)
    due_at = first_at + max(0, -((first_at - since) // pattern.every)) * pattern.every
    while due_at < until:
        yield Occurrence(due_at.astimezone(zone).date(), (due_at - _1970) // MINUTE, due_at, pattern.amount)
        due_at += pattern.every
