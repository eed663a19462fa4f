"""Facts of ratings."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class RatingGiven(Event):
    """Somebody rated areas of life, or a rating was corrected: this one stands from now on."""

    rating_id: UUID
    code: str
    voice: str
