"""Service hours as a table of named cases; London changes its clocks on 29 March and 25 October 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.teams import service_hours

LONDON, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kolkata")
WEEKDAYS = {day: ["08:00", "18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
DAILY = {day: ["08:00", "18:00"] for day in service_hours.DAYS}
NIGHT = {"sun": ["01:30", "03:30"]}  # across both changes of the clock
NONE: dict[str, list[str]] = {}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# hours, zone, at -> is open, next there
WHEN = {
    "in the middle of a day": (WEEKDAYS, LONDON, "2026-11-18T10:00", True, "2026-11-18T10:00"),
    "the first second": (WEEKDAYS, LONDON, "2026-11-18T08:00", True, "2026-11-18T08:00"),
    "just before opening": (WEEKDAYS, LONDON, "2026-11-18T07:59", False, "2026-11-18T08:00"),
    "the closing second": (WEEKDAYS, LONDON, "2026-11-18T18:00", False, "2026-11-19T08:00"),
    "Friday evening": (WEEKDAYS, LONDON, "2026-11-20T18:30", False, "2026-11-23T08:00"),
    "closed weekend": (WEEKDAYS, LONDON, "2026-11-22T12:00", False, "2026-11-23T08:00"),
    "summer time opens an hour earlier in UTC": (WEEKDAYS, LONDON, "2026-07-15T07:00", True, "2026-07-15T07:00"),
    "summer time closes an hour earlier in UTC": (WEEKDAYS, LONDON, "2026-07-15T17:00", False, "2026-07-16T07:00"),
    "the eve of the spring change": (DAILY, LONDON, "2026-03-28T19:00", False, "2026-03-29T07:00"),
    "the day of the spring change": (DAILY, LONDON, "2026-03-29T07:00", True, "2026-03-29T07:00"),
    "after the day of the spring change": (DAILY, LONDON, "2026-03-29T17:00", False, "2026-03-30T07:00"),
    "the eve of the autumn change": (DAILY, LONDON, "2026-10-24T18:00", False, "2026-10-25T08:00"),
    "the day of the autumn change": (DAILY, LONDON, "2026-10-25T07:30", False, "2026-10-25T08:00"),
    "a time the spring change skips is an hour later": (NIGHT, LONDON, "2026-03-29T01:00", False, "2026-03-29T01:30"),
    "closed at half past three summer time": (NIGHT, LONDON, "2026-03-29T02:30", False, "2026-04-05T00:30"),
    "the first of two half past ones": (NIGHT, LONDON, "2026-10-25T00:30", True, "2026-10-25T00:30"),
    "the second of two half past ones": (NIGHT, LONDON, "2026-10-25T01:30", True, "2026-10-25T01:30"),
    "closed after the autumn night": (NIGHT, LONDON, "2026-10-25T03:30", False, "2026-11-01T01:30"),
    "another zone": (WEEKDAYS, KOLKATA, "2026-11-18T02:29", False, "2026-11-18T02:30"),
    "no hours at all": (NONE, LONDON, "2026-11-18T10:00", False, None),
}

# hours, at, minutes -> by when
BY_WHEN = {
    "red in service hours": (WEEKDAYS, "2026-11-18T10:00", 15, "2026-11-18T10:15"),
    "red in the night": (WEEKDAYS, "2026-11-18T03:00", 15, "2026-11-18T08:15"),
    "red on Saturday": (WEEKDAYS, "2026-11-21T10:00", 15, "2026-11-23T08:15"),
    "red five minutes before closing keeps its quarter": (WEEKDAYS, "2026-11-18T17:55", 15, "2026-11-18T18:10"),
    "amber in the morning": (WEEKDAYS, "2026-11-18T08:30", 480, "2026-11-18T16:30"),
    "amber in the afternoon ends with the day": (WEEKDAYS, "2026-11-18T15:00", 480, "2026-11-18T18:00"),
    "amber at the last minute has a quarter of an hour": (WEEKDAYS, "2026-11-18T17:59", 480, "2026-11-18T18:14"),
    "five minutes at the last minute stay five": (WEEKDAYS, "2026-11-18T17:59", 5, "2026-11-18T18:04"),
    "amber over the spring change": (DAILY, "2026-03-28T23:00", 480, "2026-03-29T15:00"),
    "amber over the autumn change": (DAILY, "2026-10-24T23:00", 480, "2026-10-25T16:00"),
    "a day across the autumn change is no longer": (DAILY, "2026-10-25T08:00", 1440, "2026-10-25T18:00"),
    "no hours at all never waits for ever": (NONE, "2026-11-18T03:00", 15, "2026-11-18T03:15"),
}


@pytest.mark.parametrize(("hours", "zone", "at", "is_open", "next_there"), WHEN.values(), ids=WHEN)
def test_when_a_team_is_there(
    hours: dict[str, list[str]], zone: ZoneInfo, at: str, is_open: bool, next_there: str | None
) -> None:
    assert service_hours.is_open(hours, zone, utc(at)) is is_open
    assert service_hours.next_opening(hours, zone, utc(at)) == (utc(next_there) if next_there else None)


@pytest.mark.parametrize(("hours", "at", "minutes", "by"), BY_WHEN.values(), ids=BY_WHEN)
def test_by_when_somebody_looks(hours: dict[str, list[str]], at: str, minutes: int, by: str) -> None:
    assert service_hours.deadline(hours, LONDON, utc(at), minutes) == utc(by)


def test_a_time_of_the_teams_own_zone_is_the_same_instant() -> None:
    second_pass = utc("2026-10-25T01:15").astimezone(LONDON)
    assert service_hours.is_open({"sun": ["00:30", "01:10"]}, LONDON, second_pass) is False


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  given UTC
MINUTES = st.integers(1, 1440)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=8)), MINUTES)
def test_what_comes_later_is_never_due_earlier(at: datetime, later: timedelta, minutes: int) -> None:
    first = service_hours.deadline(WEEKDAYS, LONDON, at, minutes)
    assert at < first <= service_hours.deadline(WEEKDAYS, LONDON, at + later, minutes)


@given(INSTANTS)
def test_a_team_is_there_when_it_is_next_there(at: datetime) -> None:
    opening = service_hours.next_opening(WEEKDAYS, LONDON, at)
    assert opening is not None
    assert opening >= at
    assert service_hours.is_open(WEEKDAYS, LONDON, opening)
    assert (opening == at) is service_hours.is_open(WEEKDAYS, LONDON, at)
