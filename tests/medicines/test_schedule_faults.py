"""What cannot be a schedule is named with its place; what must never be one is stopped whatever else is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.medicines import ingredients, recurrence, schedule_faults, stored
from app.medicines.patterns import (
    USUAL_DAY,
    Anchor,
    AsDirected,
    AsNeeded,
    Days,
    Elapsed,
    Pattern,
    Phase,
    Phases,
    Slot,
)
from tests.medicines import drawn
from tests.medicines.zones import zone

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEDNESDAY = date(2026, 11, 18)
AT_8, AT_20 = Slot(0, time(8)), Slot(1, time(20))
TEN = datetime(2026, 11, 18, 10, tzinfo=UTC)


def on(days: Days) -> Phases:
    return Phases((Phase((AT_8,), days),))


def slotted(*slots: Slot) -> Phases:
    return Phases((Phase(slots),))


def weekly(**more: Any) -> Days:
    return Days(weekdays=frozenset({1}), **more)


SLOT, DAYS = "/phases/0/slots/0", "/phases/0/days"
FAULTY: list[tuple[Pattern, str]] = [
    (Phases(()), "/phases"),
    (Phases((Phase((AT_8,), length=1),) * 61), "/phases"),
    (slotted(), "/phases/0/slots"),
    (slotted(*(Slot(n, time(n % 24, n // 24)) for n in range(25))), "/phases/0/slots"),
    (slotted(AT_8, Slot(1, time(8), amount=Decimal(2))), "/phases/0/slots/1"),
    (slotted(Slot(0, anchor=Anchor.LUNCH), Slot(1, anchor=Anchor.LUNCH)), "/phases/0/slots/1"),
    (slotted(Slot(0)), SLOT),
    (slotted(Slot(0, time(8), Anchor.BREAKFAST)), SLOT),
    (slotted(Slot(0, time(8, 0, 30))), f"{SLOT}/at"),
    (slotted(Slot(0, time(8, tzinfo=UTC))), f"{SLOT}/at"),
    (slotted(Slot(0, time(8), offset=HOUR)), f"{SLOT}/offset_minutes"),
    (slotted(Slot(0, anchor=Anchor.LUNCH, offset=4 * HOUR + drawn.MINUTE)), f"{SLOT}/offset_minutes"),
    (slotted(Slot(0, anchor=Anchor.LUNCH, offset=-5 * HOUR)), f"{SLOT}/offset_minutes"),
    (slotted(Slot(0, anchor=Anchor.LUNCH, offset=timedelta(seconds=90))), f"{SLOT}/offset_minutes"),
    (slotted(Slot(0, time(8), amount=Decimal(0))), f"{SLOT}/amount"),
    (slotted(Slot(0, time(8), amount=Decimal(-1))), f"{SLOT}/amount"),
    (slotted(Slot(0, time(8), amount=Decimal("10000.1"))), f"{SLOT}/amount"),
    (slotted(Slot(0, time(8), amount=Decimal("NaN"))), f"{SLOT}/amount"),
    (on(Days(every=0)), f"{DAYS}/every"),
    (on(Days(every=-2)), f"{DAYS}/every"),
    (on(Days(every=367)), f"{DAYS}/every"),
    (on(Days(weekdays=frozenset({0}))), f"{DAYS}/weekdays"),
    (on(Days(weekdays=frozenset({1, 8}))), f"{DAYS}/weekdays"),
    (on(weekly(every_weeks=0)), f"{DAYS}/every_weeks"),
    (on(weekly(every_weeks=53)), f"{DAYS}/every_weeks"),
    (on(Days(every_weeks=2)), f"{DAYS}/weekdays"),
    (on(weekly(every=2)), f"{DAYS}/every"),
    (on(Days(off=7)), f"{DAYS}/off"),
    (on(Days(on=0, off=7)), f"{DAYS}/on"),
    (on(Days(on=367, off=7)), f"{DAYS}/on"),
    (on(Days(on=21)), f"{DAYS}/off"),
    (on(Days(on=21, off=-7)), f"{DAYS}/off"),
    (on(Days(on=21, off=367)), f"{DAYS}/off"),
    (Phases((Phase((AT_8,)), Phase((AT_8,)))), "/phases/0/length"),
    (Phases((Phase((AT_8,), length=0),)), "/phases/0/length"),
    (Phases((Phase((AT_8,), length=3661),)), "/phases/0/length"),
    (Phases((Phase((AT_8,), weekly(), length=5), Phase((AT_8,)))), "/phases/0/days"),
    (Elapsed(59 * drawn.MINUTE, TEN), "/every_minutes"),
    (Elapsed(-6 * HOUR, TEN), "/every_minutes"),
    (Elapsed(31 * DAY + drawn.MINUTE, TEN), "/every_minutes"),
    (Elapsed(6 * HOUR + timedelta(seconds=1), TEN), "/every_minutes"),
    (Elapsed(6 * HOUR, TEN.replace(tzinfo=None)), "/first_at"),
    (Elapsed(6 * HOUR, TEN.replace(second=5)), "/first_at"),
    (Elapsed(6 * HOUR, TEN, Decimal(0)), "/amount"),
    (AsNeeded(timedelta()), "/minimum_gap_minutes"),
    (AsNeeded(32 * DAY), "/minimum_gap_minutes"),
    (AsNeeded(timedelta(seconds=90)), "/minimum_gap_minutes"),
    (AsNeeded(most_in_24_hours=Decimal(0)), "/most_in_24_hours"),
    (AsNeeded(amount=Decimal(-1)), "/amount"),
    (AsNeeded(most_in_24_hours=Decimal(1), amount=Decimal(2)), "/most_in_24_hours"),
    (AsDirected(" "), "/why"),
]


@pytest.mark.parametrize("pattern, pointer", FAULTY, ids=[f"{n} {row[1]}" for n, row in enumerate(FAULTY)])
def test_what_cannot_be_a_schedule_is_named_once_with_its_place(pattern: Pattern, pointer: str) -> None:
    [(where, sentence)] = schedule_faults.faults(pattern, WEDNESDAY, None)
    assert where == f"/pattern{pointer}"
    assert sentence.endswith(".")


DATES = [
    (WEDNESDAY, date(2026, 11, 17), "/ends_on"),
    (date(1899, 12, 31), None, "/starts_on"),
    (date(2201, 1, 1), None, "/starts_on"),
    (WEDNESDAY, date(2201, 1, 1), "/ends_on"),
]


@pytest.mark.parametrize("starts_on, ends_on, pointer", DATES)
def test_the_dates_must_make_sense(starts_on: date, ends_on: date | None, pointer: str) -> None:
    assert [where for where, _ in schedule_faults.faults(slotted(AT_8), starts_on, ends_on)] == [pointer]
    assert schedule_faults.faults(slotted(AT_8), WEDNESDAY, WEDNESDAY) == []


@pytest.mark.parametrize(
    "pattern",
    [
        slotted(*(Slot(n, time(n)) for n in range(24))),
        slotted(Slot(0, anchor=Anchor.LUNCH, offset=-4 * HOUR, amount=Decimal(10_000))),
        on(Days(every=366)),
        on(weekly(every_weeks=52, on=366, off=366)),
        Phases((Phase((AT_8,), length=3660),) * 60),
        Elapsed(HOUR, TEN),
        Elapsed(31 * DAY, TEN),
        AsNeeded(31 * DAY, Decimal(1), Decimal(1)),
        AsNeeded(drawn.MINUTE),
    ],
)
def test_the_limits_themselves_are_allowed(pattern: Pattern) -> None:
    assert schedule_faults.faults(pattern, WEDNESDAY, None) == []


@settings(deadline=None)
@given(drawn.patterns, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_what_has_no_fault_makes_doses(pattern: Pattern, starts_on: date) -> None:
    found = schedule_faults.faults(pattern, starts_on, None)
    assume({sentence for _, sentence in found} <= {"No day of this step has a dose."})
    if isinstance(pattern, Phases) and pattern.phases[-1].length is not None and not found:
        total = sum(phase.length or 0 for phase in pattern.phases)
        assert window(pattern, starts_on, starts_on + (total + 2) * DAY, "Europe/London")


def window(pattern: Pattern, starts_on: date, until: date, where: str) -> list[datetime]:
    found = recurrence.occurrences(
        pattern,
        starts_on=starts_on,
        ends_on=None,
        zone=zone(where),
        usual_day=USUAL_DAY,
        since=datetime.combine(starts_on - 2 * DAY, time(), UTC),
        until=datetime.combine(until, time(), UTC),
    )
    return [one.due_at for one in found]


VECTORS = [(stop, vector) for stop in schedule_faults.STOPS for vector in stop.vectors]


@pytest.mark.parametrize("stop, vector", VECTORS, ids=[f"{stop.id}: {vector['name']}" for stop, vector in VECTORS])
def test_the_vectors_of_each_stop(stop: schedule_faults.Stop, vector: Mapping[str, Any]) -> None:
    pattern = stored.from_json(vector["pattern"])
    assert schedule_faults.faults(pattern, WEDNESDAY - 2 * DAY, None) == []
    for ingredient in stop.ingredients:
        told = [("/pattern", stop.says)] if vector["stopped"] else []
        assert schedule_faults.stops(pattern, [ingredient]) == told
        assert schedule_faults.stops(pattern, ["paracetamol", f" {ingredient.upper()} "]) == told
    assert schedule_faults.stops(pattern, ["paracetamol"]) == []


def test_a_stop_is_content_with_sources_and_a_draft_until_somebody_approves_it() -> None:
    assert schedule_faults.VERSION == "1"
    assert (schedule_faults.STATUS, schedule_faults.APPROVED_BY) == ("draft", None)
    for stop in schedule_faults.STOPS:
        assert stop.sources
        assert {vector["stopped"] for vector in stop.vectors} == {True, False}
        assert stop.ingredients <= set(ingredients.GROUPS)


def test_what_cannot_be_a_schedule_never_makes_a_stop_fall_over() -> None:
    doubly = [on(weekly(every=0)), on(weekly(every_weeks=0)), on(Days(every=7, on=-1, off=1))]
    for pattern in (*(pattern for pattern, _ in FAULTY), *doubly):
        assert len(schedule_faults.stops(pattern, ["methotrexate"])) <= 1
    assert all(schedule_faults.stops(pattern, ["methotrexate"]) for pattern in doubly)


# Patterns near to once a week, so that many are just allowed and many just stopped.
_rhythms = st.sampled_from(
    [
        Days(every=7),
        Days(every=14),
        Days(every=6),
        weekly(),
        weekly(every_weeks=2),
        Days(weekdays=frozenset({3})),
        Days(weekdays=frozenset({1, 3})),
        Days(on=1, off=6),
        Days(on=1, off=5),
        Days(every=2, on=1, off=6),
        Days(),
    ]
)
_one_slot = st.sampled_from([(AT_8,), (AT_20,), (Slot(2, anchor=Anchor.BEDTIME, offset=4 * HOUR),)])
_steps = st.builds(Phase, _one_slot, _rhythms, st.sampled_from([1, 6, 7, 8, 14, 28]))
_near_weekly = st.lists(_steps, min_size=1, max_size=4).map(
    lambda steps: Phases((*steps[:-1], replace(steps[-1], length=None)))
)
_any = st.one_of(
    _near_weekly,
    drawn.patterns,
    st.builds(Elapsed, st.integers(160, 180).map(lambda hours: hours * HOUR), st.just(TEN)),
)


@settings(max_examples=400, deadline=None)
@given(
    pattern=_any,
    starts_on=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    where=st.sampled_from(["Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut"]),
)
def test_what_is_not_stopped_never_gives_two_doses_in_a_week(pattern: Pattern, starts_on: date, where: str) -> None:
    due = window(pattern, starts_on, starts_on + 150 * DAY, where)
    [stop] = schedule_faults.STOPS
    by_clock_change = timedelta() if isinstance(pattern, Elapsed) else HOUR
    nearest = min((later - earlier for earlier, later in pairwise(due)), default=100 * DAY)
    if not schedule_faults.stops(pattern, ["methotrexate"]):
        assert nearest >= stop.days_between * DAY - by_clock_change
