"""Facts of teams."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class DutyEnded(Event):
    """Somebody holds no role here any more, and was a visitor in the circle of this patient."""

    person_id: UUID
