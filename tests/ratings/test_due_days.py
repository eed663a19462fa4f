"""The days of a course and its reminders, by calendar and clock: month ends, the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ratings import due_days
from app.ratings.instrument import Occasion

LONDON, SYDNEY = ZoneInfo("Europe/London"), ZoneInfo("Australia/Sydney")
OCCASIONS = [Occasion("baseline", 0), Occasion("month_3", 3), Occasion("month_6", 6), Occasion("month_12", 12)]

MONTHS = {
    "the same day": (date(2026, 1, 15), 3, date(2026, 4, 15)),
    "none": (date(2026, 1, 31), 0, date(2026, 1, 31)),
    "a shorter month": (date(2026, 3, 31), 3, date(2026, 6, 30)),
    "into February": (date(2025, 11, 30), 3, date(2026, 2, 28)),
    "into February of a leap year": (date(2027, 11, 30), 3, date(2028, 2, 29)),
    "a leap day, a year on": (date(2028, 2, 29), 12, date(2029, 2, 28)),
    "over the year": (date(2026, 11, 18), 3, date(2027, 2, 18)),
    "December": (date(2026, 9, 30), 3, date(2026, 12, 30)),
    "a year": (date(2026, 12, 31), 12, date(2027, 12, 31)),
}


@pytest.mark.parametrize("name", MONTHS)
def test_the_same_day_months_later_or_the_last_of_a_shorter_month(name: str) -> None:
    day, months, expected = MONTHS[name]
    assert due_days.months_after(day, months) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_never_a_later_day_of_the_month_and_never_another_month(day: date, months: int) -> None:
    then = due_days.months_after(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)


def test_a_course_from_a_month_end() -> None:
    days = due_days.of_course(date(2026, 8, 31), OCCASIONS)
    assert [(one.occasion, str(one.due_on)) for one in days] == [
        ("baseline", "2026-08-31"),
        ("month_3", "2026-11-30"),
        ("month_6", "2027-02-28"),
        ("month_12", "2027-08-31"),
    ]


DUE = date(2026, 11, 18)
REMINDERS = {
    "long before": (DUE, LONDON, date(2026, 5, 1), "2026-11-18T10:00:00+00:00"),
    "on the day": (DUE, LONDON, DUE, "2026-11-18T10:00:00+00:00"),
    "the day after": (DUE, LONDON, DUE + timedelta(days=1), "2026-11-25T10:00:00+00:00"),
    "a week on": (DUE, LONDON, DUE + timedelta(days=7), "2026-11-25T10:00:00+00:00"),
    "eight days on": (DUE, LONDON, DUE + timedelta(days=8), "2026-12-02T10:00:00+00:00"),
    "two weeks on": (DUE, LONDON, DUE + timedelta(days=14), "2026-12-02T10:00:00+00:00"),
    "after the last": (DUE, LONDON, DUE + timedelta(days=15), None),
    "the day the clocks go forward": (date(2027, 3, 28), LONDON, date(2027, 3, 1), "2027-03-28T09:00:00+00:00"),
    "the day before": (date(2027, 3, 27), LONDON, date(2027, 3, 1), "2027-03-27T10:00:00+00:00"),
    "the day the clocks go back": (date(2026, 10, 25), LONDON, date(2026, 10, 1), "2026-10-25T10:00:00+00:00"),
    "the day before that": (date(2026, 10, 24), LONDON, date(2026, 10, 1), "2026-10-24T09:00:00+00:00"),
    "a week over the change": (date(2026, 10, 19), LONDON, date(2026, 10, 20), "2026-10-26T10:00:00+00:00"),
    "elsewhere": (DUE, SYDNEY, DUE, "2026-11-17T23:00:00+00:00"),
}


@pytest.mark.parametrize("name", REMINDERS)
def test_reminders_are_at_ten_where_they_live(name: str) -> None:
    due_on, zone, from_day, expected = REMINDERS[name]
    found = due_days.remind_at(due_on, zone, from_day)
    assert (found.isoformat() if found else None) == expected


BY_DAY = {"eight": (8, False), "nine": (9, True), "noon": (12, True), "before seven": (18, True), "seven": (19, False)}


@pytest.mark.parametrize("name", BY_DAY)
def test_nobody_is_reminded_at_night(name: str) -> None:
    hour, expected = BY_DAY[name]
    assert due_days.is_by_day(datetime(2026, 11, 18, hour, 59, tzinfo=UTC), LONDON) is expected


@given(st.integers(0, 2 * 365 * 24 * 60))
def test_the_next_ten_is_at_ten_within_a_day(minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    then = due_days.next_ten(now, LONDON)
    assert now < then <= now + timedelta(hours=25)
    assert (then.astimezone(LONDON).hour, then.minute) == (10, 0)


FOR = {"28 days before": (28, True), "29 days before": (29, False), "the day": (0, True), "a year late": (-365, True)}


@pytest.mark.parametrize("name", FOR)
def test_a_rating_is_for_a_day_from_four_weeks_before_it(name: str) -> None:
    before, expected = FOR[name]
    assert (due_days.last_due_on(DUE - timedelta(days=before)) >= DUE) is expected
