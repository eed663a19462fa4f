"""A schedule in plain English, and its next days; what a prescription said stays in the prescription's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from app.core import wall_time
from app.core.wall_time import DAY
from app.medicines import recurrence, slots
from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot

BY_THE_CLOCK: Final = "These are times on the clock where you are: they stay the same when the clocks change."
COUNTED: Final = "This is counted in hours, day and night: when the clocks change, the times on the clock move."
NO_LIMIT: Final = "Kith has not been told how often at most. Ask your pharmacist."

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)

_WEEKDAYS: Final = "Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays".split()
_ORDINALS: Final = {2: "second", 3: "third", 4: "fourth"}
_WITH: Final = {
    Anchor.WAKING: "on waking",
    Anchor.BREAKFAST: "with breakfast",
    Anchor.LUNCH: "with lunch",
    Anchor.EVENING_MEAL: "with the evening meal",
    Anchor.BEDTIME: "at bedtime",
}
_UNCOUNTED: Final = {"ml", "mg", "mcg", "g"}


@dataclass(frozen=True, slots=True)
class PreviewDose:
    """A dose to come, with the time that the clock on the wall will show."""

    at: datetime
    shown: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day with its doses, perhaps none; the note says when it is not 24 hours long."""

    on: date
    note: str | None
    doses: tuple[PreviewDose, ...]


def lines(
    pattern: Pattern,
    *,
    starts_on: date,
    ends_on: date | None,
    zone: ZoneInfo | None = None,
    unit: str | None = None,
) -> list[str]:
    """What is taken when, one line a step, then what kind of time it is; `unit` is one of the form, as tablet."""
    match pattern:
        case Phases():
            return [*_steps(pattern, starts_on, ends_on, unit), BY_THE_CLOCK]
        case Elapsed():
            since = f", counted from {_moment(pattern.first_at.astimezone(zone))}" if zone else ""
            every = f"{_quantity(pattern.amount, unit)} every {_length(pattern.every)}".strip()
            return [f"{every}{since}{_until(ends_on)}", COUNTED]
        case AsNeeded():
            return _when_needed(pattern, unit)
        case AsDirected(why):
            return [f"as directed: no reminders, because {why}"]


def preview(
    pattern: Pattern,
    *,
    starts_on: date,
    ends_on: date | None,
    zone: ZoneInfo,
    usual_day: Mapping[Anchor, time],
    since: datetime,
    days: int = 30,
) -> list[PreviewDay]:
    """The next days, from today or from the first day of a schedule to come, each with what the clock will show."""
    first = max(since.astimezone(zone).date(), starts_on)
    dates = [first + n * DAY for n in range(days)]
    found = recurrence.occurrences(
        pattern,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=zone,
        usual_day=usual_day,
        since=wall_time.instant(dates[0], time(), zone),
        until=wall_time.instant(dates[-1] + DAY, time(), zone),
    )
    doses: dict[date, list[PreviewDose]] = {on: [] for on in dates}
    for one in found:
        wall = one.due_at.astimezone(zone)
        doses.setdefault(wall.date(), []).append(PreviewDose(one.due_at, f"{wall:%H:%M}", one.amount))
    return [PreviewDay(on, clock_change(on, zone), tuple(doses[on])) for on in dates]


def clock_change(on: date, zone: ZoneInfo) -> str | None:
    """What people should know of a date on which the clocks change."""
    _, length = wall_time.day(on, zone)
    if not length:
        return "This date does not exist here: the calendar skips it."
    if length == DAY:
        return None
    return f"The clocks go {'back' if length > DAY else 'forward'}: {_length(length)}."


def _steps(pattern: Phases, starts_on: date, ends_on: date | None, unit: str | None) -> list[str]:
    spans = list(recurrence.spans(pattern, starts_on, ends_on))
    if len(spans) == 1:
        return [f"{_taken(spans[0].phase, unit)}{_until(spans[0].last)}"]
    return [f"{_from_to(span.first, span.last)}: {_taken(span.phase, unit)}" for span in spans]


def _taken(phase: Phase, unit: str | None) -> str:
    ordered = sorted(phase.slots, key=slots.usual_hour)
    amounts = [
        f"{_quantity(amount, unit)} {_times(list(same))}".strip()
        for amount, same in groupby(ordered, key=lambda slot: slot.amount)
    ]
    return f"{_listed(amounts)}, {_on_days(phase.days)}"


def _times(same: Sequence[Slot]) -> str:
    if all(slot.at is not None for slot in same):
        return f"at {_listed([f'{slot.at:%H:%M}' for slot in same])}"
    return _listed([_time(slot) for slot in same])


def _time(slot: Slot) -> str:
    if slot.anchor is None:
        return f"at {slot.at:%H:%M}"
    if not slot.offset:
        return _WITH[slot.anchor]
    side = "before" if slot.offset < timedelta() else "after"
    named = _WITH[slot.anchor].split(" ", 1)[1]  # breakfast, the evening meal
    return f"{_length(abs(slot.offset), one='1 ')} {side} {named}"


def _on_days(days: Days) -> str:
    cycle = f"for {_days(days.on)}, then {_days(days.off)} without, and so on" if days.on is not None else ""
    week = _of_week(days)
    if days.every == 1 and not week:
        return f"every day {cycle}".strip()
    every = {1: "", 2: "every other day"}.get(days.every, f"every {days.every} days")
    return ", ".join(part for part in (every, week, cycle) if part)


def _of_week(days: Days) -> str:
    named = f"on {_listed([_WEEKDAYS[number - 1] for number in sorted(days.weekdays)])}" if days.weekdays else ""
    if len(days.weekdays) == len(_WEEKDAYS):
        named = "on every day" if days.every_weeks > 1 else ""
    if days.every_weeks == 1:
        return named
    every = _ORDINALS.get(days.every_weeks)
    return f"every {every} week {named}" if every else f"every {days.every_weeks} weeks {named}"


def _when_needed(pattern: AsNeeded, unit: str | None) -> list[str]:
    parts = [f"{_quantity(pattern.amount, unit)} when needed".strip()]
    if pattern.minimum_gap is not None:
        parts.append(f"not more often than every {_length(pattern.minimum_gap)}")
    if pattern.most_in_24_hours is not None:
        parts.append(f"not more than {_quantity(pattern.most_in_24_hours, unit)} in any 24 hours")
    return [", ".join(parts), *([NO_LIMIT] if len(parts) == 1 else [])]


def _quantity(amount: Decimal | None, unit: str | None) -> str:
    if amount is None:
        return ""
    number = f"{amount.normalize():f}"
    if unit is None:
        return number
    if unit == "tablet" and number == "0.5":
        return "half a tablet"
    return f"{number} {unit if amount == 1 or unit in _UNCOUNTED else _many(unit)}"


def _many(unit: str) -> str:
    if unit.endswith("y"):
        return f"{unit[:-1]}ies"
    return f"{unit}es" if unit.endswith(("ch", "s", "x")) else f"{unit}s"


def _length(length: timedelta, one: str = "") -> str:
    """A length in hours and minutes: "6 hours", "90 minutes", and "hour" after "every"."""
    hours, minutes = length // HOUR, length % HOUR // MINUTE
    said = [f"{one}hour" if hours == 1 and not minutes else _counted(hours, "hour")] if hours else []
    return " ".join([*said, *([_counted(minutes, "minute")] if minutes else [])])


def _days(number: int) -> str:
    return _counted(number, "day")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _from_to(first: date, last: date | None) -> str:
    if first == last:
        return f"On {_date(first)}"
    return f"From {_date(first)} on" if last is None else f"From {_date(first)} to {_date(last)}"


def _until(last: date | None) -> str:
    return "" if last is None else f", until {_date(last)}"


def _date(on: date) -> str:
    return f"{on:%A} {on.day} {on:%B %Y}"


def _moment(wall: datetime) -> str:
    return f"{wall:%H:%M} on {_date(wall.date())}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
