"""What a rule may know of one reading: the canonical numbers and the context rules read, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Observed:
    """One stored reading as rules see it. LO and HI have a comparator and no value."""

    reading_id: UUID
    measure: str
    measured_at: datetime
    value: float | None = None
    value_2: float | None = None
    comparator: str | None = None
    code: str | None = None
    on_oxygen: bool | None = None
    at_rest: bool | None = None
    meal: str | None = None
    symptoms: tuple[str, ...] = ()
    linked: bool = False
    source: str = ""
