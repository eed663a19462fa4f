"""Wall times and elapsed hours on the days on which clocks change, written out by hand from each zone's own rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import TZPATH, ZoneInfo

import pytest

from app.medicines import recurrence
from app.medicines.patterns import USUAL_DAY, Anchor, Elapsed, Occurrence, Pattern, Phase, Phases, Slot
from tests.medicines.zones import zone

# The day, then wall time = instant in UTC; "none" where the date does not exist.
WALL = """
Europe/London 2026-03-28: 01:30=28T01:30 08:00=28T08:00
Europe/London 2026-03-29: 00:59=29T00:59 01:00=29T01:00 01:30=29T01:30 01:59=29T01:59 02:00=29T01:00 08:00=29T07:00
Europe/London 2026-10-25: 00:59=24T23:59 01:00=25T00:00 01:30=25T00:30 01:59=25T00:59 02:00=25T02:00 08:00=25T08:00
Europe/London 2026-10-24: 01:30=24T00:30 08:00=24T07:00
Europe/London 2027-03-28: 00:59=28T00:59 01:00=28T01:00 01:30=28T01:30 02:00=28T01:00 08:00=28T07:00
Europe/London 2027-10-31: 00:59=30T23:59 01:00=31T00:00 01:30=31T00:30 02:00=31T02:00 08:00=31T08:00
Australia/Lord_Howe 2026-04-05: 01:29=04T14:29 01:30=04T14:30 01:45=04T14:45 02:00=04T15:30 08:00=04T21:30
Australia/Lord_Howe 2026-10-04: 01:59=03T15:29 02:00=03T15:30 02:15=03T15:45 02:30=03T15:30 08:00=03T21:00
Australia/Lord_Howe 2027-04-04: 01:45=03T14:45 02:00=03T15:30 08:00=03T21:30
Australia/Lord_Howe 2027-10-03: 02:15=02T15:45 02:30=02T15:30 08:00=02T21:00
Pacific/Apia 2011-12-29: 08:00=29T18:00 23:59=30T09:59
Pacific/Apia 2011-12-30: 00:00=none 08:00=none 23:59=none
Pacific/Apia 2011-12-31: 00:00=30T10:00 08:00=30T18:00
Pacific/Apia 2026-04-05: 03:30=04T14:30 08:00=04T19:00
Pacific/Apia 2027-09-26: 03:30=25T14:30 08:00=25T19:00
Africa/Casablanca 2025-02-23: 01:59=23T00:59 02:30=23T01:30 03:00=23T03:00
Africa/Casablanca 2025-04-06: 01:59=06T01:59 02:30=06T02:30 03:00=06T02:00
Africa/Casablanca 2026-02-15: 01:59=15T00:59 02:30=15T01:30 03:00=15T03:00 08:00=15T08:00
Africa/Casablanca 2026-03-22: 01:59=22T01:59 02:30=22T02:30 03:00=22T02:00 08:00=22T07:00
Africa/Casablanca 2026-09-20: 00:59=19T23:59 01:30=20T00:30 02:00=20T02:00 08:00=20T08:00
Africa/Casablanca 2027-02-07: 02:30=07T02:30 08:00=07T08:00
Africa/Casablanca 2027-03-14: 02:30=14T02:30 08:00=14T08:00
America/New_York 2026-03-08: 01:59=08T06:59 02:00=08T07:00 02:30=08T07:30 03:00=08T07:00 08:00=08T12:00
America/New_York 2026-11-01: 00:59=01T04:59 01:30=01T05:30 02:00=01T07:00 08:00=01T13:00
America/New_York 2027-03-14: 02:30=14T07:30 03:00=14T07:00 08:00=14T12:00
America/New_York 2027-11-07: 01:30=07T05:30 02:00=07T07:00 08:00=07T13:00
Africa/Cairo 2026-04-24: 00:00=23T22:00 00:30=23T22:30 01:00=23T22:00 08:00=24T05:00
Africa/Cairo 2026-10-29: 08:00=29T05:00 22:59=29T19:59 23:00=29T20:00 23:30=29T20:30
Africa/Cairo 2026-10-30: 00:00=29T22:00 08:00=30T06:00
Africa/Cairo 2027-04-30: 00:00=29T22:00 00:30=29T22:30 08:00=30T05:00
Africa/Cairo 2027-10-28: 23:30=28T20:30
Asia/Beirut 2026-03-29: 00:00=28T22:00 00:30=28T22:30 01:00=28T22:00 08:00=29T05:00
Asia/Beirut 2026-10-24: 08:00=24T05:00 23:30=24T20:30
Asia/Beirut 2026-10-25: 00:00=24T22:00 08:00=25T06:00
Asia/Beirut 2027-03-28: 00:30=27T22:30 08:00=28T05:00
Asia/Beirut 2027-10-30: 23:30=30T20:30
America/St_Johns 2010-11-06: 23:00=07T01:30 23:30=07T02:00
America/St_Johns 2010-11-07: 00:00=07T02:30 00:30=07T04:00 08:00=07T11:30
"""
# Where the first is, every how many hours, then what the clock on the wall shows.
HOURS = """
Europe/London 28T18:00 2026-03 6: 28T18:00 29T00:00 29T07:00 29T13:00
Europe/London 24T18:00 2026-10 6: 24T18:00 25T00:00 25T05:00 25T11:00
Europe/London 27T08:00 2027-03 24: 27T08:00 28T09:00 29T09:00
Europe/London 30T08:00 2027-10 24: 30T08:00 31T07:00
Australia/Lord_Howe 04T20:00 2026-04 6: 04T20:00 05T01:30 05T07:30
Australia/Lord_Howe 03T20:00 2026-10 8: 03T20:00 04T04:30 04T12:30
Australia/Lord_Howe 03T20:00 2027-04 8: 03T20:00 04T03:30
Australia/Lord_Howe 02T20:00 2027-10 8: 02T20:00 03T04:30
Pacific/Apia 29T12:00 2011-12 8: 29T12:00 29T20:00 31T04:00 31T12:00
Africa/Casablanca 14T20:00 2026-02 8: 14T20:00 15T03:00 15T11:00
Africa/Casablanca 21T20:00 2026-03 8: 21T20:00 22T05:00 22T13:00
Africa/Casablanca 19T20:00 2026-09 8: 19T20:00 20T03:00
Africa/Casablanca 06T20:00 2027-02 8: 06T20:00 07T04:00
America/New_York 07T22:00 2026-03 4: 07T22:00 08T03:00 08T07:00
America/New_York 01T00:30 2026-11 1: 01T00:30 01T01:30 01T01:30 01T02:30
America/New_York 13T22:00 2027-03 4: 13T22:00 14T03:00
America/New_York 06T22:00 2027-11 4: 06T22:00 07T01:00 07T05:00
Africa/Cairo 23T22:00 2026-04 2: 23T22:00 24T01:00 24T03:00
Africa/Cairo 29T22:00 2026-10 1: 29T22:00 29T23:00 29T23:00 30T00:00
Asia/Beirut 27T22:00 2027-03 2: 27T22:00 28T01:00
Asia/Beirut 30T22:00 2027-10 1: 30T22:00 30T23:00 30T23:00 31T00:00
"""


def due(pattern: Pattern, where: ZoneInfo, starts_on: date, since: datetime, until: datetime) -> list[Occurrence]:
    return recurrence.occurrences(
        pattern, starts_on=starts_on, ends_on=None, zone=where, usual_day=USUAL_DAY, since=since, until=until
    )


@pytest.mark.parametrize("row", WALL.strip().splitlines(), ids=lambda row: row.split(":")[0])
def test_a_wall_time_is_due_once_at_the_right_instant(row: str) -> None:
    head, told = row.split(": ")
    name, day = head.split()
    rows = [one.split("=") for one in told.split()]
    slots = tuple(Slot(number, time.fromisoformat(wall)) for number, (wall, _) in enumerate(rows))
    noon = datetime.combine(date.fromisoformat(day), time(12), UTC)
    found = due(
        Phases((Phase(slots),)), zone(name), date(2010, 1, 1), noon - timedelta(days=9), noon + timedelta(days=9)
    )
    that_day = {one.slot: one.due_at for one in found if one.local_date.isoformat() == day}
    assert that_day == {
        number: datetime.fromisoformat(f"{day[:8]}{instant}:00+00:00")
        for number, (_, instant) in enumerate(rows)
        if instant != "none"
    }
    assert len(found) == len({(one.local_date, one.slot) for one in found})


@pytest.mark.parametrize("row", HOURS.strip().splitlines(), ids=lambda row: row.split(": ")[0])
def test_elapsed_hours_stay_hours_whatever_the_clock_shows(row: str) -> None:
    head, told = row.split(": ")
    name, first, month, hours = head.split()
    where, every = zone(name), timedelta(hours=int(hours))
    first_at = datetime.fromisoformat(f"{month}-{first}").replace(tzinfo=where).astimezone(UTC)
    shown = told.split()
    found = due(Elapsed(every, first_at), where, date(2010, 1, 1), first_at, first_at + every * len(shown))
    assert [f"{one.due_at.astimezone(where):%dT%H:%M}" for one in found] == shown
    assert [one.due_at - first_at for one in found] == [every * n for n in range(len(shown))]
    assert [one.local_date for one in found] == [one.due_at.astimezone(where).date() for one in found]


def test_two_slots_that_come_to_one_instant_in_the_gap_both_remain_in_order_of_the_wall() -> None:
    twins = Phases((Phase((Slot(0, time(2, 30)), Slot(1, time(1, 30)))),))
    since = datetime(2026, 3, 29, tzinfo=UTC)
    found = due(twins, zone("Europe/London"), date(2026, 1, 1), since, since + timedelta(hours=23))
    half_past_one = since + timedelta(hours=1, minutes=30)
    assert [(one.slot, one.due_at) for one in found] == [(1, half_past_one), (0, half_past_one)]


# An offset may lead past midnight; the dose stays that of its anchor's date. Zone, usual time, offset in minutes,
# since (for one hour), the date of the dose and when it is due.
PAST_MIDNIGHT = [
    ("an ordinary night", "Europe/London", time(22), 180, "2026-11-19T00:30", "2026-11-18", "2026-11-19T01:00"),
    ("into the gap", "Europe/London", time(22), 210, "2026-03-29T01:00", "2026-03-28", "2026-03-29T01:30"),
    ("after the gap", "Europe/London", time(22), 240, "2026-03-29T00:30", "2026-03-28", "2026-03-29T01:00"),
    ("after the fold", "Europe/London", time(22), 240, "2026-10-25T01:30", "2026-10-24", "2026-10-25T02:00"),
    ("past a date that is not", "Pacific/Apia", time(22), 150, "2011-12-30T10:00", "2011-12-29", "2011-12-30T10:30"),
    ("back to the day before", "Europe/London", time(0, 30), -60, "2026-11-18T22:45", "2026-11-19", "2026-11-18T23:30"),
]


@pytest.mark.parametrize("row", PAST_MIDNIGHT, ids=lambda row: row[0])
def test_an_offset_may_lead_past_midnight(row: tuple[str, str, time, int, str, str, str]) -> None:
    _, name, usual, minutes, since, day, instant = row
    start = datetime.fromisoformat(since).replace(tzinfo=UTC)
    found = recurrence.occurrences(
        Phases((Phase((Slot(0, anchor=Anchor.BEDTIME, offset=timedelta(minutes=minutes)),)),)),
        starts_on=date(2010, 1, 1),
        ends_on=None,
        zone=zone(name),
        usual_day={Anchor.BEDTIME: usual},
        since=start,
        until=start + timedelta(hours=1),
    )
    assert [(f"{one.local_date}", f"{one.due_at:%Y-%m-%dT%H:%M}") for one in found] == [(day, instant)]


def test_zones_are_those_that_are_pinned_and_not_the_machine_s() -> None:
    assert TZPATH == ()
