"""Any schedule, for properties: drawn from everything that has no fault."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Elapsed, Phase, Phases, Slot

MINUTE = timedelta(minutes=1)

amounts = st.none() | st.integers(1, 40).map(lambda quarters: Decimal(quarters) / 4)
_clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
_offsets = st.sampled_from([-120, -30, 0, 30, 240]).map(lambda minutes: minutes * MINUTE)
_times = _clock_times.map(lambda at: (at, None, timedelta())) | st.tuples(
    st.none(), st.sampled_from(list(Anchor)), _offsets
)


@st.composite
def slots(draw: st.DrawFn, most: int = 5) -> tuple[Slot, ...]:
    """Times of one day, no two the same, numbered in the order they are written in."""
    times = draw(st.lists(_times, min_size=1, max_size=most, unique=True))
    return tuple(Slot(number, *time_, draw(amounts)) for number, time_ in enumerate(times))


_weekdays = st.frozensets(st.integers(1, 7), min_size=1)
_cycles = st.tuples(st.integers(1, 30), st.integers(1, 30))
days = st.one_of(
    st.just(Days()),
    st.builds(Days, every=st.integers(1, 31)),
    st.builds(Days, weekdays=_weekdays, every_weeks=st.integers(1, 6)),
    st.tuples(_weekdays, _cycles).map(lambda drawn: Days(weekdays=drawn[0], on=drawn[1][0], off=drawn[1][1])),
    st.tuples(st.integers(1, 4), _cycles).map(lambda drawn: Days(drawn[0], on=drawn[1][0], off=drawn[1][1])),
)
_finite = st.builds(Phase, slots(), days, st.integers(1, 40))
_last = st.builds(Phase, slots(), days, st.none() | st.integers(1, 40))
phases = st.tuples(st.lists(_finite, max_size=3), _last).map(lambda drawn: Phases((*drawn[0], drawn[1])))
elapsed = st.builds(
    Elapsed,
    every=st.integers(1, 31 * 24).map(lambda hours: timedelta(hours=hours)),
    first_at=st.integers(0, 3 * 366 * 24 * 60).map(lambda n: datetime(2025, 1, 1, tzinfo=UTC) + n * MINUTE),
    amount=amounts,
)
as_needed = st.builds(
    AsNeeded,
    minimum_gap=st.none() | st.integers(1, 7 * 24 * 60).map(lambda minutes: minutes * MINUTE),
    most_in_24_hours=st.none() | st.integers(1, 20).map(Decimal),
    amount=amounts,
)
as_directed = st.builds(AsDirected, st.sampled_from(["the dose follows your blood test", "§ Zoë’s plan says when"]))
patterns = st.one_of(phases, elapsed, as_needed, as_directed)
