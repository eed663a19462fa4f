"""What the plans of a patient ask for each day: a measure once, as often as the plan that asks most often. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.protocols.applied import AppliedPlan
from app.protocols.content import Ask, LimitRule, SymptomRule

# How often a day the words of a protocol ask, by how they begin; what begins with "when" waits for its occasion.
_TIMES: Final = {
    "when": 0,
    "twice": 2,
    "three times": 3,
    "before meals and at bedtime": 4,
    "before meals": 3,
    "four times": 4,
}
_WITH: Final = "with each "  # as often as what it goes with


@dataclass(frozen=True, slots=True)
class Asked:
    """One measure the plans ask for: how often a day, and in which words."""

    measure: str
    times: int
    words: str


def asked(plans: Sequence[AppliedPlan]) -> list[Asked]:
    """What the plans ask for each day."""
    found: dict[str, Asked] = {}
    for plan in plans:
        most = max((_times(ask) for ask in plan.protocol.ask), default=0)
        for ask in plan.protocol.ask:
            times = most if ask.when.startswith(_WITH) else _times(ask)
            if ask.measure not in found or times > found[ask.measure].times:
                found[ask.measure] = Asked(ask.measure, times, ask.when)
    return list(found.values())


def symptoms(measure: str, plans: Iterable[AppliedPlan]) -> set[str]:
    """The symptoms that matter to some rule of these plans when they are told with this measure."""
    codes: set[str] = set()
    for plan in plans:
        for rule in plan.protocol.by_measure.get(measure, ()):
            if isinstance(rule, SymptomRule):
                codes |= rule.symptoms
            elif isinstance(rule, LimitRule):
                whens = [band.when for band in rule.bands] + [rule.when]
                codes |= {code for when in whens if when is not None for code in when.symptoms}
    return codes


def _times(ask: Ask) -> int:
    begins = (times for words, times in _TIMES.items() if ask.when.startswith(words))
    return next(begins, 1)
