"""The retention schedule: which tables belong to which class, and from when a row is no longer kept. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

CARE_ENDED, UNNAMED, NEVER = "care ended", "nobody names them", "never"
# From when the time counts, in words.
_SINCE: Final = {
    CARE_ENDED: "the end of care",
    UNNAMED: "they were made known, once no record names them",
    "created_at": "they were written",
    "expires_at": "they ran out",
    "opened_at": "the first of these tries",
    "done_at": "it was done",
    "back_at": "they could be texted again",
    "gone_at": "they were last known",
    "ended_at": "they were ended",
}


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """What is kept for one reason and one time."""

    name: str
    means: str
    tables: tuple[str, ...]
    after: str
    why: str
    years: int = 0
    days: int = 0
    not_before_age: int = 0

    def cutoff(self, now: datetime) -> datetime:
        """What counts from before this moment is no longer kept."""
        return years_before(now, self.years) - timedelta(days=self.days)

    @property
    def keeps(self) -> str:
        """How long, in words."""
        if self.after == NEVER:
            return "not deleted by this schedule"
        number, unit = (self.years, "year") if self.years else (self.days, "day")
        return f"{number} {unit}{'' if number == 1 else 's'} after {_SINCE.get(self.after, self.after)}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """All classes, with what they rest on and who has approved them."""

    source: str
    approved_by: str
    approved_on: str
    classes: tuple[RetentionClass, ...]

    def of(self, after: str) -> RetentionClass:
        """The one class that counts from this."""
        return next(one for one in self.classes if one.after == after)

    def never(self) -> frozenset[str]:
        """The tables that this schedule deletes nothing of."""
        return frozenset(table for one in self.classes if one.after == NEVER for table in one.tables)


def years_before(moment: datetime, years: int) -> datetime:
    """The same day so many years ago; the 29th of February becomes the 28th."""
    day = years_before_day(moment.date(), years)
    return moment.replace(year=day.year, month=day.month, day=day.day)


def years_before_day(day: date, years: int) -> date:
    """The same for a day."""
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - years, day=28 if leap else day.day)


def read(text: str) -> Schedule:
    """A schedule from its file."""
    raw: Mapping[str, Any] = tomllib.loads(text)
    classes = tuple(
        RetentionClass(name=name, **{**one, "tables": tuple(one["tables"])})
        for name, one in raw.items()
        if isinstance(one, dict)
    )
    return Schedule(raw["source"], raw["approved_by"], raw["approved_on"], classes)


SHIPPED: Final = read(Path(__file__).with_name("retention.toml").read_text(encoding="utf-8"))
