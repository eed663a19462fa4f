"""Histories moved in time: same wall times, same gaps, what belongs together together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.demo import sittings
from app.readings.intake import Entry

LONDON = ZoneInfo("Europe/London")


def entry(at: datetime, value: object = 100) -> Entry:
    return Entry(uuid4(), "glucose", at, value, "mg/dL")


@pytest.mark.parametrize(
    ("wall", "to_day", "expected"),
    [
        (datetime(1989, 11, 8, 18, 0, tzinfo=UTC), date(2026, 11, 21), "2026-11-21T18:00:00+00:00"),
        (datetime(1989, 11, 8, 18, 0, tzinfo=UTC), date(2026, 6, 21), "2026-06-21T18:00:00+01:00"),
        (datetime(1989, 11, 6, 7, 30, tzinfo=UTC), date(2026, 11, 21), "2026-11-19T07:30:00+00:00"),
    ],
    ids=["in winter", "in summer", "two days before the last"],
)
def test_the_last_day_is_moved_and_the_wall_time_stays(wall: datetime, to_day: date, expected: str) -> None:
    (moved,) = sittings.moved([entry(wall)], date(1989, 11, 8), to_day, LONDON)
    assert moved.measured_at.isoformat() == expected


def test_what_was_measured_within_five_minutes_is_sent_together_and_rows_are_put_in_order() -> None:
    start = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
    minutes = (300, 0, 5, 3, 6)
    found = sittings.sittings([entry(start + timedelta(minutes=minute), minute) for minute in minutes])
    assert [[one.value for one in sitting.entries] for sitting in found] == [[0, 3, 5], [6], [300]]
    assert found[0].at == start + timedelta(minutes=5)


def test_a_sitting_as_the_api_takes_it() -> None:
    at = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
    both = {"systolic": {"value": 150, "unit": "mm[Hg]"}, "diastolic": {"value": 96, "unit": "mm[Hg]"}}
    pressure = Entry(uuid4(), "blood_pressure", at, components=both, source="sync", device="Welltory")
    sent = sittings.body(sittings.Sitting(at, (pressure, entry(at, "LO"))))
    assert sent[0]["components"] == both
    assert "value" not in sent[0]
    assert (sent[1]["value"], sent[1]["unit"], sent[1]["measured_at"]) == ("LO", "mg/dL", at.isoformat())
