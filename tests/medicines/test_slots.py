"""An edited schedule keeps the identity of its slots, and a number is never used for another time again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.medicines import slots
from app.medicines.patterns import Anchor, AsDirected, Elapsed, Phase, Phases, Slot
from tests.medicines import drawn
from tests.medicines.zones import LONDON


def at(*hours: int) -> tuple[Slot, ...]:
    return tuple(Slot(number, time(hour)) for number, hour in enumerate(hours))


def numbers(found: Sequence[Slot]) -> list[int]:
    return [slot.number for slot in found]


TABLE = [
    ("a new schedule", (), (8, 14, 20), -1, [0, 1, 2]),
    ("one is dropped", (8, 14, 20), (8, 20), 2, [0, 2]),
    ("one is added after one was dropped", (8, 20), (8, 14, 20), 2, [0, 3, 1]),
    ("one is added", (8, 20), (8, 14, 20), 1, [0, 2, 1]),
    ("one is moved", (8, 20), (9, 20), 1, [0, 1]),
    ("both are moved", (8, 20), (9, 21), 1, [0, 1]),
    ("moved past another", (8, 14, 20), (14, 20, 22), 2, [1, 2, 0]),
    ("two become one other", (8, 20), (14,), 1, [0]),
    ("one becomes two others, the earlier takes over", (8,), (20, 9), 0, [1, 0]),
    ("written in another order", (8, 20), (20, 8), 1, [1, 0]),
    ("nobody said which were used", (8, 20), (8, 14, 20), -1, [0, 2, 1]),
    ("numbers of an older edit stay retired", (8,), (8, 12), 7, [0, 8]),
]


@pytest.mark.parametrize("old, new, highest, expected", [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_which_number_a_slot_keeps(old: Sequence[int], new: Sequence[int], highest: int, expected: list[int]) -> None:
    fresh = tuple(replace(slot, number=99) for slot in at(*new))
    assert numbers(slots.renumbered(at(*old), fresh, highest_used=highest)) == expected


def test_a_time_is_its_anchor_and_offset_too() -> None:
    old = (Slot(0, anchor=Anchor.BREAKFAST), Slot(1, anchor=Anchor.BREAKFAST, offset=timedelta(hours=1)))
    new = (Slot(9, time(8)), replace(old[1], number=9), Slot(9, anchor=Anchor.BEDTIME))
    assert numbers(slots.renumbered(old, new, highest_used=1)) == [0, 1, 2]


def test_a_number_stands_for_one_time_in_every_phase_of_a_taper() -> None:
    taper = slots.numbered(Phases((Phase(at(8, 20), length=7), Phase(at(20), length=7), Phase(at(8, 14)))))
    assert [numbers(phase.slots) for phase in taper.phases] == [[0, 2], [2], [0, 1]]
    edited = slots.numbered(Phases((Phase(at(8), length=3), Phase(at(14, 21)))), taper, highest_used=2)
    assert [numbers(phase.slots) for phase in edited.phases] == [[0], [1, 2]]


@pytest.mark.parametrize("old", [AsDirected("x"), Elapsed(timedelta(hours=6), datetime(2026, 1, 1, tzinfo=LONDON))])
def test_what_had_no_slots_hands_none_on(old: AsDirected | Elapsed) -> None:
    assert numbers(slots.numbered(Phases((Phase(at(8, 20)),)), old, highest_used=4).phases[0].slots) == [5, 6]


@settings(deadline=None)
@given(drawn.slots(), st.lists(drawn.slots(), min_size=1, max_size=6))
def test_over_any_edits_a_number_never_passes_to_another_time_it_did_not_replace(
    first: tuple[Slot, ...], edits: list[tuple[Slot, ...]]
) -> None:
    current = slots.renumbered((), first)
    highest = max(numbers(current))
    for edit in edits:
        before = set(numbers(current))
        after = slots.renumbered(current, edit, highest_used=highest)
        assert [replace(slot, number=0) for slot in after] == [replace(slot, number=0) for slot in edit]
        assert len(set(numbers(after))) == len(after)
        same = {time_of(slot): slot.number for slot in current}
        assert all(slot.number == same.get(time_of(slot), slot.number) for slot in after)
        assert all(slot.number in before or slot.number > highest for slot in after)
        assert len(set(numbers(after)) & before) == min(len(before), len(after))
        current, highest = after, max(highest, *numbers(after))


def time_of(slot: Slot) -> tuple[object, ...]:
    return slot.at, slot.anchor, slot.offset


@settings(deadline=None)
@given(drawn.phases, drawn.phases)
def test_over_all_phases_one_time_is_one_number(old: Phases, new: Phases) -> None:
    old = slots.numbered(old)
    highest = max(slot.number for phase in old.phases for slot in phase.slots)
    found = {
        (time_of(slot), slot.number)
        for phase in slots.numbered(new, old, highest_used=highest).phases
        for slot in phase.slots
    }
    assert len(found) == len({time_ for time_, _ in found}) == len({number for _, number in found})
