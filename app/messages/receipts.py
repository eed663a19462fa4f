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
    written_at: datetime, author_id: UUID, seen: Mapping[UUID, datetime], written: Sequence[tuple[datetime, UUID]]
) -> list[Read]:
    """Who besides its author has read a message; `written`: when, and by whom, the messages of its thread."""
    return [
        Read(person_id, None if _read_more(written_at, person_id, at, written) else at)
        for person_id, at in sorted(seen.items(), key=lambda one: one[1])
        if person_id != author_id and at >= written_at
    ]


def _read_more(written_at: datetime, reader: UUID, until: datetime, written: Sequence[tuple[datetime, UUID]]) -> bool:
    """Have they read something later too, which somebody else wrote? Then that is what the time is of."""
    return any(written_at < at <= until and author_id != reader for at, author_id in written)
