"""What somebody sends to ask the circle for help. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class NewHelp:
    """A thing that is offered, own words, or both; the id is the sender's own. `people` None: all of the circle."""

    id: UUID
    thing: str | None = None
    words: str = field(default="", repr=False)
    wanted_at: datetime | None = None  # None: as soon as somebody can
    people: tuple[UUID, ...] | None = None
    alert_id: UUID | None = None
