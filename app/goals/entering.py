"""What somebody sends about a goal; every id is the sender's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

LONGEST_WORDS: Final = 300
LONGEST_WHY: Final = 1000
LONGEST_NOTE: Final = 1000


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step towards a goal."""

    id: UUID
    words: str = field(repr=False)
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewGoal:
    """A goal in somebody's own words, with its steps."""

    id: UUID
    words: str = field(repr=False)
    why: str | None = field(default=None, repr=False)
    audience: str = "private"
    confidence: int | None = None
    tied_to: str | None = None
    tie: str | None = None
    start_value: Decimal | None = None
    aim_value: Decimal | None = None
    levels: tuple[str, ...] | None = field(default=None, repr=False)  # the words for -2 to +2
    review_each_days: int | None = None
    steps: tuple[NewStep, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class NewReview:
    """How a goal goes."""

    id: UUID
    confidence: int | None = None
    level: int | None = None
    note: str | None = field(default=None, repr=False)


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same as JSON can keep it, equal where the same was said."""
    return {name: _plain(value) for name, value in said.items()}


def content(new: NewGoal | NewStep | NewReview) -> dict[str, Any]:
    """All that was sent, as it is kept to know it again."""
    return plain(asdict(new))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return plain(value)
    return str(value) if isinstance(value, UUID | date) else value
