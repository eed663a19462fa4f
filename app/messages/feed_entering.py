"""What somebody sends to a feed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

LONGEST: Final = 4000
LONGEST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A file as it was sent, and what is on it in words for those who cannot see it."""

    content: bytes = field(repr=False)
    words: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post or a comment; the id is the sender's own."""

    id: UUID
    text: str = field(repr=False)
    photo: NewPhoto | None = None
