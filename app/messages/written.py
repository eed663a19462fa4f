"""What somebody sends to a thread, or to open one; the id is the sender's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message."""

    id: UUID
    text: str = field(repr=False)
    shown: datetime | None = None  # when the last message was written that the sender had before them


@dataclass(frozen=True, slots=True)
class NewThread:
    """A topic with its first message, which has the same id."""

    id: UUID
    topic: str = field(repr=False)
    text: str = field(repr=False)
