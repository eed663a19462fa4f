"""Facts of medicines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class DosesAnswered(Event):
    """Somebody said what became of these doses."""

    dose_ids: tuple[UUID, ...]
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class DosesNotRecorded(Event):
    """The time in which these doses could be recorded has passed without a word."""

    dose_ids: tuple[UUID, ...]
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class TakenTwice(Event):
    """Somebody says that a dose was taken twice, or past what was set for it: a human must look at it today."""

    dose_id: UUID
    said_at: datetime
