"""The sentence that tells a coordinator why: the value, the limit, the context, and who set the limit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.protocols.applied import AppliedPlan
from app.protocols.content import Direction, Threshold
from app.readings import catalogue
from app.readings.observed import Observed
from app.rules import comparing

MOST_DECIMALS: Final = 6


def shown(reading: Observed) -> str:
    """The reading as people read it, with its measure: "Oxygen saturation 88%"."""
    text = catalogue.shown(reading.measure, reading.value, reading.value_2, reading.comparator, reading.code)
    return f"{catalogue.MEASURES[reading.measure].label} {text}"


def past(reading: Observed, crossed: list[tuple[Threshold, float]], direction: Direction, plan: AppliedPlan) -> str:
    """Why a reading past these limits is a finding."""
    measure = catalogue.MEASURES[reading.measure]
    clauses = [_clause(reading, threshold, limit, direction) for threshold, limit in crossed]
    joint = ": " if measure.components else " is "
    return f"{shown(reading)}{_context(reading)}{joint}{' and '.join(clauses)} ({origin(plan, crossed[0][0])})."


def origin(plan: AppliedPlan, threshold: Threshold) -> str:
    """Who set the limit: "limit of COPD oximetry at home, version 1", "limit set for this patient by Dr Lind, ..."."""
    own = plan.limits.get(threshold.name)
    if own is None:
        return f"limit of {plan.protocol.title}, version {plan.protocol.version}"
    whose = "the team's limit" if own.origin == "team" else "limit for this patient"
    return f"{whose}, set by {own.who}, {own.when}"


def symptoms(reading: Observed, which: frozenset[str]) -> str:
    """The symptoms told, of those that matter here, in plain words."""
    told = [catalogue.SYMPTOMS.get(code, code) for code in reading.symptoms if code in which]
    return ", ".join(told)


def against(scale: catalogue.Scale, value: float, limit: float) -> tuple[str, str]:
    """Both numbers with just enough decimals that rounding does not hide which side of the limit the value is on."""
    for decimals in range(scale.decimals, MOST_DECIMALS):
        place = Decimal(1).scaleb(-decimals)
        rounded = Decimal(repr(value)).quantize(place, rounding=ROUND_HALF_UP)
        if (rounded > limit, rounded < limit) == (value > limit, value < limit):
            return str(rounded), f"{limit:g}"
    return repr(value), f"{limit:g}"


def _clause(reading: Observed, threshold: Threshold, limit: float, direction: Direction) -> str:
    side = "below" if direction is Direction.LOW else "above"
    value = comparing.number(reading, threshold)
    if value is None or reading.comparator is not None:
        return f"{side} every limit; the first is {limit:g}"
    measure = catalogue.MEASURES[reading.measure]
    scale = measure.components[threshold.component] if threshold.component else measure.scales[0]
    exact, line = against(scale, value, limit)
    relation = f"at or {side} {line}" if threshold.inclusive else f"{side} {line}"
    if threshold.component:
        return f"{threshold.component} {exact} is {relation}"
    return relation if exact == scale.text(value) else f"{relation} (it is {exact})"


def _context(reading: Observed) -> str:
    parts = []
    if reading.on_oxygen is not None:
        parts.append("on oxygen" if reading.on_oxygen else "on air")
    if reading.meal is not None:
        parts.append(catalogue.MEALS.get(reading.meal, reading.meal))
    if reading.symptoms:
        parts.append("with " + ", ".join(catalogue.SYMPTOMS.get(code, code) for code in reading.symptoms))
    return " " + ", ".join(parts) if parts else ""
