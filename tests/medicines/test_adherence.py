"""Adherence: parts of wholes, with what is not known kept apart from what was missed, in words that support."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.medicines import adherence
from app.medicines.adherence import Adherence, Dose, Pause, Share, State, Supply

ONE, OTHER = UUID(int=1), UUID(int=2)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 10)
EIGHT = datetime(2026, 11, 1, 8, tzinfo=UTC)


def dose(
    day: int, state: str = "taken", late: int | None = 0, medicine: UUID = ONE, as_needed: bool = False, hour: int = 8
) -> Dose:
    due_at = EIGHT.replace(day=day, hour=hour)
    taken_at = due_at + timedelta(minutes=late) if state == "taken" and late is not None else None
    return Dose(medicine, due_at, due_at.date(), state, taken_at, timedelta(minutes=30), as_needed)


def of(*doses: Dose, **more: object) -> Adherence:
    return adherence.by_medicine(doses, FIRST, LAST, **more)[ONE]  # type: ignore[arg-type]


def test_taken_and_on_time_are_parts_of_the_doses_due() -> None:
    found = of(dose(1), dose(2, late=30), dose(3, late=31), dose(4, late=-31), dose(5, late=None), dose(6, "missed"))
    assert (found.taken, found.on_time) == (Share(5, 6), Share(2, 6))


def test_what_nobody_said_is_apart_from_what_was_missed_or_skipped() -> None:
    found = of(dose(1, "not_recorded"), dose(2, "not_sent"), dose(3, "missed"), dose(4, "skipped"), dose(5))
    assert (found.not_recorded, found.not_sent, found.missed, found.skipped) == (2, 1, 1, 1)
    assert found.taken == Share(1, 5)


@pytest.mark.parametrize("state", ["due", "paused", "withdrawn"])
def test_what_is_not_over_or_was_not_to_be_taken_does_not_count(state: str) -> None:
    assert of(dose(1), dose(2, state)).taken == Share(1, 1)


def test_as_needed_is_never_counted() -> None:
    assert adherence.by_medicine([dose(1, as_needed=True)], FIRST, LAST) == {}
    assert of(dose(1), dose(2, as_needed=True)).taken == Share(1, 1)


def test_each_medicine_stands_alone() -> None:
    found = adherence.by_medicine([dose(1), dose(1, "missed", medicine=OTHER)], FIRST, LAST)
    assert [found[ONE].taken, found[OTHER].taken] == [Share(1, 1), Share(0, 1)]


def test_doses_of_other_days_do_not_count() -> None:
    assert of(dose(1), dose(10), dose(11)).taken == Share(2, 2)


def test_paused_and_hospital_days_are_in_no_whole() -> None:
    doses = [dose(1), dose(2, "not_recorded"), dose(3), dose(4, "missed"), dose(5)]
    pauses = [Pause(date(2026, 11, 2), date(2026, 11, 3)), Pause(date(2026, 11, 4), date(2026, 11, 4), OTHER)]
    found = of(*doses, pauses=pauses)
    assert (found.taken, found.not_recorded) == (Share(2, 3), 0)
    assert [day.on.day for day in found.days if day.is_out] == [2, 3]
    assert [day.due for day in found.days][:5] == [1, 0, 0, 1, 1]
    assert of(*doses, pauses=[Pause(date(2026, 11, 4), date.max, ONE)]).taken == Share(2, 3)


def test_a_day_is_complete_with_every_dose_of_it() -> None:
    found = of(dose(1), dose(1, hour=20), dose(2), dose(2, "skipped", hour=20), dose(8))
    assert found.complete_days == Share(2, 3)


def test_each_day_is_there_for_the_chart() -> None:
    found = of(dose(1), dose(1, "not_sent", hour=20), dose(3, late=90))
    assert [day.on for day in found.days] == [FIRST + timedelta(days=n) for n in range(10)]
    day = found.days[0]
    assert (day.due, day.taken, day.on_time, day.not_recorded, day.not_sent, day.is_out) == (2, 1, 1, 1, 1, False)
    assert (found.days[2].taken, found.days[2].on_time) == (1, 0)


def test_on_time_is_elapsed_over_a_change_of_the_clocks() -> None:
    london = ZoneInfo("Europe/London")
    first_pass, second_pass = (datetime(2026, 10, 25, 1, 30, tzinfo=london, fold=fold) for fold in (0, 1))
    late = Dose(ONE, first_pass, first_pass.date(), "taken", second_pass, timedelta(minutes=30))
    found = adherence.by_medicine([late], date(2026, 10, 25), date(2026, 10, 25))
    assert found[ONE].on_time == Share(0, 1)


def supply(day: int, days: int, month: int = 11) -> Supply:
    return Supply(ONE, date(2026, month, day), days)


COVERED = [
    ("all days", [supply(1, 10)], (), 10),
    ("a gap", [supply(1, 4), supply(7, 4)], (), 8),
    ("an overlap is carried forward", [supply(1, 4), supply(3, 4)], (), 8),
    ("never more than all", [supply(1, 30), supply(2, 30)], (), 10),
    ("left over from before", [supply(25, 10, 10)], (), 3),
    ("none before it was fetched", [supply(8, 30)], (), 3),
    ("nothing is used up on days out", [supply(1, 4)], (2, 3), 4),
    ("two on one day", [supply(1, 2), supply(1, 2)], (), 4),
]


@pytest.mark.parametrize("supplies, out, covered", [row[1:] for row in COVERED], ids=[row[0] for row in COVERED])
def test_days_covered_by_supplies(supplies: list[Supply], out: tuple[int, ...], covered: int) -> None:
    pauses = [Pause(date(2026, 11, day), date(2026, 11, day)) for day in out]
    assert of(dose(1), supplies=supplies, pauses=pauses).covered_days == Share(covered, 10 - len(out))


def test_without_supplies_coverage_is_not_known() -> None:
    assert of(dose(1), supplies=[Supply(OTHER, FIRST, 10)]).covered_days is None


SUPPLIES = st.lists(st.builds(supply, st.integers(1, 12), st.integers(0, 8)), min_size=1, max_size=6)


@given(SUPPLIES, st.sets(st.integers(1, 10)))
def test_coverage_is_at_most_all_and_more_supply_never_covers_less(supplies: list[Supply], out: set[int]) -> None:
    days = [FIRST + timedelta(days=n) for n in range(10)]
    gone = {date(2026, 11, day) for day in out}
    shares = [adherence.covered_days(supplies[:n], days, gone) for n in range(1, len(supplies) + 1)]
    assert all(share.part <= share.whole == 10 - len(out) for share in shares)
    assert all(fewer.part <= more.part for fewer, more in pairwise(shares))
    assert adherence.covered_days(supplies[::-1], days, gone) == shares[-1]


STATES = st.sampled_from([*State, "due", "paused", "withdrawn"])


@settings(deadline=None)
@given(st.lists(st.builds(dose, st.integers(1, 12), STATES, st.none() | st.integers(-90, 90))))
def test_every_dose_that_counts_counts_once(doses: list[Dose]) -> None:
    found = adherence.by_medicine(doses, FIRST, LAST).get(ONE)
    if found is None:
        return
    assert found.taken.part + found.skipped + found.missed + found.not_recorded == found.taken.whole
    assert found.not_sent <= found.not_recorded
    assert found.on_time.part <= found.taken.part
    assert found.complete_days.part <= found.complete_days.whole
    assert sum(day.due for day in found.days) == found.taken.whole


def test_it_is_said_in_words_that_support() -> None:
    found = of(
        dose(1), dose(2, late=60), dose(3, "skipped"), dose(4, "missed"), dose(5, "not_recorded"), dose(6, "not_sent")
    )
    assert adherence.in_words(found) == [
        "2 of 6 doses were recorded as taken, 1 of them on time.",
        "1 was skipped.",
        "1 was recorded as not taken.",
        "For 2 nothing was recorded: that does not mean not taken.",
        "1 was without a reminder, because the service was down.",
    ]
    assert adherence.in_words(of(dose(11))) == ["No doses were due in this time."]
    assert adherence.in_words(of(dose(1))) == ["1 of 1 doses were recorded as taken, 1 of them on time."]


BLAME = ("fail", "forgot", "should", "only", "poor", "bad", "complian", "wrong", "must", "%", "you ")


@given(st.lists(st.builds(dose, st.integers(1, 10), STATES), min_size=1))
def test_no_words_of_blame(doses: list[Dose]) -> None:
    for found in adherence.by_medicine(doses, FIRST, LAST).values():
        said = " ".join(adherence.in_words(found)).lower()
        assert not [word for word in BLAME if word in said]
