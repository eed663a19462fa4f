"""The calendar feed: right instants in every zone, no names unless asked for, nothing doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from app.medicines import calendar_feed
from app.medicines.calendar_feed import Dose, Feed

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
FEED = Feed(UUID(int=7), "kith.example", LONDON)


def read(feed: Feed, *doses: Dose, now: datetime = NOW) -> Calendar:
    found = Calendar.from_ical(calendar_feed.ics(feed, doses, now))
    assert isinstance(found, Calendar)
    return found


def summaries(feed: Feed, *doses: Dose) -> list[str]:
    return [str(event["SUMMARY"]) for event in read(feed, *doses).events]


def named(*, is_named: bool = True) -> Feed:
    return Feed(FEED.feed_id, FEED.host, LONDON, names_medicines=is_named)


def test_it_is_a_calendar_that_asks_to_be_read_again() -> None:
    lines = calendar_feed.ics(FEED, [Dose(NOW, "Ramipril")], NOW).decode().split("\r\n")
    for line in (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "NAME:Medicines",
        "X-WR-CALNAME:Medicines",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "TZID:Europe/London",
        "DTSTART;TZID=Europe/London:20261118T100000",
        "DTSTAMP:20261118T100000Z",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
    ):
        assert line in lines


def test_it_says_that_it_may_be_behind_and_is_not_for_emergencies() -> None:
    found = read(FEED, Dose(NOW, "Ramipril"))
    for notice in (found.description, found.events[0]["DESCRIPTION"]):
        assert "hours behind" in notice
        assert "999 or 111" in notice


def test_a_name_is_not_told_unless_asked_for() -> None:
    dose = Dose(NOW, "Ramipril", "morning tablet")
    assert b"Ramipril" not in calendar_feed.ics(FEED, [dose], NOW)
    assert summaries(FEED, dose) == ["morning tablet"]
    assert summaries(FEED, Dose(NOW, "Ramipril")) == ["Medicines"]
    assert summaries(named(), dose) == ["Ramipril"]


def test_the_doses_of_a_minute_are_one_event() -> None:
    doses = [
        Dose(NOW, "Ramipril"),
        Dose(NOW + timedelta(seconds=59), "Bisoprolol"),
        Dose(NOW, "Senna", "the small one"),
    ]
    assert summaries(FEED, *doses) == ["Medicines, the small one"]
    assert summaries(named(), *doses) == ["Bisoprolol, Ramipril, Senna"]


def test_a_name_cannot_write_lines_of_its_own() -> None:
    found = read(named(), Dose(NOW, "A\r\nEND:VEVENT\r\nSUMMARY:B; c, d"))
    assert len(found.events) == 1
    assert str(found.events[0]["SUMMARY"]).splitlines() == ["A", "END:VEVENT", "SUMMARY:B; c, d"]


def test_the_same_doses_are_the_same_file_and_another_reading_has_the_same_uids() -> None:
    doses = [Dose(NOW + timedelta(hours=n), "Ramipril") for n in range(3)]
    assert calendar_feed.ics(FEED, doses, NOW) == calendar_feed.ics(FEED, doses[::-1], NOW)
    later = read(FEED, *doses[1:], Dose(NOW + timedelta(days=9), "Senna"), now=NOW + timedelta(hours=1))
    uids = {str(event["UID"]) for event in read(FEED, *doses).events}
    assert len(uids) == 3
    assert len(uids & {str(event["UID"]) for event in later.events}) == 2


def test_two_feeds_share_no_uid() -> None:
    other = Feed(UUID(int=8), FEED.host, LONDON)
    assert read(FEED, Dose(NOW, "A")).events[0]["UID"] != read(other, Dose(NOW, "A")).events[0]["UID"]


def test_without_doses_it_is_still_a_calendar() -> None:
    found = read(FEED)
    assert (found.events, len(found.timezones)) == ([], 1)


CHANGES = [
    ("Europe/London", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 25, tzinfo=UTC)),
    ("Europe/London", datetime(2027, 3, 28, tzinfo=UTC)),
    ("Europe/London", datetime(2027, 10, 31, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2026, 11, 18, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 3, 22, tzinfo=UTC)),
]


@pytest.mark.parametrize("zone, around", CHANGES, ids=[f"{zone} {around:%Y-%m-%d}" for zone, around in CHANGES])
def test_every_half_hour_around_a_change_is_the_right_instant(zone: str, around: datetime) -> None:
    moments = [around + timedelta(minutes=30 * n) for n in range(-8, 9)]
    feed = Feed(FEED.feed_id, FEED.host, ZoneInfo(zone))
    found = read(feed, *(Dose(at, "A") for at in moments), now=around)
    # By the rules that the feed itself carries, as a calendar without a table of zones reads them.
    rules = found.timezones[0].to_tz()
    assert [_instant(event, rules) for event in found.events] == moments


def _instant(event: Event, rules: object) -> datetime:
    start = event["DTSTART"]
    if "TZID" not in start.params:
        return start.dt.astimezone(UTC)
    return start.dt.replace(tzinfo=rules, fold=0).astimezone(UTC)
