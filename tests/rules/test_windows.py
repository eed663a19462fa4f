"""How much history a reading needs, what must be judged again, and that the order of arrival never matters."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.readings.observed import Observed
from app.rules import windows
from app.rules.findings import Finding
from tests.rules import shipped
from tests.rules.shipped import judge, plan, reading

PLANS = [plan(name) for name in shipped.PROTOCOLS]


@pytest.mark.parametrize(
    "measure, needed",
    [
        ("weight", timedelta(days=11)),
        ("glucose", timedelta(days=7)),
        ("ketones", timedelta(hours=3)),
        ("blood_pressure", timedelta(minutes=30)),
        ("oxygen_saturation", timedelta(minutes=15)),
        ("steps", timedelta(0)),
    ],
)
def test_how_much_history_is_needed(measure: str, needed: timedelta) -> None:
    assert windows.window_needed(shipped.PROTOCOLS.values(), measure) == needed


def test_no_plan_needs_no_history() -> None:
    assert windows.window_needed([], "weight") == timedelta(0)


AFFECTED = [
    ("a late weight affects later ones and the one before", "weight", 0, {-24, 24, 48}, {-48}),
    ("a late glucose affects later ones", "glucose", 0, {24, 160}, {-24, 169}),
    ("a pressure affects those within minutes", "blood_pressure", 0, {-0.1, 0.1}, {-1, 1, 24}),
    ("a step count affects nothing", "steps", 0, set(), {-1, 1}),
]


@pytest.mark.parametrize("measure, hours, again, left", [row[1:] for row in AFFECTED], ids=[row[0] for row in AFFECTED])
def test_what_is_judged_again(measure: str, hours: float, again: set[float], left: set[float]) -> None:
    new = reading(measure, 80, 1, hours, value_2=60)
    window = [reading(measure, 80, n, at, value_2=60) for n, at in enumerate(sorted(again | left), start=2)]
    named = windows.affected(PLANS, new, [new, *window])
    assert named == tuple(
        one.reading_id for one in window if (one.measured_at - shipped.NOW) / timedelta(hours=1) in again
    )


def test_other_measures_are_never_affected() -> None:
    assert windows.affected(PLANS, reading("weight", 80), [reading("pulse", 80, 2, hours=1)]) == ()


_weights = st.tuples(
    st.integers(0, 14 * 4).map(lambda quarter: quarter * 6.0),
    st.sampled_from([78.0, 79.5, 80.0, 81.5, 82.0, 90.0, 180.0]),
)
_glucoses = st.tuples(
    st.integers(0, 10 * 8).map(lambda eighth: eighth * 3.0),
    st.sampled_from([2.9, 3.5, 3.9, 4.0, 9.0, 15.5, 16.0, 21.0]),
)
_pressures = st.tuples(st.integers(0, 60).map(lambda minute: minute / 60), st.sampled_from([88.0, 130.0, 152.0, 182.0]))
_histories = st.one_of(
    *(
        st.tuples(st.just(measure), st.lists(drawn, min_size=2, max_size=9, unique_by=lambda one: one[0]))
        for measure, drawn in (("weight", _weights), ("glucose", _glucoses), ("blood_pressure", _pressures))
    )
)


def _near(one: Observed, there: list[Observed]) -> list[Observed]:
    """What a caller loads: the readings from `window_needed` before it to as long after it."""
    reach = windows.window_needed(shipped.PROTOCOLS.values(), one.measure)
    return [other for other in there if abs(other.measured_at - one.measured_at) <= reach]


@settings(max_examples=300)
@given(_histories, st.lists(st.booleans(), min_size=9, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(
    history: tuple[str, list[tuple[float, float]]], copies: list[bool], chance: random.Random
) -> None:
    measure, values = history
    readings = [
        reading(measure, value, n, hours, value_2=70.0, linked=copies[n] and n % 4 == 3)
        for n, (hours, value) in enumerate(values)
    ]
    known: dict[UUID, list[Finding]] = {}
    arrived: list[Observed] = []
    for new in chance.sample(readings, len(readings)):
        arrived.append(new)
        by_id = {one.reading_id: one for one in arrived}
        for reading_id in (new.reading_id, *windows.affected(PLANS, new, _near(new, arrived))):
            one = by_id[reading_id]
            known[reading_id] = judge(PLANS, one, _near(one, arrived))
    assert known == {one.reading_id: judge(PLANS, one, readings) for one in readings}


@given(st.lists(_weights, min_size=1, max_size=9, unique_by=lambda one: one[0]))
def test_the_same_readings_always_give_the_same_findings(values: list[tuple[float, float]]) -> None:
    readings = [reading("weight", value, n, hours) for n, (hours, value) in enumerate(values)]
    assert (
        judge(PLANS, readings[0], readings)
        == judge(PLANS, readings[0], readings[::-1])
        == judge(PLANS, readings[0], readings[1:])
    )
