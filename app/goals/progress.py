"""How far somebody has come towards a goal. Pure.

From numbers it is the share of the way from the start to the aim: 1 is there, below 0 is behind the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

TRENDS: Final = ("there", "towards", "unchanged", "away")
_HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Progress:
    """The share of the way, rounded down, so that 1 is said of nothing that is not there; and where it moves."""

    share: Decimal
    trend: str


def of_values(start: Decimal, aim: Decimal, now: Decimal) -> Progress:
    """From the value at which it began, the one that is wanted, and the newest; the aim may lie above or below."""
    if start == aim:  # to be kept as it is
        return Progress(Decimal(1), "there") if now == aim else Progress(Decimal(0), "away")
    gone = (now - start) / (aim - start)
    if gone >= 1:
        return Progress(Decimal(1), "there")
    return Progress(gone.quantize(_HUNDREDTH, ROUND_FLOOR), _trend(gone))


def of_steps(done: int, of: int) -> Progress | None:
    """From the steps that are done; None where there are none."""
    return of_values(Decimal(0), Decimal(of), Decimal(done)) if of else None


def _trend(gone: Decimal) -> str:
    if gone == 0:
        return "unchanged"
    return "towards" if gone > 0 else "away"
