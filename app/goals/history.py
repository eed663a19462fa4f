"""The history of a goal, as far as somebody may read it. Pure.

What was done while a goal was kept from somebody stays kept from them when it is shared later: they read that it was
shared, not what it said before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that was done; `audience` is that of the goal from then on. By nobody: by the clock."""

    id: UUID
    kind: str
    at: datetime
    by: UUID | None
    role: str | None
    channel: str
    step_id: UUID | None
    audience: str
    before: Mapping[str, Any]  # what it was before
    why: str | None = None
    review_id: UUID | None = None
    helper_id: UUID | None = None  # who was asked to help, or helps no more


def seen(events: Iterable[Happened], audiences: Collection[str]) -> Iterator[Happened]:
    """What somebody sees to whom goals of these audiences are shown; the events in the order in which they happened."""
    before: str | None = None
    for one in events:
        if one.audience in audiences:
            was_seen = before is None or before in audiences
            yield one if was_seen else replace(one, before={}, why=None, review_id=None, helper_id=None)
        before = one.audience


def without_numbers(one: Happened) -> Happened:
    """The same for who may not read every number that a goal can go by: it may have gone by another then."""
    kept = {name: value for name, value in one.before.items() if name not in ("start_value", "aim_value")}
    return replace(one, before=kept)
