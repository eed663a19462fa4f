"""When a medicine is taken, as data: phases of days and times, elapsed hours, as needed, or as directed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Anchor(StrEnum):
    """A moment of the patient's own day; when it is, the patient says."""

    WAKING = "waking"
    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    EVENING_MEAL = "evening_meal"
    BEDTIME = "bedtime"


# Until the patient says otherwise.
USUAL_DAY: Mapping[Anchor, time] = {
    Anchor.WAKING: time(7, 30),
    Anchor.BREAKFAST: time(8),
    Anchor.LUNCH: time(12, 30),
    Anchor.EVENING_MEAL: time(18),
    Anchor.BEDTIME: time(22),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of the day; its number stays when the time is changed, so that one slot of one day is one dose.

    Either `at`, a wall time in the patient's zone, or an anchor with minutes before (negative) or after it.
    """

    number: int
    at: time | None = None
    anchor: Anchor | None = None
    offset: timedelta = timedelta()
    amount: Decimal | None = None  # in units of the form, as 2 tablets; None: as the instructions say


@dataclass(frozen=True, slots=True)
class Days:
    """Which days of a phase, counted from its first day: those that all of this is true of.

    Every n days; certain weekdays (ISO, Monday 1) of every n weeks; the first `on` of each `on` + `off` days.
    """

    every: int = 1
    weekdays: frozenset[int] = frozenset()  # none named: any
    every_weeks: int = 1  # weeks begin on the weekday of the phase's first day
    on: int | None = None
    off: int = 0


@dataclass(frozen=True, slots=True)
class Phase:
    """The same times on the same kind of days, for `length` days or until the schedule ends."""

    slots: tuple[Slot, ...]
    days: Days = field(default_factory=Days)
    length: int | None = None  # only the last phase may have none


@dataclass(frozen=True, slots=True)
class Phases:
    """Wall times; one phase, or a taper of several without a gap between them."""

    phases: tuple[Phase, ...]


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Every so many hours of elapsed time, whatever the clocks on the wall do."""

    every: timedelta
    first_at: datetime  # aware
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AsNeeded:
    """When it is needed; nobody is reminded. What is not said has no limit that Kith knows of."""

    minimum_gap: timedelta | None = None
    most_in_24_hours: Decimal | None = None  # in units of the form
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AsDirected:
    """The times are not known, so nobody is reminded, and `why` says so to the patient."""

    why: str


Pattern = Phases | Elapsed | AsNeeded | AsDirected


class Occurrence(NamedTuple):
    """A dose as a schedule makes it. A slot of elapsed time is the minute it is due at, counted from 1970 in UTC."""

    # A tuple, because they are made by the million and a frozen dataclass takes twice the time.

    local_date: date
    slot: int
    due_at: datetime  # aware, UTC
    amount: Decimal | None
