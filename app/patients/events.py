"""Facts of patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class CareEnded(Event):
    """A patient's enrolment ended; from this commit on nothing reminds or asks them."""

    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class HandedOver(Event):
    """A patient has another team or another named coordinator from this commit on."""

    team_id: UUID
    coordinator_id: UUID
