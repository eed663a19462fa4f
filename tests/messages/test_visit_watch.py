"""When a visit is late, missed or short; what is told and when it is looked at again. And clocks of phones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import phone_clock
from app.messages import visit_watch
from app.messages.visit_watch import Seen, Visit

DUE = datetime(2026, 11, 18, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VISIT = Visit(DUE, minutes=45, late_after=30)


@pytest.mark.parametrize(
    ("after", "is_told", "seen", "again"),
    [
        (0, False, None, 30),
        (29, False, None, 30),
        (30, False, Seen.LATE, 90),
        (89, True, None, 90),
        (90, True, Seen.MISSED, None),
        (90, False, Seen.MISSED, None),  # nobody looked in time: not first late, then missed
        (5000, False, Seen.MISSED, None),
    ],
)
def test_what_is_told_and_when_again(after: int, is_told: bool, seen: Seen | None, again: int | None) -> None:
    found = visit_watch.look(replace(VISIT, is_late_told=is_told), DUE + after * MINUTE)
    assert (found.seen, found.look_at) == (seen, None if again is None else DUE + again * MINUTE)


def test_a_long_visit_is_missed_when_its_whole_time_is_over() -> None:
    assert visit_watch.missed_at(replace(VISIT, minutes=120)) == DUE + 150 * MINUTE


@pytest.mark.parametrize(("stayed", "is_short"), [(22, True), (23, False), (45, False), (90, False)])
def test_less_than_half_is_short(stayed: int, is_short: bool) -> None:
    been = replace(VISIT, arrived_at=DUE, left_at=DUE + stayed * MINUTE)
    assert visit_watch.is_short(been) is is_short
    assert visit_watch.look(been, DUE + stayed * MINUTE).seen is (Seen.SHORT if is_short else None)


def test_a_visit_that_nobody_planned_is_never_short() -> None:
    assert not visit_watch.is_short(Visit(DUE, 0, 0, arrived_at=DUE, left_at=DUE))


def test_who_is_there_is_not_late() -> None:
    found = visit_watch.look(replace(VISIT, arrived_at=DUE + 80 * MINUTE), DUE + 100 * MINUTE)
    assert (found.seen, found.look_at) == (None, None)


def test_late_by_an_outage_is_said_and_in_the_end_told_to_no_relative() -> None:
    found = visit_watch.look(VISIT, DUE + 90 * MINUTE)
    for later, in_time, worth in ((0, True, True), (15, True, True), (16, False, True), (13 * 60, False, False)):
        now = DUE + (90 + later) * MINUTE
        assert (visit_watch.is_in_time(found, now), visit_watch.is_worth_telling(found, now)) == (in_time, worth)


@given(st.integers(0, 3000).map(lambda n: n * MINUTE), st.lists(st.integers(1, 600), min_size=1, max_size=12))
def test_however_often_it_is_looked_each_is_told_once(late: timedelta, steps: list[int]) -> None:
    known, now, told = VISIT, DUE + late, []
    look_at: datetime | None = visit_watch.late_at(VISIT)
    for step in steps:
        now += step * MINUTE
        if look_at is None or now < look_at:
            continue
        found = visit_watch.look(known, now)
        look_at = found.look_at
        told += [found.seen] if found.seen else []
        known = replace(known, is_late_told=known.is_late_told or found.seen is Seen.LATE)
    assert told in ([], [Seen.LATE], [Seen.MISSED], [Seen.LATE, Seen.MISSED])


NOW = DUE


@pytest.mark.parametrize(
    ("given_", "sent", "meant"),
    [
        (None, None, 0),
        (-30, None, -30),
        (-30, 0, -30),
        (5, None, 0),  # a few minutes fast: it was now
        (11, None, None),  # ahead, and nothing explains it
        (170, 180, -10),  # three hours fast, and so is the clock it is sent with
        (-190, -180, -10),  # three hours slow
        (-61 * 24 * 60, None, None),
    ],
)
def test_what_a_phone_means(given_: int | None, sent: int | None, meant: int | None) -> None:
    at = [None if one is None else NOW + one * MINUTE for one in (given_, sent, meant)]
    assert phone_clock.happened(at[0], NOW, at[1]) == at[2]


@given(st.integers(-5000, 5000), st.integers(0, 4000))
def test_a_wrong_clock_changes_nothing(off: int, ago: int) -> None:
    true, shown = NOW - ago * MINUTE, off * MINUTE
    meant = phone_clock.happened(true + shown, NOW, NOW + shown)
    assert meant is not None
    assert phone_clock.is_same(meant, true)
