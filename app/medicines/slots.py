"""The numbers of slots: an edited schedule keeps them, so that a dose answered today is not asked for again.

A number stands for one time of the day, in whichever phase of a taper it comes: moving the day on which a phase ends
must not make a second dose of the one that was taken at 08:00. A number that was used once is never used for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Final

from app.medicines.patterns import USUAL_DAY, Anchor, Pattern, Phase, Phases, Slot

NONE_USED: Final = -1  # the highest number of a schedule that is new

_Time = tuple[time | None, Anchor | None, timedelta]


def numbered(new: Phases, old: Pattern | None = None, *, highest_used: int = NONE_USED) -> Phases:
    """The new pattern with numbers, over all its phases: those of the old one where a time stays or moves."""
    before = _distinct(old.phases) if isinstance(old, Phases) else ()
    times = _distinct(new.phases)
    numbers = {_time(slot): slot.number for slot in renumbered(before, times, highest_used=highest_used)}
    return Phases(
        tuple(
            replace(phase, slots=tuple(replace(slot, number=numbers[_time(slot)]) for slot in phase.slots))
            for phase in new.phases
        )
    )


def renumbered(old: Sequence[Slot], new: Sequence[Slot], *, highest_used: int = NONE_USED) -> tuple[Slot, ...]:
    """The new slots, as ordered, with numbers: the same time keeps its own; others take over what is left, in order.

    08:00 moved to 09:00 keeps its number; when slots are added, what is left over gets numbers never used before.
    """
    free = {_time(slot): slot.number for slot in old}
    kept = {_time(slot): free.pop(_time(slot)) for slot in new if _time(slot) in free}
    moved = sorted((slot for slot in new if _time(slot) not in kept), key=usual_hour)
    left = [slot.number for slot in sorted(old, key=usual_hour) if _time(slot) in free]
    first_fresh = max([highest_used, *(slot.number for slot in old)]) + 1
    fresh = range(first_fresh, first_fresh + len(new))
    for slot, number in zip(moved, [*left, *fresh], strict=False):
        kept[_time(slot)] = number
    return tuple(replace(slot, number=kept[_time(slot)]) for slot in new)


def _distinct(phases: Sequence[Phase]) -> tuple[Slot, ...]:
    """One slot of each time, whichever phase it is in."""
    return tuple({_time(slot): slot for phase in phases for slot in phase.slots}.values())


def _time(slot: Slot) -> _Time:
    return slot.at, slot.anchor, slot.offset


def usual_hour(slot: Slot) -> tuple[timedelta, str]:
    """Where in the day a slot stands; an anchor at its usual time, whatever this patient's is."""
    at = (USUAL_DAY[slot.anchor] if slot.anchor else slot.at) or time()
    return timedelta(hours=at.hour, minutes=at.minute) + slot.offset, slot.anchor or ""
