"""Facts of readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class ReadingsRecorded(Event):
    """Readings of one patient were stored together."""

    reading_ids: tuple[UUID, ...]
    measures: tuple[str, ...]
    earliest: datetime  # measured_at of the first and the last of them
    latest: datetime
    received_at: datetime
    is_history: bool


@dataclass(frozen=True, slots=True)
class ReadingCorrected(Event):
    """A reading was marked as entered in error; what it caused is to be withdrawn and its neighbours judged again."""

    reading_id: UUID
    measure: str
    measured_at: datetime
    corrected_at: datetime
