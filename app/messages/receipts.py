"""Who has read a message, and when, from until when each has read its thread. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Read:
    """Somebody has read it; when is known of the last they read, for that is what is kept."""

    person_id: UUID
    at: datetime | None


def of(
    written_at: datetime, author_id: UUID, seen: Mapping[UUID, datetime], all_written_at: Sequence[datetime]
) -> list[Read]:
    """Who besides its author has read a message; `all_written_at`: of the messages of its thread, in order."""
    later = [at for at in all_written_at if at > written_at]
    return [
        Read(person_id, None if later and later[0] <= at else at)
        for person_id, at in sorted(seen.items(), key=lambda one: one[1])
        if person_id != author_id and at >= written_at
    ]
