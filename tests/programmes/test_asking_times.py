"""At which moments somebody is asked: each time of each day once, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.notifications import texts
from app.programmes import asking_times
from app.protocols import asking, queries
from app.protocols.applied import apply
from app.protocols.asking import Asked

LONDON = ZoneInfo("Europe/London")
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "America/Havana")
BP = Asked("blood_pressure", 2, "twice a day")
WEIGHT = Asked("weight", 1, "every morning")


def _apart(times: list[time]) -> bool:
    return asking_times.fault(times) is None


TIMES = st.lists(st.times().map(lambda at: at.replace(second=0, microsecond=0)), min_size=1, max_size=4).filter(_apart)


@given(
    times=TIMES,
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  made aware below
)
def test_a_week_has_each_time_of_each_day_once(times: list[time], zone: str, start: datetime) -> None:
    here, now, ordered = ZoneInfo(zone), start.replace(tzinfo=UTC), sorted(times)
    found = []
    while not found or found[-1].begins < now + timedelta(days=7):
        found.append(asking_times.after(found[-1].begins if found else now, ordered, here))
    keys = [(one.day, one.at) for one in found]
    assert keys == sorted(set(keys))
    assert len(found) in range(7 * len(times) - 1, 7 * len(times) + 3)
    assert all(one.since <= one.begins < one.until for one in found)
    for one in found:
        middle = one.begins + (one.until - one.begins) / 2
        assert asking_times.holding(middle, ordered, here) == one


@pytest.mark.parametrize(
    ("times", "moment", "answers"),
    [
        ([time(8), time(13), time(18), time(22)], "2026-11-20 00:10", "2026-11-19 22:00"),
        ([time(8), time(13), time(18), time(22)], "2026-11-20 03:10", "2026-11-20 08:00"),
        ([time(8), time(18)], "2026-11-20 00:50", "2026-11-19 18:00"),
        ([time(8), time(18)], "2026-11-20 01:10", "2026-11-20 08:00"),
        ([time(8)], "2026-11-19 23:50", "2026-11-19 08:00"),  # late, but of its day
        ([time(8)], "2026-11-20 00:10", "2026-11-20 08:00"),
        ([time(1), time(22)], "2026-11-20 00:10", "2026-11-20 01:00"),
        ([time(12), time(23, 30)], "2026-11-20 03:50", "2026-11-19 23:30"),  # never after the small hours
        ([time(12), time(23, 30)], "2026-11-20 04:10", "2026-11-20 12:00"),
        ([time(8), time(22)], "2026-10-25 02:20", "2026-10-24 22:00"),  # the clock goes back in that night
        ([time(8), time(22)], "2026-10-25 02:40", "2026-10-25 08:00"),
        ([time(8), time(22)], "2027-03-28 03:40", "2027-03-28 08:00"),
    ],
)
def test_what_is_measured_after_midnight(times: list[time], moment: str, answers: str) -> None:
    found = asking_times.holding(datetime.fromisoformat(moment).replace(tzinfo=LONDON), times, LONDON)
    assert f"{found.day} {found.at:%H:%M}" == answers


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 10, 24), ["07:00", "17:00"]),
        (date(2026, 10, 25), ["08:00", "18:00"]),  # the clock goes back in that night
        (date(2027, 3, 27), ["08:00", "18:00"]),
        (date(2027, 3, 28), ["07:00", "17:00"]),  # and forward
    ],
)
def test_both_clock_changes(day: date, begins: list[str]) -> None:
    of_day = asking_times.slots(day, [time(8), time(18)], LONDON)
    assert [f"{one.begins:%H:%M}" for one in of_day] == begins
    assert of_day[0].until == of_day[1].since


def test_a_time_that_the_clock_leaves_out_or_has_twice_is_one() -> None:
    (gap,) = asking_times.slots(date(2027, 3, 28), [time(1, 30)], LONDON)
    (twice,) = asking_times.slots(date(2026, 10, 25), [time(1, 30)], LONDON)
    assert (gap.begins.hour, twice.begins.hour) == (1, 0)


def test_what_is_asked_once_a_day_is_asked_in_the_morning_and_not_what_was_sent() -> None:
    morning, evening = asking_times.slots(date(2026, 11, 18), [time(8), time(18)], LONDON)
    assert asking_times.wanted([BP, WEIGHT], morning, {}) == ["blood_pressure", "weight"]
    assert asking_times.wanted([BP, WEIGHT], morning, {"weight": 1}) == ["blood_pressure"]
    assert asking_times.wanted([BP, WEIGHT], evening, {}) == ["blood_pressure"]


def test_times_that_cannot_be() -> None:
    assert asking_times.fault([]) is not None
    assert asking_times.fault([time(8), time(10)]) is not None
    assert asking_times.fault([time(23), time(1)]) is not None
    assert asking_times.fault([time(8), time(11)]) is None
    assert asking_times.usual([BP]) == [time(8), time(18)]
    assert asking_times.usual([WEIGHT]) == [time(8)]
    assert asking_times.usual([]) == []


def test_every_measure_that_a_plan_asks_for_has_its_words(app: Flask) -> None:
    with app.app_context():
        plans = [apply(one_id, one) for one_id, one in queries.registry().items()]  # type: ignore[arg-type]
    measures = [one.measure for one in asking.asked(plans) if one.times]
    assert "SATS" in texts.render("text_ask", "en", reader="Mary", measures=" ".join(measures))
