"""What one more answer makes of a dose: pure, so that any order of answers from any channel can be tried out.

One scheduled dose is one record. A tick on a dose that was ticked changes nothing; it asks whether two were taken, for
only people know. Nothing that was recorded is overwritten by the way: `undone` takes it back first, and says so. That
two were taken is never lost: said first of all, it records the dose as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LATER_MINUTES: Final = (10, 30, 60)
# A phone's clock may be a little fast; further ahead nothing has happened yet.
AHEAD: Final = timedelta(minutes=10)


class Outcome(StrEnum):
    """What became of an answer."""

    RECORDED = "recorded"
    ALREADY = "already"  # the same had been said before: nothing changed
    RECORDED_OTHERWISE = "recorded_otherwise"  # something else had been said: nothing changed, it can be taken back
    TOO_LATE = "too_late"  # to ask again later
    NOT_YET = "not_yet"  # a dose of another day, or a time to come


@dataclass(frozen=True, slots=True)
class Standing:
    """A dose as it is before an answer."""

    state: str
    due_at: datetime
    settle_at: datetime
    taken_at: datetime | None = None
    why: str | None = None
    twice: bool = False  # somebody said that two were taken
    is_as_needed: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: taken (when), later (until when), skipped (why), missed, undone, two_taken."""

    answer: str
    at: datetime  # when it was said
    taken_at: datetime | None = None
    until: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and the dose as it is afterwards."""

    outcome: Outcome
    after: Standing
    remind_at: datetime | None = None  # only for "later"
    asks_two: bool = False  # did you take two?


_OPEN: Final = ("due", "not_recorded", "paused")
_NOT_HAD: Final = ("skipped", "missed")
_EARLY: Final = timedelta(hours=12)  # so long before its time a dose may be recorded, and taken


def answered(dose: Standing, said: Said) -> Result:
    """What this answer makes of this dose."""
    if said.answer == "later":
        return _later(dose, said)
    if said.answer == "undone":
        return _undone(dose, said)
    if _is_of_another_time(dose, said):
        return Result(Outcome.NOT_YET, dose)
    if said.answer == "two_taken":
        return _two_taken(dose, said)
    if dose.state in _OPEN:
        return Result(Outcome.RECORDED, _after(dose, said))
    if dose.state == said.answer:
        return Result(Outcome.ALREADY, dose, asks_two=said.answer == "taken")
    if dose.state in _NOT_HAD and said.answer == "taken":
        # Not had, and then had after all: what comes later is truer.
        return Result(Outcome.RECORDED, _after(dose, said))
    return Result(Outcome.RECORDED_OTHERWISE, dose)


def next_reminder(due_at: datetime, now: datetime, every: timedelta, window: timedelta) -> datetime | None:
    """When a dose that is open again is next reminded of: at one of its own times, while its window lasts."""
    every = max(every, timedelta(minutes=1))
    passed = max(timedelta(), now - due_at)
    coming = due_at - (-passed // every) * every
    return coming if coming < due_at + window or passed == timedelta() else None


def _is_of_another_time(dose: Standing, said: Said) -> bool:
    taken_at = said.taken_at or said.at
    return taken_at > said.at + AHEAD or taken_at < dose.due_at - _EARLY


def _after(dose: Standing, said: Said) -> Standing:
    if said.answer in ("taken", "two_taken"):
        twice = said.answer == "two_taken"
        return replace(dose, state="taken", taken_at=said.taken_at or said.at, why=said.why, twice=twice)
    return replace(dose, state=said.answer, taken_at=None, why=said.why)


def _later(dose: Standing, said: Said) -> Result:
    if dose.state != "due":
        return Result(Outcome.ALREADY if dose.state in ("taken", *_NOT_HAD) else Outcome.TOO_LATE, dose)
    if said.until is None or said.until >= dose.settle_at:
        return Result(Outcome.TOO_LATE, dose)
    return Result(Outcome.RECORDED, dose, remind_at=said.until)


def _undone(dose: Standing, said: Said) -> Result:
    if dose.state in ("due", "not_recorded", "paused", "withdrawn"):
        return Result(Outcome.ALREADY, dose)
    # One taken as needed was never due: taken back, there is no dose.
    state = "withdrawn" if dose.is_as_needed else "due" if said.at < dose.settle_at else "not_recorded"
    return Result(Outcome.RECORDED, replace(dose, state=state, taken_at=None, why=None, twice=False))


def _two_taken(dose: Standing, said: Said) -> Result:
    if dose.state == "taken":
        return Result(Outcome.ALREADY if dose.twice else Outcome.RECORDED, replace(dose, twice=True))
    if dose.state in (*_OPEN, *_NOT_HAD):
        return Result(Outcome.RECORDED, _after(dose, said))
    return Result(Outcome.NOT_YET, dose)
