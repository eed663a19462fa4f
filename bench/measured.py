"""What was measured, and what becomes of several rounds of it. Pure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one program."""

    items: int
    seconds: float
    cpu_seconds: float
    took: Sequence[float] = field(repr=False)

    @property
    def rate(self) -> float:
        return self.items / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu_seconds / self.items


Rounds = Mapping[str, Sequence[Round]]  # by the name of what ran


def rate(rounds: Sequence[Round]) -> float:
    """The median rate."""
    return statistics.median(one.rate for one in rounds)


def cpu_ms(rounds: Sequence[Round]) -> float:
    """The median of CPU milliseconds an item."""
    return statistics.median(one.cpu_ms for one in rounds)


def ratios(rounds: Sequence[Round], to: Sequence[Round]) -> list[float]:
    """Each round's rate over that of the other one's round beside it."""
    return [one.rate / other.rate for one, other in zip(rounds, to, strict=True)]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def percentile_of_rounds(rounds: Sequence[Round], share: float) -> float:
    """In milliseconds, over all rounds together."""
    return 1000 * percentile([value for one in rounds for value in one.took], share)
