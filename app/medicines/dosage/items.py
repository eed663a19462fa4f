"""The pieces that a dosage text is made of, each as what it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.medicines.dosage.facts import Amount, Hours, Moment, Taper, Times
from app.medicines.patterns import Days


class Word(StrEnum):
    """A phrase that means one thing and carries nothing else."""

    AS_NEEDED = "as needed"
    AS_DIRECTED = "as directed"
    THEN = "then"
    AND = "and"
    FINISH = "until finished"
    HARMLESS = "changes neither when nor how much"


@dataclass(frozen=True, slots=True)
class MostAmount:
    """At most so much in 24 hours."""

    amount: Amount


@dataclass(frozen=True, slots=True)
class MostTimes:
    """At most so many times in 24 hours."""

    times: int


@dataclass(frozen=True, slots=True)
class Gap:
    """At least so long between two doses."""

    least: timedelta


@dataclass(frozen=True, slots=True)
class Lasting:
    """For so many days, at least and at most."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Varies:
    """What makes the dose change, in the words of the text."""

    words: str


@dataclass(frozen=True, slots=True)
class Meals:
    """At meals, without saying at which."""

    offset: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece that no phrase fits, or one that may mean two things: then `doubt` says which."""

    words: str
    doubt: str | None = None


Item = (
    Word | MostAmount | MostTimes | Gap | Lasting | Varies | Meals | Unread
    | Amount | Times | Hours | Moment | Taper | Days
)  # fmt: skip
