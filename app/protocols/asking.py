"""What the plans of a patient ask for each day: a measure once, as often as the plan that asks most often. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.protocols.applied import AppliedPlan

# How often a day the words of a protocol ask; what begins with "when" waits for its occasion.
_TIMES: Final = {"twice": 2, "when": 0, "whenever": 0}


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
        for ask in plan.protocol.ask:
            times = _TIMES.get(ask.when.split()[0], 1)
            if ask.measure not in found or times > found[ask.measure].times:
                found[ask.measure] = Asked(ask.measure, times, ask.when)
    return list(found.values())
