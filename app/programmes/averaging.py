"""The average of blood pressure at home, as NICE NG136 has it made: without the first day. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Final
from zoneinfo import ZoneInfo

MEASURE: Final = "blood_pressure"
Measured = tuple[datetime, float | None, float | None]  # when, and its two numbers


@dataclass(frozen=True, slots=True)
class Average:
    """Unrounded, of so many readings on so many days."""

    systolic: float
    diastolic: float
    readings: int
    days: int


def average(measured: Iterable[Measured], zone: ZoneInfo) -> Average | None:
    """The average without the readings of the first day; None where there is no second."""
    known = [
        (at.astimezone(zone).date(), upper, lower)
        for at, upper, lower in measured
        if upper is not None and lower is not None
    ]
    first = min((day for day, _, _ in known), default=None)
    later = [one for one in known if one[0] != first]
    if not later:
        return None
    days = {day for day, _, _ in later}
    return Average(fmean(one[1] for one in later), fmean(one[2] for one in later), len(later), len(days))
