"""Which days a plan of visits has: weekdays, every so many weeks, by the clock on the wall; windows that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.messages import visit_days
from app.messages.visit_days import Pattern
from tests.medicines.zones import LONDON, zone

DAY = timedelta(days=1)
WEDNESDAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
ZONES = [zone(name) for name in "Europe/London Pacific/Apia America/New_York Australia/Lord_Howe".split()]


def days(pattern: Pattern, since: datetime = NOW, weeks: int = 4) -> list[str]:
    return [f"{one.local_date:%a %d}" for one in visit_days.due(pattern, LONDON, since, since + 7 * weeks * DAY)]


def test_some_weekdays() -> None:
    pattern = Pattern((1, 4), 1, time(9), WEDNESDAY)
    assert days(pattern, weeks=2) == ["Thu 19", "Mon 23", "Thu 26", "Mon 30"]


def test_every_second_week_is_counted_as_calendars_do() -> None:
    assert days(Pattern((1, 4), 2, time(9), WEDNESDAY)) == ["Thu 19", "Mon 30", "Thu 03", "Mon 14"]


def test_the_first_and_the_last_day_are_days_of_the_plan() -> None:
    pattern = Pattern(range(1, 8), 1, time(12), WEDNESDAY, WEDNESDAY + 2 * DAY)
    assert days(pattern) == ["Wed 18", "Thu 19", "Fri 20"]


def test_what_is_over_today_is_not_made() -> None:
    assert days(Pattern((3,), 1, time(9, 59), WEDNESDAY), weeks=1) == ["Wed 25"]
    assert days(Pattern((3,), 1, time(10), WEDNESDAY), weeks=1) == ["Wed 18"]


@pytest.mark.parametrize(
    ("where", "on", "at", "due"),
    [
        ("Europe/London", date(2027, 3, 28), time(1, 30), "2027-03-28T01:30:00+00:00"),  # skipped: once, shifted
        ("Europe/London", date(2026, 10, 25), time(1, 30), "2026-10-25T00:30:00+00:00"),  # twice: the first
        ("America/New_York", date(2026, 11, 1), time(9), "2026-11-01T14:00:00+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(9), None),  # a date that never was
    ],
)
def test_when_the_clocks_change(where: str, on: date, at: time, due: str | None) -> None:
    pattern = Pattern((on.isoweekday(),), 1, at, on, on)
    since = datetime.combine(on, time(), UTC) - 2 * DAY
    found = visit_days.due(pattern, zone(where), since, since + 5 * DAY)
    assert [one.due_at.isoformat() for one in found] == ([due] if due else [])


instants = st.integers(0, 730 * 1440).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
patterns = st.builds(
    Pattern,
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(1, 5),
    st.times(),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.none() | st.dates(date(2028, 1, 1), date(2028, 2, 1)),
)


@settings(max_examples=60, deadline=None)
@given(patterns, st.sampled_from(ZONES), instants, st.integers(1, 40))
def test_windows_add_up_and_a_date_has_one(pattern: Pattern, where: ZoneInfo, begins: datetime, length: int) -> None:
    middle, ends = begins + length * DAY / 2, begins + length * DAY
    whole = visit_days.due(pattern, where, begins, ends)
    parts = [visit_days.due(pattern, where, *span) for span in ((begins, middle), (middle, ends))]
    assert whole == parts[0] + parts[1]
    assert len({one.local_date for one in whole}) == len(whole)
    assert all(visit_days.falls(pattern, one.local_date) for one in whole)
