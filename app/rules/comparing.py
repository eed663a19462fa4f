"""How a reading stands against one limit, one context, and the limits set for a patient."""

from __future__ import annotations

from app.protocols.applied import AppliedPlan
from app.protocols.content import Band, Condition, Direction, LimitRule, Threshold
from app.readings import catalogue
from app.readings.observed import Observed


def figure(plan: AppliedPlan, threshold: Threshold) -> float | None:
    """The limit that holds for this patient; None where the protocol leaves it to one set for them and none was."""
    own = plan.limits.get(threshold.name)
    return threshold.figure if own is None else own.value


def number(reading: Observed, threshold: Threshold) -> float | None:
    """The number of the reading that this limit is about."""
    return reading.value_2 if threshold.component == "diastolic" else reading.value


def beyond(reading: Observed, threshold: Threshold, limit: float, direction: Direction) -> bool:
    """Whether the reading lies past the limit. LO lies below every limit, HI above every limit."""
    if reading.comparator is not None:
        return (reading.comparator == catalogue.LO) is (direction is Direction.LOW)
    value = number(reading, threshold)
    if value is None:
        return False
    if value == limit:
        return threshold.inclusive
    return value < limit if direction is Direction.LOW else value > limit


def met(condition: Condition | None, reading: Observed) -> bool:
    """Whether the context the reading was sent with is the one asked for; what was not told is not."""
    if condition is None:
        return True
    if condition.on_oxygen is not None and reading.on_oxygen is not condition.on_oxygen:
        return False
    if condition.at_rest and reading.at_rest is False:
        return False
    if condition.meals and reading.meal not in condition.meals:
        return False
    return not condition.symptoms or not condition.symptoms.isdisjoint(reading.symptoms)


def crossed(plan: AppliedPlan, rule: LimitRule, band: Band, reading: Observed) -> list[tuple[Threshold, float]]:
    """The limits of a band that the reading lies past, where the band holds for this patient and context."""
    if (band.unless_set is not None and band.unless_set in plan.limits) or not met(band.when, reading):
        return []
    return [
        (threshold, limit)
        for threshold in band.thresholds
        if (limit := figure(plan, threshold)) is not None and beyond(reading, threshold, limit, rule.direction)
    ]
