"""FHIR Timing.repeat (R4, with what R5 changed): so many doses, on such days, at such moments; or why it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from app.medicines.dosage import moments
from app.medicines.dosage.problems import Node
from app.medicines.patterns import Days, Slot

DAYS_IN: Final = {"d": 1, "wk": 7}
WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What each means is known here; anything else in a repeat could change it and is refused.
KNOWN: Final = frozenset(
    "id boundsDuration boundsRange boundsPeriod count countMax duration durationMax durationUnit frequency "
    "frequencyMax period periodMax periodUnit dayOfWeek timeOfDay when offset".split()
)
# Two of the three abbreviations that are used in Britain are not in FHIR's list; HL7's own are.
_A_DAY = {"QD": 1, "OD": 1, "BID": 2, "BD": 2, "TID": 3, "TDS": 3, "QID": 4, "QDS": 4}
CODES: Final[dict[str, dict[str, object]]] = {
    **{code: {"frequency": times, "period": 1, "periodUnit": "d"} for code, times in _A_DAY.items()},
    "QOD": {"frequency": 1, "period": 2, "periodUnit": "d"},
    "WK": {"frequency": 1, "period": 1, "periodUnit": "wk"},
    **{f"Q{hours}H": {"frequency": 1, "period": hours, "periodUnit": "h"} for hours in (1, 2, 3, 4, 6, 8, 12)},
    "AM": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]},
    "PM": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["AFT"]},
    "BED": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]},
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when until when, or for how many days."""

    first: date | None = None
    last: date | None = None
    days: int | None = None
    first_at: datetime | None = None

    @property
    def length(self) -> int | None:
        """How many days, both ends included."""
        if self.days is None and self.first and self.last:
            return (self.last - self.first).days + 1
        return self.days


@dataclass(frozen=True, slots=True)
class Timing:
    """Read: slots on days, or hours, or at most so often; `supposed` names what nobody said."""

    slots: tuple[Slot, ...] = ()
    days: Days = field(default_factory=Days)
    every: timedelta | None = None  # elapsed
    longest: timedelta | None = None  # elapsed, when it is a range
    least: int | None = None  # times a day
    most: int | None = None
    bounds: Bounds = Bounds()
    supposed: tuple[str, ...] = ()

    @property
    def says_when(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.slots or self.every or self.most)


def read(node: Node, amount: Decimal | None) -> Timing:
    """One Timing; what cannot be kept is noted as a problem."""
    if node.has("event"):
        node.problem("It names single dates; Kith keeps what repeats.", "event")
    _refuse_modifiers(node)
    repeat = _with_code(node)
    _refuse_unknown(repeat)
    for name in ("countMax", "durationMax"):
        if repeat.has(name):
            repeat.problem("How often it is taken is left open.", name)
    _lasting(repeat)
    return _times(repeat, amount, _bounds(repeat))


def _refuse_modifiers(node: Node) -> None:
    if node.has("modifierExtension"):
        node.problem("Something changes what this means, and Kith does not know it.", "modifierExtension")


def _refuse_unknown(repeat: Node) -> None:
    _refuse_modifiers(repeat)
    for name in sorted(set(repeat.raw) - KNOWN - {"modifierExtension"}):
        repeat.problem("Kith does not know what this means for the times.", name)


def _with_code(node: Node) -> Node:
    """The repeat, or what the code stands for; both have to say the same."""
    repeat = node.within("repeat")
    codes = [coding.words("code").upper() for coding in node.within("code").all_within("coding")]
    known = [CODES[code] for code in codes if code in CODES]
    if codes and not known:
        node.problem(f"Kith does not know the timing code {codes[0]}.", "code")
    if not known:
        return repeat
    if not set(repeat.raw) & {"frequency", "period", "periodUnit", "when", "timeOfDay"}:
        return Node({**known[0], **repeat.raw}, repeat.pointer, repeat.problems)
    said = {name: repeat.raw.get(name) for name in ("frequency", "period", "periodUnit") if repeat.has(name)}
    if said and any(said != {name: code[name] for name in said} for code in known):
        node.problem("The timing code and the timing say different things.", "code")
    return repeat


def _lasting(repeat: Node) -> None:
    """How long one dose takes: minutes change no reminder, hours would need one for the end."""
    if repeat.has("duration") and repeat.words("durationUnit") not in {"s", "min"}:
        repeat.problem("Each dose goes on for a time; Kith has no reminder for its end.", "duration")


def _bounds(repeat: Node) -> Bounds:
    if repeat.has("boundsRange"):
        repeat.problem("How long it goes on is left open.", "boundsRange")
    if repeat.has("boundsDuration"):
        duration = repeat.within("boundsDuration")
        unit, number = duration.words("code") or duration.words("unit"), duration.whole("value")
        if unit not in DAYS_IN or number is None:
            duration.problem("Kith counts how long it goes on in days or weeks.")
            return Bounds()
        return Bounds(days=number * DAYS_IN[unit])
    period = repeat.within("boundsPeriod")
    first, last = period.day("start"), period.day("end")
    if first and last and last < first:
        period.problem("It ends before it starts.")
    return Bounds(first, last, None, period.instant("start"))


def _times(repeat: Node, amount: Decimal | None, bounds: Bounds) -> Timing:
    frequency, most = repeat.whole("frequency"), repeat.whole("frequencyMax")
    period, unit = repeat.number("period"), repeat.words("periodUnit")
    if repeat.has("count"):
        bounds = _counted(repeat, frequency, period, unit, bounds)
        if not frequency and repeat.raw.get("count") == 1:
            frequency, period, unit = 1, Decimal(1), "d"
    if period is None and unit == "" and (repeat.has("timeOfDay") or repeat.has("when") or repeat.has("dayOfWeek")):
        period, unit = Decimal(1), "d"
    if period is None and frequency is None:
        if not repeat.has("period"):
            return Timing(bounds=bounds)
        frequency = 1
    kinds: dict[str, Callable[[Node, Decimal, int | None, Decimal | None, Bounds], Timing]] = {
        "h": _hours, "d": _a_day, "wk": _a_week,
    }  # fmt: skip
    if unit not in kinds or period is None:
        repeat.problem("Kith makes reminders by hours, days and weeks only.", "periodUnit")
        return Timing(bounds=bounds)
    if most is not None and most != frequency:
        return _up_to(repeat, most, frequency, period, unit, bounds)
    return kinds[unit](repeat, period, frequency, amount, bounds)


def _counted(repeat: Node, frequency: int | None, period: Decimal | None, unit: str, bounds: Bounds) -> Bounds:
    """So many doses in all, as so many days."""
    count, a_day = repeat.whole("count"), frequency or 1
    if count == 1:
        return Bounds(bounds.first, bounds.last, 1, bounds.first_at)
    simple = count is not None and (period or 1) == 1 and unit in {"", "d"} and not repeat.has("dayOfWeek")
    if not simple or count is None or count % a_day:
        repeat.problem("So many doses in all: Kith cannot tell on which day that ends.", "count")
        return bounds
    return Bounds(bounds.first, bounds.last, count // a_day, bounds.first_at)


def _up_to(repeat: Node, most: int, least: int | None, period: Decimal, unit: str, bounds: Bounds) -> Timing:
    if unit != "d" or period != 1:
        repeat.problem("How often it is taken is left open.", "frequencyMax")
        return Timing(bounds=bounds)
    return Timing(least=least or 0, most=most, bounds=bounds)


def _hours(repeat: Node, period: Decimal, frequency: int | None, amount: Decimal | None, bounds: Bounds) -> Timing:
    if frequency not in (None, 1):
        if period == 24:
            return _a_day(repeat, Decimal(1), frequency, amount, bounds)
        repeat.problem("Several times in so many hours: Kith cannot tell when.", "frequency")
    if repeat.has("timeOfDay") or repeat.has("when") or repeat.has("dayOfWeek"):
        repeat.problem("Hours that are counted and times of the day together: Kith cannot tell when.")
    longest = repeat.number("periodMax")
    every = timedelta(hours=float(period))
    supposed = () if bounds.first_at else ("When the first one is taken is not said.",)
    return Timing(
        every=every, longest=timedelta(hours=float(longest)) if longest else None, bounds=bounds, supposed=supposed
    )


def _a_day(repeat: Node, period: Decimal, frequency: int | None, amount: Decimal | None, bounds: Bounds) -> Timing:
    weekdays = _weekdays(repeat)
    if repeat.has("periodMax"):
        repeat.problem("How many days lie between is left open.", "periodMax")
    whole_days = period == period.to_integral_value()
    if not whole_days or (period > 1 and (weekdays or (frequency or 1) > 1)):
        repeat.problem("Kith cannot tell on which days that is.", "period")
        return Timing(bounds=bounds)
    slots, supposed = moments.slots(repeat, frequency, amount)
    return Timing(slots, Days(every=int(period), weekdays=weekdays), bounds=bounds, supposed=supposed)


def _a_week(repeat: Node, period: Decimal, frequency: int | None, amount: Decimal | None, bounds: Bounds) -> Timing:
    weekdays, times = _weekdays(repeat), frequency or 1
    if period != period.to_integral_value() or repeat.has("periodMax") or (weekdays and times != len(weekdays)):
        repeat.problem("Kith cannot tell on which days that is.", "period")
        return Timing(bounds=bounds)
    if not weekdays and times > 1:
        repeat.problem(f"It is {times} times a week, and the days are not said.", "dayOfWeek")
        return Timing(bounds=bounds)
    slots, supposed = moments.slots(repeat, None, amount)
    if not weekdays:
        return Timing(
            slots,
            Days(every=7 * int(period)),
            bounds=bounds,
            supposed=(*supposed, "On which day of the week it is taken is not said."),
        )
    return Timing(slots, Days(weekdays=weekdays, every_weeks=int(period)), bounds=bounds, supposed=supposed)


def _weekdays(repeat: Node) -> frozenset[int]:
    named = repeat.list_of_words("dayOfWeek")
    if any(name not in WEEK for name in named):
        repeat.problem("This is no day of the week.", "dayOfWeek")
    return frozenset(WEEK.index(name) + 1 for name in named if name in WEEK)
