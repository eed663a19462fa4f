"""What cannot be a schedule, and what must never be one: each with a pointer into the body and a plain sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from app.medicines import recurrence
from app.medicines.patterns import AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot

MOST_A_DAY: Final = 24
MOST_PHASES: Final = 60
MOST_DAYS: Final = 366  # between two doses, or on and off
MOST_WEEKS: Final = 52
LONGEST_PHASE: Final = 3_660
LARGEST_AMOUNT: Final = Decimal(10_000)
SHORTEST_INTERVAL, LONGEST_INTERVAL = timedelta(hours=1), timedelta(days=31)
FURTHEST_FROM_ANCHOR: Final = timedelta(hours=4)
FIRST_YEAR, LAST_YEAR = 1900, 2200

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
MONDAY: Final = date(2024, 1, 1)

Fault = tuple[str, str]  # pointer, sentence


def faults(pattern: Pattern, starts_on: date, ends_on: date | None) -> list[Fault]:
    """Everything for which this cannot be a schedule; numbers of slots are ours and not looked at."""
    found = list(_of_dates(starts_on, ends_on))
    match pattern:
        case Phases():
            found += _of_phases(pattern)
            found += [] if found else _without_doses(pattern, starts_on, ends_on)
        case Elapsed():
            found += _of_interval(pattern)
        case AsNeeded():
            found += _of_need(pattern)
        case AsDirected(why) if not why.strip():
            found.append(("/pattern/why", "Please say why the times are not known."))
    return found


def _of_dates(starts_on: date, ends_on: date | None) -> Iterator[Fault]:
    if not FIRST_YEAR <= starts_on.year <= LAST_YEAR:
        yield "/starts_on", f"The first day must be between {FIRST_YEAR} and {LAST_YEAR}."
    if ends_on is not None and ends_on < starts_on:
        yield "/ends_on", "The last day is before the first day."
    if ends_on is not None and ends_on.year > LAST_YEAR:
        yield "/ends_on", f"The last day must be before the year {LAST_YEAR + 1}."


def _of_phases(pattern: Phases) -> Iterator[Fault]:
    if not 1 <= len(pattern.phases) <= MOST_PHASES:
        yield "/pattern/phases", f"Give at least one step, and at most {MOST_PHASES}."
    for place, phase in enumerate(pattern.phases):
        pointer = f"/pattern/phases/{place}"
        if phase.length is None and place < len(pattern.phases) - 1:
            yield f"{pointer}/length", "Only the last step can go on without an end: say how many days this one lasts."
        if phase.length is not None and not 1 <= phase.length <= LONGEST_PHASE:
            yield f"{pointer}/length", f"A step lasts at least 1 day and at most {LONGEST_PHASE}."
        yield from _of_slots(phase.slots, f"{pointer}/slots")
        yield from _of_days(phase.days, f"{pointer}/days")


def _of_slots(slots: tuple[Slot, ...], pointer: str) -> Iterator[Fault]:
    if not 1 <= len(slots) <= MOST_A_DAY:
        yield pointer, f"Give at least one time of the day, and at most {MOST_A_DAY}."
    seen = set()
    for place, slot in enumerate(slots):
        yield from _of_slot(slot, f"{pointer}/{place}")
        time_ = slot.at, slot.anchor, slot.offset
        if time_ in seen:
            yield f"{pointer}/{place}", "This time is there twice: put the amounts together."
        seen.add(time_)


def _of_slot(slot: Slot, pointer: str) -> Iterator[Fault]:
    if (slot.at is None) is (slot.anchor is None):
        yield pointer, "Give either a time or a part of the day, as breakfast."
    if slot.at is not None and (slot.at.tzinfo or slot.at.second or slot.at.microsecond):
        yield f"{pointer}/at", "Give a time of hours and minutes, without a zone."
    if slot.offset and (slot.anchor is None or abs(slot.offset) > FURTHEST_FROM_ANCHOR or slot.offset % MINUTE):
        yield f"{pointer}/offset_minutes", "Only a part of the day has minutes before or after it, up to 4 hours."
    yield from _of_amount(slot.amount, f"{pointer}/amount")


def _of_amount(amount: Decimal | None, pointer: str) -> Iterator[Fault]:
    if amount is not None and not (amount.is_finite() and 0 < amount <= LARGEST_AMOUNT):
        yield pointer, f"An amount is more than 0 and at most {LARGEST_AMOUNT}."


def _of_days(days: Days, pointer: str) -> Iterator[Fault]:
    if not 1 <= days.every <= MOST_DAYS:
        yield f"{pointer}/every", f"Every 1 to {MOST_DAYS} days."
    if not days.weekdays <= frozenset(range(1, 8)):
        yield f"{pointer}/weekdays", "Weekdays are 1 (Monday) to 7 (Sunday)."
    if not 1 <= days.every_weeks <= MOST_WEEKS:
        yield f"{pointer}/every_weeks", f"Every 1 to {MOST_WEEKS} weeks."
    if days.every_weeks > 1 and not days.weekdays:
        yield f"{pointer}/weekdays", "Say on which days of the week."
    if days.every > 1 and days.weekdays:
        yield f"{pointer}/every", "Give either every so many days or days of the week, not both."
    yield from _of_cycle(days, pointer)


def _of_cycle(days: Days, pointer: str) -> Iterator[Fault]:
    if days.on is None:
        if days.off:
            yield f"{pointer}/off", "Say first for how many days it is taken."
        return
    if not 1 <= days.on <= MOST_DAYS:
        yield f"{pointer}/on", f"It is taken for 1 to {MOST_DAYS} days."
    if not 1 <= days.off <= MOST_DAYS:
        yield f"{pointer}/off", f"Then 1 to {MOST_DAYS} days without."


def _without_doses(pattern: Phases, starts_on: date, ends_on: date | None) -> Iterator[Fault]:
    """Steps none of whose days has a dose, as Mondays for a step from Tuesday to Friday."""
    for place, span in enumerate(recurrence.spans(pattern, starts_on, ends_on)):
        if span.last is not None and not recurrence.dose_dates(span, span.first, span.last):
            yield f"/pattern/phases/{place}/days", "No day of this step has a dose."


def _of_interval(pattern: Elapsed) -> Iterator[Fault]:
    if not SHORTEST_INTERVAL <= pattern.every <= LONGEST_INTERVAL or pattern.every % MINUTE:
        yield "/pattern/every_minutes", "Every hour at most, and every 31 days at least, in whole minutes."
    if pattern.first_at.utcoffset() is None:
        yield "/pattern/first_at", "Say in which zone the first time is: add the offset."
    if pattern.first_at.second or pattern.first_at.microsecond:
        yield "/pattern/first_at", "Give the first time in whole minutes."
    yield from _of_amount(pattern.amount, "/pattern/amount")


def _of_need(pattern: AsNeeded) -> Iterator[Fault]:
    gap, most, amount = pattern.minimum_gap, pattern.most_in_24_hours, pattern.amount
    if gap is not None and (not MINUTE <= gap <= LONGEST_INTERVAL or gap % MINUTE):
        yield "/pattern/minimum_gap_minutes", "The time between two doses is 1 minute to 31 days."
    odd = [*_of_amount(most, "/pattern/most_in_24_hours"), *_of_amount(amount, "/pattern/amount")]
    yield from odd
    if not odd and most is not None and amount is not None and most < amount:
        yield "/pattern/most_in_24_hours", "One dose would already be more than the most in 24 hours."


@dataclass(frozen=True, slots=True)
class Stop:
    """The fewest days between two doses of what holds one of these ingredients; clinical content."""

    id: str
    ingredients: frozenset[str]
    days_between: int
    says: str
    sources: tuple[str, ...]
    vectors: tuple[Mapping[str, Any], ...]
    other_names: frozenset[str] = frozenset()  # whole words that mean the same

    @property
    def known_by(self) -> frozenset[str]:
        return self.ingredients | self.other_names


def stops(pattern: Pattern, ingredients: Collection[str]) -> list[Fault]:
    """What this schedule must never be for a medicine with these ingredients, whoever asks and whenever it starts."""
    named = {one.strip().casefold() for one in ingredients}
    return [
        ("/pattern", stop.says)
        for stop in STOPS
        if stop.known_by & named and not _keeps_apart(pattern, stop.days_between)
    ]


def _keeps_apart(pattern: Pattern, days: int) -> bool:
    """Are there surely never two doses within so many days of wall time? What is unsure is not."""
    match pattern:
        case Elapsed(every):
            return every >= days * DAY
        case AsNeeded(gap):
            return gap is not None and gap >= days * DAY
        case AsDirected():
            return True
    if any(_of_phases(pattern)):
        return False
    weekdays = [MONDAY + n * DAY for n in range(7)]  # it may begin on any
    return all(_apart_within(phase, days) for phase in pattern.phases) and all(
        _apart_across(pattern, starts_on, days) for starts_on in weekdays
    )


def _apart_within(phase: Phase, days: int) -> bool:
    least = _least_apart(phase.days)
    return len(phase.slots) == 1 and (least >= days or (phase.length is not None and phase.length <= least))


def _least_apart(days: Days) -> int:
    """Each rule of the days alone keeps doses so far apart; together they do not bring them nearer."""
    week = sorted(days.weekdays)
    gaps = [later - earlier for earlier, later in pairwise([*week, *(week[0] + 7 for _ in week[:1])])]
    of_weeks = 7 * days.every_weeks if len(week) == 1 else min(gaps, default=1)
    return max(days.every, of_weeks, days.on + days.off if days.on == 1 else 1)


def _apart_across(pattern: Phases, starts_on: date, days: int) -> bool:
    """Compares the doses at the beginning and end of each phase with those of its neighbours."""
    edges: dict[date, Slot] = {}
    for span in recurrence.spans(pattern, starts_on, None):
        dates = recurrence.dose_dates(span, span.first, span.first + days * DAY)
        if span.last is not None:
            dates += recurrence.dose_dates(span, span.last - days * DAY, span.last)
        edges |= dict.fromkeys(dates, span.phase.slots[0])
    doses = sorted(edges.items(), key=lambda dose: dose[0])
    return all((later[0] - earlier[0]).days - _lost(earlier[1], later[1]) >= days for earlier, later in pairwise(doses))


def _lost(earlier: Slot, later: Slot) -> int:
    """How many of the days between two dates may be missing between the doses, as from evening to morning."""
    if (earlier.at, earlier.anchor, earlier.offset) == (later.at, later.anchor, later.offset):
        return 0
    if earlier.at is not None and later.at is not None:
        return 0 if earlier.at <= later.at else 1
    return 2  # a part of the day is when the patient says, and hours before or after it


def _stop(raw: Mapping[str, Any]) -> Stop:
    ingredients = frozenset(one.casefold() for one in raw["ingredients"])
    others = frozenset(one.casefold() for one in raw["other_names"])
    sources, vectors = tuple(raw["sources"]), tuple(raw["vector"])
    return Stop(raw["id"], ingredients, raw["days_between"], raw["says"], sources, vectors, others)


_RAW: Final = tomllib.loads((Path(__file__).parent / "content" / "hard_stops.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
APPROVED_BY: Final[str | None] = _RAW["approved_by"] or None
STATUS: Final[str] = _RAW["status"]
STOPS: Final = tuple(_stop(raw) for raw in _RAW["stop"])
