"""A text against a schedule with times: how often, on which days, at which moments, how much, for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from decimal import Decimal
from itertools import pairwise, permutations

from app.medicines.dosage import comparing
from app.medicines.dosage.comparing import Compared
from app.medicines.dosage.days_said import Rhythm, days_agree, rhythm
from app.medicines.dosage.facts import ANCHOR_OF_PART, HOURS_OF_PART, Amount, Facts, Moment
from app.medicines.patterns import USUAL_DAY, Anchor, Days, Elapsed, Phase, Phases, Slot

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
UsualDay = Mapping[Anchor, time]


def phases(steps: Sequence[Facts], pattern: Phases, lasts: int | None, usual_day: UsualDay) -> Compared:
    """Step by step; a taper said in one sentence is spread out first."""
    compared = Compared()
    spread = _spread(steps[0]) if len(steps) == 1 and steps[0].taper else steps
    if len(spread) != len(pattern.phases):
        said, has = (f"{number} step{'s' if number > 1 else ''}" for number in (len(spread), len(pattern.phases)))
        compared.against.append(f"The text has {said}, the schedule has {has}.")
        return compared
    for number, (facts, phase) in enumerate(zip(spread, pattern.phases, strict=True)):
        _phase(facts, phase, usual_day, compared)
        rest = None if lasts is None else lasts - sum(before.length or 0 for before in pattern.phases[:number])
        length(facts, phase.length if rest is None else min(rest, phase.length or rest), compared)
    return compared


def _spread(facts: Facts) -> list[Facts]:
    """The steps of a taper: 40 mg down by 5 mg every 3 days until none is left."""
    taper = facts.taper
    assert taper is not None
    amount, steps = facts.amounts[0] if facts.amounts else None, []
    low = amount.low if amount else Decimal(0)
    while amount and low > 0 and low >= taper.until:
        ends = low > taper.until or taper.until == 0
        step = Amount(low, None, amount.unit)
        steps.append(
            Facts(
                times=facts.times,
                days=facts.days,
                moments=facts.moments,
                amounts=(step,),
                length=(taper.every, taper.every) if ends else None,
            )
        )
        low -= taper.by.low
    return steps


def length(facts: Facts, lasts: int | None, compared: Compared) -> None:
    """For how many days. A text that does not say so leaves it to the schedule."""
    if facts.length is None:
        return
    least, most = facts.length
    said = f"{least} day{'s' if least > 1 else ''}" if least == most else f"{least} to {most} days"
    if lasts is None:
        compared.against.append(f"The text says for {said}, the schedule has no end.")
    elif not least <= lasts <= most:
        compared.against.append(f"The text says for {said}, the schedule is for {lasts}.")


def _phase(facts: Facts, phase: Phase, usual_day: UsualDay, compared: Compared) -> None:
    if facts.as_needed:
        compared.against.append("The text says when needed, the schedule has fixed times.")
    said = rhythm(facts)
    _rhythm(said, facts, phase, compared)
    _evenly(facts, phase.slots, usual_day, compared)
    _limits(facts, phase.slots, usual_day, compared)
    if facts.moments:
        _moments(facts, phase.slots, usual_day, compared)
    else:
        for slot in phase.slots:
            comparing.amounts(facts.amounts, slot.amount, compared)


def _rhythm(said: Rhythm, facts: Facts, phase: Phase, compared: Compared) -> None:
    """How many doses on how many days."""
    compared.unsure += said.unsure
    slots = len(phase.slots)
    if said.per_day is not None and said.per_day != slots:
        compared.against.append(f"The text says {said.words(facts)}, the schedule has {slots} a day.")
    if said.per_week is not None:
        weekly = (
            slots * len(phase.days.weekdays) if phase.days.weekdays else slots if phase.days == Days(every=7) else 0
        )
        if weekly != said.per_week or phase.days.every_weeks > 1:
            compared.against.append(f"The text says {said.words(facts)}, the schedule has other days.")
    elif said.days is not None and (agrees := days_agree(said.days, phase.days)) is not True:
        if agrees is None:
            compared.unsure.append("Which day of the week it is depends on the day it starts.")
        else:
            compared.against.append(f"The text says {said.words(facts)}, the schedule has other days.")


def _evenly(facts: Facts, slots: Sequence[Slot], usual_day: UsualDay, compared: Compared) -> None:
    """Every 6 hours as times of the day: only when they are 6 hours apart, over midnight too."""
    if not facts.hours or facts.hours.least != facts.hours.most or facts.hours.least >= DAY:
        return
    if any(gap != facts.hours.least for gap in _gaps(slots, usual_day)):
        compared.against.append(
            f"The text says every {facts.hours.least / HOUR:g} hours, the times are not so far apart."
        )


def _limits(facts: Facts, slots: Sequence[Slot], usual_day: UsualDay, compared: Compared) -> None:
    if facts.gap and any(gap < facts.gap for gap in _gaps(slots, usual_day)):
        compared.against.append(f"The text says at least {facts.gap / HOUR:g} hours apart, some times are nearer.")
    if facts.most_times is not None and len(slots) > facts.most_times:
        compared.against.append(f"The text says at most {facts.most_times} times, the schedule has {len(slots)}.")
    if facts.most_amount is not None:
        most, amounts = facts.most_amount, [slot.amount for slot in slots]
        if most.unit not in comparing.COUNTED or None in amounts:
            compared.unsure.append(f"Whether it keeps to at most {most.words} in 24 hours cannot be told.")
        elif sum(amount or 0 for amount in amounts) > most.low:
            compared.against.append(f"The text says at most {most.words} in 24 hours, the schedule has more.")


def _gaps(slots: Sequence[Slot], usual_day: UsualDay) -> list[timedelta]:
    walls = sorted(_wall(slot, usual_day) for slot in slots)
    return [later - earlier for earlier, later in pairwise([*walls, walls[0] + DAY])] if walls else []


def _wall(slot: Slot, usual_day: UsualDay) -> timedelta:
    at = slot.at if slot.at is not None else _usual(slot, usual_day)
    return timedelta(hours=at.hour, minutes=at.minute) + slot.offset


def _usual(slot: Slot, usual_day: UsualDay) -> time:
    assert slot.anchor is not None, "a slot has a time or an anchor"
    return usual_day.get(slot.anchor, USUAL_DAY[slot.anchor])


def _moments(facts: Facts, slots: Sequence[Slot], usual_day: UsualDay, compared: Compared) -> None:
    """Each moment of the text has a time of its own in the schedule, with its own amount."""
    if len(facts.moments) != len(slots) or len(slots) > 6:
        return  # how often has been compared already
    for order in permutations(slots):
        if all(_fits(moment, slot, usual_day) for moment, slot in zip(facts.moments, order, strict=True)):
            for moment, slot in zip(facts.moments, order, strict=True):
                said = [moment.amount] if moment.amount else facts.amounts
                comparing.amounts(said, slot.amount, compared)
            return
    named = ", ".join(moment.words for moment in facts.moments)
    compared.against.append(f"The text names {named}, the schedule has other times of the day.")


def _fits(moment: Moment, slot: Slot, usual_day: UsualDay) -> bool:
    wall = _wall(slot, usual_day) % DAY
    if moment.at is not None:
        return wall == timedelta(hours=moment.at.hour, minutes=moment.at.minute)
    assert moment.part is not None
    if slot.anchor is not None and slot.anchor == ANCHOR_OF_PART.get(moment.part):
        return slot.offset == moment.offset or not moment.offset
    first, last = (timedelta(hours=edge.hour, minutes=edge.minute) for edge in HOURS_OF_PART[moment.part])
    return first <= wall <= last if first <= last else wall >= first or wall <= last


def elapsed(facts: Facts, pattern: Elapsed) -> Compared:
    """So many hours of elapsed time; times a day are times of the day, not hours counted through the night."""
    compared = Compared()
    if facts.as_needed:
        compared.against.append("The text says when needed, the schedule has fixed hours.")
    comparing.amounts(facts.amounts, pattern.amount, compared)
    if facts.hours:
        _same_hours(facts, pattern, compared)
    elif facts.kind:
        _days_as_hours(facts, pattern, compared)
    return compared


def _same_hours(facts: Facts, pattern: Elapsed, compared: Compared) -> None:
    assert facts.hours is not None
    if not facts.hours.least <= pattern.every <= facts.hours.most:
        said, has = facts.hours.least / HOUR, pattern.every / HOUR
        compared.against.append(f"The text says every {said:g} hours, the schedule every {has:g}.")
    elif facts.hours.least != facts.hours.most:
        compared.unsure.append("The text leaves open how many hours it is.")


def _days_as_hours(facts: Facts, pattern: Elapsed, compared: Compared) -> None:
    said = rhythm(facts)
    whole_days = pattern.every // DAY if not pattern.every % DAY else None
    every = said.days.every if said.days and said.days == Days(every=said.days.every) else None
    weekly = 7 if said.per_week == 1 else None
    if whole_days is None or said.per_day not in (None, 1) or whole_days not in (every, weekly):
        has = pattern.every / HOUR
        compared.against.append(f"The text says {said.words(facts)}, the schedule every {has:g} hours, night and day.")
    elif facts.moments:
        compared.unsure.append("The text names a time of the day, the schedule counts hours.")
