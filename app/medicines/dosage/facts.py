"""What a dosage text says, as facts: how often, on which days, at which moments, how much, how long, and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from enum import StrEnum

from app.medicines.patterns import Anchor, Days


class Kind(StrEnum):
    """How the hours between two doses count."""

    ELAPSED = "elapsed"  # every 6 hours, whatever the clocks on the wall do
    WALL = "wall"  # at times of the day


class Period(StrEnum):
    """In which stretch of time so many doses are taken."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Part(StrEnum):
    """A part of the day that a text can name."""

    WAKING = "waking"
    MORNING = "morning"
    BREAKFAST = "breakfast"
    MIDDAY = "midday"
    LUNCH = "lunch"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    EVENING_MEAL = "evening_meal"
    NIGHT = "night"

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        return self.value.replace("_", " ")


# From and to; a part that ends earlier than it begins goes over midnight.
HOURS_OF_PART = {
    Part.WAKING: (time(4), time(11, 30)),
    Part.MORNING: (time(4), time(12)),
    Part.BREAKFAST: (time(4), time(11, 30)),
    Part.MIDDAY: (time(11), time(14, 30)),
    Part.LUNCH: (time(11), time(15)),
    Part.AFTERNOON: (time(12), time(18)),
    Part.EVENING: (time(16), time(22)),
    Part.EVENING_MEAL: (time(16), time(21)),
    Part.NIGHT: (time(19), time(3)),
}
ANCHOR_OF_PART = {
    Part.WAKING: Anchor.WAKING,
    Part.BREAKFAST: Anchor.BREAKFAST,
    Part.LUNCH: Anchor.LUNCH,
    Part.EVENING_MEAL: Anchor.EVENING_MEAL,
    Part.NIGHT: Anchor.BEDTIME,
}


@dataclass(frozen=True, slots=True)
class Amount:
    """How much at one time; `high` when it is a range, `unit` as written, None when only a number stands there."""

    low: Decimal
    high: Decimal | None = None
    unit: str | None = None

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        number = f"{self.low:f}" if self.high is None else f"{self.low:f} to {self.high:f}"
        if self.unit is None:
            return number
        return f"{number} {self.unit if (self.high or self.low) <= 1 else _plural(self.unit)}"


def _plural(unit: str) -> str:
    if len(unit) <= 3 or not unit.isalpha():
        return unit  # mg, ml, mg/kg
    return unit[:-1] + "ies" if unit.endswith("ry") else unit + ("es" if unit.endswith("ch") else "s")


@dataclass(frozen=True, slots=True)
class Times:
    """So many doses in every so many days, weeks or months; `bare` when only "daily" or "weekly" stands there."""

    least: int
    most: int
    per: Period
    every: int = 1
    bare: bool = False

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        number = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        often = {"1": "once", "2": "twice"}.get(number, f"{number} times")
        return f"{often} a {self.per}" if self.every == 1 else f"{often} every {self.every} {self.per}s"


@dataclass(frozen=True, slots=True)
class Hours:
    """So much elapsed time from one dose to the next; `most` is longer when it is a range."""

    least: timedelta
    most: timedelta


@dataclass(frozen=True, slots=True)
class Moment:
    """One time of the day: on the clock, or a part of the day with minutes before (negative) or after it."""

    part: Part | None = None
    at: time | None = None
    offset: timedelta = timedelta()
    amount: Amount | None = None

    @property
    def words(self) -> str:
        """As it stands in a sentence."""
        return self.at.strftime("%H:%M") if self.at else self.part.words if self.part else ""


@dataclass(frozen=True, slots=True)
class Taper:
    """An amount that goes down by so much every so many days, to `until`; zero is the end."""

    by: Amount
    every: int  # days
    until: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What was understood. A fact that is None was not said."""

    times: Times | None = None
    hours: Hours | None = None
    days: Days | None = None
    moments: tuple[Moment, ...] = ()
    amounts: tuple[Amount, ...] = ()  # the same amount in several units, as 100 mg (4 ml)
    as_needed: bool = False
    as_directed: bool = False
    varies: tuple[str, ...] = ()  # what makes the dose change: a person decides each time
    most_amount: Amount | None = None  # in any 24 hours
    most_times: int | None = None  # in any 24 hours
    gap: timedelta | None = None
    length: tuple[int, int] | None = None  # days, at least and at most
    taper: Taper | None = None

    @property
    def kind(self) -> Kind | None:
        """Whether it counts elapsed hours or names times; None when it says neither."""
        if self.hours:
            return Kind.ELAPSED
        return Kind.WALL if self.times or self.moments or self.days else None

    @property
    def says_when(self) -> bool:
        """Whether anything in it tells when a dose is taken."""
        return self.kind is not None or self.as_needed or self.most_times is not None or self.gap is not None


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as it was read: what it says, in order when there is more than one step, and what was not understood."""

    text: str
    steps: tuple[Facts, ...] = field(default=(Facts(),))
    unread: tuple[str, ...] = ()  # pieces of the text that nobody could make sense of
    doubts: tuple[str, ...] = ()  # sentences on what could mean two things

    @property
    def facts(self) -> Facts:
        """The facts of the first step; nearly always there is only one."""
        return self.steps[0]

    @property
    def whole(self) -> bool:
        """Whether all of it was understood."""
        return not self.unread and not self.doubts
