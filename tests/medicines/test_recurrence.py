"""Which days have doses; one dose a date and slot; windows that add up; never a walk from years ago."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.medicines import recurrence
from app.medicines.patterns import (
    USUAL_DAY,
    Anchor,
    AsDirected,
    AsNeeded,
    Days,
    Elapsed,
    Occurrence,
    Pattern,
    Phase,
    Phases,
    Slot,
)
from tests.medicines import drawn
from tests.medicines.zones import LONDON, zone

DAY = timedelta(days=1)
MORNING = (Slot(0, time(8)),)
MONDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 18)
ZONES = [
    zone(name)
    for name in "Europe/London Australia/Lord_Howe Pacific/Apia Africa/Casablanca America/New_York Asia/Beirut "
    "America/St_Johns Africa/Cairo".split()
]


def due(pattern: Pattern, starts_on: date, since: date, length: int, ends_on: date | None = None) -> list[Occurrence]:
    start = datetime.combine(since, time(), LONDON)
    return recurrence.occurrences(
        pattern,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=LONDON,
        usual_day=USUAL_DAY,
        since=start,
        until=start + length * DAY,
    )


def days(found: list[Occurrence]) -> str:
    return " ".join(str(one.local_date.day) for one in found)


TABLE = [
    ("every day", Days(), WEDNESDAY, "18 19 20 21 22 23 24 25 26 27 28 29 30 1 2 3 4 5 6 7 8"),
    ("every other day", Days(every=2), WEDNESDAY, "18 20 22 24 26 28 30 2 4 6 8"),
    ("every 7 days", Days(every=7), WEDNESDAY, "18 25 2"),
    ("every 72 hours, as a patch", Days(every=3), WEDNESDAY, "18 21 24 27 30 3 6"),
    ("on Mondays", Days(weekdays=frozenset({1})), WEDNESDAY, "23 30 7"),
    ("on Mondays and Thursdays", Days(weekdays=frozenset({1, 4})), WEDNESDAY, "19 23 26 30 3 7"),
    ("every second week on Mondays", Days(weekdays=frozenset({1}), every_weeks=2), MONDAY, "16 30"),
    ("weeks begin on the first day", Days(weekdays=frozenset({1}), every_weeks=2), WEDNESDAY, "23 7"),
    ("5 days on, 2 off", Days(on=5, off=2), WEDNESDAY, "18 19 20 21 22 25 26 27 28 29 2 3 4 5 6"),
    ("Fridays, 7 on and 7 off", Days(weekdays=frozenset({5}), on=7, off=7), WEDNESDAY, "20 4"),
]


@pytest.mark.parametrize("named, starts_on, expected", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_days_of_a_phase(named: Days, starts_on: date, expected: str) -> None:
    pattern = Phases((Phase(MORNING, named),))
    assert days(due(pattern, starts_on, starts_on - 5 * DAY, 26)) == expected
    years_later = starts_on + 7 * 5 * 4 * 6 * 10 * DAY  # a multiple of every rhythm of this table
    again = [(one.local_date - years_later).days for one in due(pattern, starts_on, years_later, 21)]
    assert again == [(one.local_date - starts_on).days for one in due(pattern, starts_on, starts_on, 21)]


def test_21_days_on_and_7_off_come_round() -> None:
    pattern = Phases((Phase(MORNING, Days(on=21, off=7)),))
    found = due(pattern, date(2019, 1, 1), date(2019, 1, 1), 84)
    assert [(one.local_date - date(2019, 1, 1)).days for one in found] == [
        n for n in range(84) if n not in range(21, 28) and n not in range(49, 56) and n < 77
    ]


STEPS = [(Decimal(6), 3), (Decimal(4), 2), (Decimal(2), None)]


def test_a_taper_follows_without_a_gap_and_the_last_phase_goes_on() -> None:
    taper = Phases(tuple(Phase((Slot(0, time(8), amount=amount),), length=length) for amount, length in STEPS))
    found = due(taper, WEDNESDAY, WEDNESDAY, 9)
    assert [str(one.amount) for one in found] == ["6", "6", "6", "4", "4", "2", "2", "2", "2"]
    assert days(found) == "18 19 20 21 22 23 24 25 26"


def test_the_last_day_counts_and_nothing_comes_before_the_first() -> None:
    pattern = Phases((Phase(MORNING, length=30),))
    assert days(due(pattern, WEDNESDAY, MONDAY, 30, ends_on=date(2026, 11, 20))) == "18 19 20"
    assert days(due(pattern, WEDNESDAY, MONDAY, 30, ends_on=WEDNESDAY)) == "18"
    assert due(pattern, WEDNESDAY, MONDAY, 30, ends_on=MONDAY) == []
    six = Elapsed(timedelta(hours=12), datetime(2026, 11, 16, 20, tzinfo=UTC))
    assert days(due(six, WEDNESDAY, MONDAY, 30, ends_on=date(2026, 11, 19))) == "18 18 19 19"


def test_the_window_takes_its_first_instant_and_leaves_its_last() -> None:
    pattern = Phases((Phase((Slot(0, time()),)),))
    assert days(due(pattern, MONDAY, WEDNESDAY, 2)) == "18 19"
    assert due(pattern, MONDAY, WEDNESDAY, 0) == []


def test_elapsed_time_begins_with_its_first_dose() -> None:
    six = Elapsed(timedelta(hours=6), datetime(2026, 11, 18, 20, tzinfo=UTC))
    assert [one.due_at.hour for one in due(six, MONDAY, MONDAY, 4)] == [20, 2, 8, 14, 20]


def test_a_slot_of_elapsed_time_is_its_minute_since_1970() -> None:
    six = Elapsed(timedelta(hours=6), datetime(1970, 1, 1, 0, 7, tzinfo=UTC), Decimal(1))
    assert due(six, date(1970, 1, 1), date(2026, 11, 18), 1)[0] == Occurrence(
        WEDNESDAY, 20_775 * 1440 + 7, datetime(2026, 11, 18, 0, 7, tzinfo=UTC), Decimal(1)
    )


def test_nobody_is_reminded_of_what_has_no_times() -> None:
    for pattern in (AsNeeded(timedelta(hours=4)), AsDirected("the dose follows your blood test")):
        assert due(pattern, MONDAY, MONDAY, 30) == []


def test_the_patient_says_when_breakfast_is_and_the_rest_stays_usual() -> None:
    pattern = Phases((Phase((Slot(0, anchor=Anchor.BREAKFAST), Slot(1, anchor=Anchor.LUNCH, offset=-DAY / 48))),))
    start = datetime(2026, 11, 18, tzinfo=UTC)
    found = recurrence.occurrences(
        pattern,
        starts_on=MONDAY,
        ends_on=None,
        zone=LONDON,
        usual_day={Anchor.BREAKFAST: time(10, 15)},
        since=start,
        until=start + DAY,
    )
    assert [f"{one.due_at:%H:%M}" for one in found] == ["10:15", "12:00"]


# The same said plainly: every day from the first on, and each wall time sought among the instants that show it.
def walked(
    pattern: Phases, starts_on: date, ends_on: date | None, where: ZoneInfo, until: date
) -> Iterator[Occurrence]:
    on, number, phases = starts_on, 0, list(pattern.phases)
    while phases and on <= min(ends_on or until, until):
        phase = phases[0]
        if phase.length == number:
            phases.pop(0)
            number = 0
            continue
        if falls(phase.days, number, on) and exists(on, where):
            for slot in phase.slots:
                wall = datetime.combine(on, slot.at or USUAL_DAY[slot.anchor or Anchor.WAKING]) + slot.offset
                yield Occurrence(on, slot.number, sought(wall, where), slot.amount)
        on, number = on + DAY, number + 1


def falls(named: Days, number: int, on: date) -> bool:
    cycle = [True] * (named.on or 1) + [False] * named.off
    return (
        number % named.every == 0
        and on.isoweekday() in (named.weekdays or range(8))
        and (number // 7) % named.every_weeks == 0
        and cycle[number % len(cycle)]
    )


def exists(on: date, where: ZoneInfo) -> bool:
    noon = datetime.combine(on, time(12), UTC)
    return any((noon + timedelta(hours=hour)).astimezone(where).date() == on for hour in range(-30, 30))


def sought(wall: datetime, where: ZoneInfo) -> datetime:
    offsets = {(wall.replace(tzinfo=UTC) + n * DAY).astimezone(where).utcoffset() for n in (-2, -1, 0, 1, 2)}
    tried = sorted(wall.replace(tzinfo=UTC) - (offset or timedelta()) for offset in offsets)
    showing = [instant for instant in tried if instant.astimezone(where).replace(tzinfo=None) == wall]
    return showing[0] if showing else tried[-1]  # in a gap the smaller offset, that before it


_starts = st.dates(date(2009, 6, 1), date(2012, 3, 1)) | st.dates(date(2025, 1, 1), date(2027, 12, 31))


@settings(max_examples=150, deadline=None)
@given(pattern=drawn.phases, starts_on=_starts, length=st.none() | st.integers(0, 200), where=st.sampled_from(ZONES))
def test_it_is_what_walking_day_by_day_finds_once_per_date_and_slot(
    pattern: Phases, starts_on: date, length: int | None, where: ZoneInfo
) -> None:
    ends_on = None if length is None else starts_on + length * DAY
    since, until = instant(starts_on, -3), instant(starts_on, 220)
    found = recurrence.occurrences(
        pattern, starts_on=starts_on, ends_on=ends_on, zone=where, usual_day=USUAL_DAY, since=since, until=until
    )
    plain = [one for one in walked(pattern, starts_on, ends_on, where, starts_on + 225 * DAY) if one.due_at < until]
    assert set(found) == set(plain)
    assert [one.due_at for one in found] == sorted(one.due_at for one in plain)
    assert set(Counter((one.local_date, one.slot) for one in found).values()) <= {1}


def instant(on: date, days_on: int) -> datetime:
    return datetime.combine(on, time(11, 7), UTC) + days_on * DAY


@settings(max_examples=150, deadline=None)
@given(
    pattern=drawn.patterns,
    starts_on=_starts,
    where=st.sampled_from(ZONES),
    cuts=st.lists(st.integers(0, 60 * 24 * 60), min_size=1, max_size=5),
)
def test_windows_add_up_wherever_they_begin(
    pattern: Pattern, starts_on: date, where: ZoneInfo, cuts: list[int]
) -> None:
    def window(since: datetime, until: datetime) -> list[Occurrence]:
        return recurrence.occurrences(
            pattern,
            starts_on=starts_on,
            ends_on=starts_on + 45 * DAY,
            zone=where,
            usual_day=USUAL_DAY,
            since=since,
            until=until,
        )

    first, last = instant(starts_on, -2), instant(starts_on, 61)
    edges = [first, *sorted(instant(starts_on, -1) + cut * drawn.MINUTE for cut in cuts), last]
    pieces = [one for since, until in pairwise(edges) for one in window(since, until)]
    assert pieces == window(first, last)


@pytest.mark.parametrize(
    "pattern",
    [
        Phases((Phase(tuple(Slot(n, time(6 * n)) for n in range(4)), Days(on=21, off=7)),)),
        Elapsed(timedelta(hours=6), datetime(2006, 11, 1, tzinfo=UTC)),
    ],
    ids=["on the clock", "elapsed"],
)
def test_a_schedule_of_twenty_years_costs_no_more_than_a_new_one(pattern: Pattern) -> None:
    assert calls_made(pattern, date(2006, 11, 1)) < 1.3 * calls_made(pattern, date(2026, 11, 1))


def calls_made(pattern: Pattern, starts_on: date) -> int:
    calls: list[str] = []
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, argument: calls.append(event))
    try:
        due(pattern, starts_on, WEDNESDAY, 14)
    finally:
        sys.setprofile(before)
    return len(calls)
