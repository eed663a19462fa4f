"""What is planned happens in order, and time only goes forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.demo.timeline import Timeline

START = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


@given(st.lists(st.integers(-60, 600), max_size=30))
def test_acts_happen_in_order_under_a_clock_that_never_goes_back(minutes: list[int]) -> None:
    timeline, seen = Timeline(START), []
    for number, minute in enumerate(minutes):
        timeline.plan(START + timedelta(minutes=minute), lambda n=number: seen.append((timeline.now, n)))
    timeline.run(START + timedelta(minutes=600))
    assert [minutes[n] for _, n in seen] == sorted(minutes)
    assert [at for at, _ in seen] == sorted(at for at, _ in seen)
    assert all(at >= START for at, _ in seen)


def test_what_is_planned_on_the_way_happens_too_and_what_lies_later_does_not() -> None:
    timeline, seen = Timeline(START), []
    timeline.plan(START, lambda: timeline.plan(START + timedelta(minutes=5), lambda: seen.append("follows")))
    timeline.plan(START + timedelta(hours=2), lambda: seen.append("later"))
    timeline.run(START + timedelta(hours=1))
    assert seen == ["follows"]
    assert timeline.clock() == START + timedelta(minutes=5)


def test_what_happens_at_one_instant_happens_in_the_order_it_was_planned() -> None:
    timeline, seen = Timeline(START), []
    for name in "abc":
        timeline.plan(START, lambda name=name: seen.append(name))
    timeline.run(START)
    assert seen == ["a", "b", "c"]
