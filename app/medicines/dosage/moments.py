"""At which moments of the day a FHIR repeat is: times, events of the patient's day, or only so often."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Final

from app.medicines.dosage.facts import ANCHOR_OF_PART, Moment, Part
from app.medicines.dosage.problems import Node
from app.medicines.patterns import Anchor, Slot

_MEALS = {"M": Anchor.BREAKFAST, "D": Anchor.LUNCH, "V": Anchor.EVENING_MEAL}
_SIDES = {"AC": -1, "PC": 1, "C": 1}  # before, after, with: minutes count from then on
EVENTS: Final[dict[str, tuple[Anchor, int]]] = {
    "HS": (Anchor.BEDTIME, -1),
    "WAKE": (Anchor.WAKING, 1),
    **{f"{side}{meal}": (anchor, sign) for meal, anchor in _MEALS.items() for side, sign in _SIDES.items()},
}
# Parts of the day: when they are is only supposed.
PARTS: Final[dict[str, Anchor | time]] = {
    "MORN": Anchor.BREAKFAST, "MORN.early": Anchor.WAKING, "MORN.late": time(11), "NOON": time(12),
    "AFT": time(15), "AFT.early": time(13), "AFT.late": time(17), "EVE": Anchor.EVENING_MEAL, "EVE.early": time(17),
    "EVE.late": time(21), "NIGHT": Anchor.BEDTIME,
}  # fmt: skip
# So many times a day and no times: these are offered, and confirmed before anybody is reminded.
SPREAD: Final[dict[int, tuple[Anchor | time, ...]]] = {
    1: (Anchor.BREAKFAST,),
    2: (Anchor.BREAKFAST, Anchor.EVENING_MEAL),
    3: (Anchor.BREAKFAST, Anchor.LUNCH, Anchor.EVENING_MEAL),
    4: (Anchor.BREAKFAST, Anchor.LUNCH, Anchor.EVENING_MEAL, Anchor.BEDTIME),
    5: (Anchor.WAKING, time(11), time(14, 30), Anchor.EVENING_MEAL, Anchor.BEDTIME),
    6: (Anchor.WAKING, time(10), Anchor.LUNCH, time(15), Anchor.EVENING_MEAL, Anchor.BEDTIME),
}

_PARTS_SAID: Final[dict[Part, Anchor | time]] = {
    **ANCHOR_OF_PART, Part.MORNING: Anchor.BREAKFAST, Part.MIDDAY: Anchor.LUNCH, Part.AFTERNOON: time(15),
    Part.EVENING: Anchor.EVENING_MEAL,
}  # fmt: skip


def as_said(slot: Slot, moment: Moment) -> Slot:
    """A slot at a moment that a text names."""
    if moment.part is None:
        return replace(slot, at=moment.at, anchor=None, offset=timedelta())
    place = _PARTS_SAID[moment.part]
    if isinstance(place, Anchor):
        return replace(slot, at=None, anchor=place, offset=moment.offset)
    return replace(slot, at=place, anchor=None, offset=moment.offset)


def slots(repeat: Node, frequency: int | None, amount: Decimal | None) -> tuple[tuple[Slot, ...], tuple[str, ...]]:
    """Times as said, else parts of the day, else a spread that is only offered."""
    at, when = repeat.list_of_words("timeOfDay"), repeat.list_of_words("when")
    if at and when:
        repeat.problem("Times of the day and moments cannot both stand there.", "timeOfDay")
    if repeat.has("offset") and not when:
        repeat.problem("Minutes before or after nothing.", "offset")
    if at:
        moments: list[tuple[Anchor | time, int]] = [(one, 0) for one in _clock(repeat, at)]
        supposed: tuple[str, ...] = ()
    elif when:
        moments, supposed = _moments(repeat, when, frequency)
    else:
        spread = SPREAD.get(frequency or 1)
        if spread is None:
            repeat.problem(f"It is {frequency} times a day, and the times are not said.", "frequency")
        moments, supposed = [(one, 0) for one in spread or ()], ("The times of the day are not said.",)
    if frequency is not None and moments and len(moments) != frequency:
        repeat.problem(f"It says {frequency} a day and names {len(moments)}.", "frequency")
    return _numbered(moments, repeat.whole("offset") if when else None, amount), supposed


def _numbered(
    moments: list[tuple[Anchor | time, int]], minutes: int | None, amount: Decimal | None
) -> tuple[Slot, ...]:
    slots = []
    for number, (moment, side) in enumerate(moments):
        offset = timedelta(minutes=side * (minutes or 0))
        if isinstance(moment, Anchor):
            slots.append(Slot(number, anchor=moment, offset=offset, amount=amount))
        else:
            slots.append(Slot(number, at=moment, offset=offset, amount=amount))
    return tuple(slots)


def _clock(repeat: Node, at: list[str]) -> list[time]:
    try:
        times = [time.fromisoformat(one).replace(second=0, microsecond=0) for one in at]
    except ValueError:
        repeat.problem("This is no time of the day.", "timeOfDay")
        return []
    return sorted({one.replace(tzinfo=None) for one in times})


def _moments(
    repeat: Node, when: list[str], frequency: int | None
) -> tuple[list[tuple[Anchor | time, int]], tuple[str, ...]]:
    found: list[tuple[Anchor | time, int]] = []
    supposed: tuple[str, ...] = ()
    for code in when:
        if code in _SIDES and frequency == 3 and len(when) == 1:
            found += [(anchor, _SIDES[code]) for anchor in _MEALS.values()]
        elif code in EVENTS:
            found.append(EVENTS[code])
        elif code in PARTS:
            found.append((PARTS[code], 1))
            supposed = ("At what time in that part of the day it is taken is not said.",)
        else:
            repeat.problem(f"Kith cannot tell when {code} is.", "when")
    return found, supposed
