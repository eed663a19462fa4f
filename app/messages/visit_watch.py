"""Is a visit late, was it missed, was it short, and when is that to be looked at? Pure.

All of it is about what was recorded: a visitor whose phone has no signal may have been there all the while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# After it counts as late nobody has come for the whole planned time, an hour at least: it was missed.
MISSED_AFTER: Final = timedelta(hours=1)
# Less than half of what was planned.
SHORT: Final = 2
# Noticed so much later than it should have been: Kith was not running, and says so.
NOTICED_IN_TIME: Final = timedelta(minutes=15)
# After so long a relative is no more told that nobody came: it is on the coordinator's list, and in the list of visits.
WORTH_TELLING: Final = timedelta(hours=12)


class Seen(StrEnum):
    """What there is to tell of a visit."""

    LATE = "late"
    MISSED = "missed"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as far as this matters."""

    due_at: datetime
    minutes: int
    late_after: int
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    is_late_told: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is told now, if anything, since when it is so, and when to look again; None: no more."""

    seen: Seen | None
    since: datetime
    look_at: datetime | None


def late_at(visit: Visit) -> datetime:
    """From when on a visit is late that nobody has come to."""
    return visit.due_at + timedelta(minutes=visit.late_after)


def missed_at(visit: Visit) -> datetime:
    """From when on it counts as missed."""
    return late_at(visit) + max(MISSED_AFTER, timedelta(minutes=visit.minutes))


def is_short(visit: Visit) -> bool:
    """Did somebody leave before half of the planned time was over?"""
    if visit.arrived_at is None or visit.left_at is None:
        return False
    return (visit.left_at - visit.arrived_at) * SHORT < timedelta(minutes=visit.minutes)


def look(visit: Visit, now: datetime) -> Verdict:
    """What is there to be seen of a visit now? Of one that is missed it is not told first that it is late."""
    if visit.arrived_at is not None or visit.left_at is not None:
        since = visit.left_at or visit.arrived_at or now
        return Verdict(Seen.SHORT if is_short(visit) else None, since, None)
    late, missed = late_at(visit), missed_at(visit)
    if now >= missed:
        return Verdict(Seen.MISSED, missed, None)
    if visit.is_late_told:
        return Verdict(None, late, missed)
    if now >= late:
        return Verdict(Seen.LATE, late, missed)
    return Verdict(None, late, late)


def is_in_time(verdict: Verdict, now: datetime) -> bool:
    """Was it noticed about when it should have been?"""
    return now - verdict.since <= NOTICED_IN_TIME


def is_worth_telling(verdict: Verdict, now: datetime) -> bool:
    """Is it still of use to a relative?"""
    return now - verdict.since <= WORTH_TELLING
