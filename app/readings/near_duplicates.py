"""Near-duplicates: the local and the UTC copy of one sync, the same values a whole number of hours apart.

Only between two copies from one device or app sync, never typed or texted (product.md, The main job, 3). The later
copy is linked to the earlier: it is left out of averages and counts and is still judged. Which of two is linked
depends on their own times alone, so it is the same in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

MOST_HOURS: Final = 14
SLACK: Final = timedelta(seconds=2)
REACH: Final = timedelta(hours=MOST_HOURS) + SLACK
SYNCED: Final = frozenset({"device", "sync"})
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Copy:
    """One reading of one measure of one patient, as far as copies go. `values` are all its value columns."""

    reading_id: UUID
    measured_at: datetime
    values: tuple[float | str | None, ...]
    source: str
    device: str | None = None


def copy_of(new: Copy, neighbours: Iterable[Copy]) -> UUID | None:
    """The earliest neighbour that this reading is a later copy of, or None. Give the neighbours within REACH."""
    earlier = [one for one in neighbours if _is_copy(new, one)]
    return min(earlier, key=_in_time).reading_id if earlier else None


def links(readings: Sequence[Copy]) -> dict[UUID, UUID]:
    """Every linked reading of one patient and measure, with the earliest original it leads back to."""
    ordered = sorted(readings, key=_in_time)
    original: dict[UUID, UUID] = {}
    start = 0
    for index, one in enumerate(ordered):
        while one.measured_at - ordered[start].measured_at > REACH:
            start += 1
        found = copy_of(one, ordered[start:index])
        if found is not None:
            original[one.reading_id] = original.get(found, found)
    return original


def _in_time(one: Copy) -> tuple[datetime, UUID]:
    return one.measured_at, one.reading_id


def _is_copy(later: Copy, earlier: Copy) -> bool:
    if later.source not in SYNCED or (later.source, later.device) != (earlier.source, earlier.device):
        return False
    return later.values == earlier.values and _whole_hours(later.measured_at - earlier.measured_at)


def _whole_hours(apart: timedelta) -> bool:
    hours = round(apart / _HOUR)
    return 1 <= hours <= MOST_HOURS and abs(apart - hours * _HOUR) <= SLACK
