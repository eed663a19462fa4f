"""Hysteresis: whether a reading lies on the safe side of an alert's limits by the margin.

Two such readings running mark an alert settled; only a person resolves it (clinical.md 2.10: BP 5, SpO2 1, pulse 5,
glucose 0.5; the margins stand in the protocols).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from app.protocols.applied import AppliedPlan
from app.protocols.content import ChangeRule, Direction, Family, LimitRule
from app.readings.observed import Observed
from app.rules import changes, comparing


def safe_side(
    plans: Sequence[AppliedPlan],
    key: tuple[str, Direction, Family],
    reading: Observed,
    window: Sequence[Observed] = (),
    *,
    zone: ZoneInfo,
) -> bool:
    """Whether every limit behind alerts of this key is cleared by its margin, in every plan.

    Where no limit applies to the reading the answer is no: nothing is called settled that was not measured.
    """
    measure, direction, family = key
    if reading.measure != measure:
        return False
    if family == Family.LEVEL:
        answers = [answer for plan in plans for answer in _levels(plan, direction, reading)]
    elif family == Family.CHANGE:
        answers = [
            changes.settled(plan, rule, reading, window, zone, plan.protocol.margins.get(measure, 0.0))
            for plan in plans
            for rule in plan.protocol.by_measure.get(measure, ())
            if isinstance(rule, ChangeRule) and rule.direction == direction
        ]
    else:
        return False
    return bool(answers) and all(answers)


def _levels(plan: AppliedPlan, direction: Direction, reading: Observed) -> Iterator[bool]:
    """One answer for each limit in force for this patient and this context."""
    margin = plan.protocol.margins.get(reading.measure, 0.0)
    for rule in plan.protocol.by_measure.get(reading.measure, ()):
        if not isinstance(rule, LimitRule) or rule.direction != direction or not comparing.met(rule.when, reading):
            continue
        for band in rule.bands:
            if (band.unless_set is None or band.unless_set not in plan.limits) and comparing.met(band.when, reading):
                for threshold in band.thresholds:
                    limit = comparing.figure(plan, threshold)
                    if limit is not None:
                        yield _clear(reading, comparing.number(reading, threshold), limit, margin, direction)


def _clear(reading: Observed, value: float | None, limit: float, margin: float, direction: Direction) -> bool:
    """LO is clear of every upper limit and of no lower one; HI the other way round."""
    if reading.comparator is not None:
        return (reading.comparator == ">") is (direction == Direction.LOW)
    if value is None:
        return False
    return value >= limit + margin if direction == Direction.LOW else value <= limit - margin
