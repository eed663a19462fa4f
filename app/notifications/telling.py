"""When somebody is told of something: at once, together with other things, or not at all; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.access.permissions import Category


class How(StrEnum):
    """How somebody wants to be told of a kind of thing."""

    AT_ONCE = "at_once"
    MORNING = "morning"
    EVENING = "evening"
    WEEKLY = "weekly"
    NONE = "none"


MORNING_AT: Final = time(8)
EVENING_AT: Final = time(18)
WEEKLY_ON: Final = 0  # Monday, in the morning
# Nobody has asked for more: the night is theirs.
QUIET: Final = (time(21), time(7))
# Help that the circle is asked for comes by the grant of messages, and is chosen by itself: it is somebody's call.
HELP: Final = "help"
CHOICES: Final = (*(str(one) for one in Category), HELP)
# What is told in one message a day unless somebody chose otherwise; all else at once.
TOGETHER: Final = frozenset({"post"})


@dataclass(frozen=True, slots=True)
class Manner:
    """What one person has chosen; quiet hours are by the clock where the patient lives."""

    how: How | None = None  # None: they have not chosen
    quiet: tuple[time, time] | None = QUIET
    muted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """When; `together`: in one message with all else that is due to them then."""

    at: datetime
    together: bool


def choice_of(category: Category, about: str) -> str:
    """Which of somebody's choices counts for a thing."""
    return HELP if category is Category.MESSAGES and about == HELP else str(category)


def decide(manner: Manner, about: str, now: datetime, zone: ZoneInfo, *, is_urgent: bool = False) -> Told | None:
    """When somebody is told of something; None: not at all. What is urgent passes everything."""
    if is_urgent:
        return Told(now, together=False)
    how = manner.how or (How.EVENING if about in TOGETHER else How.AT_ONCE)
    if how is How.NONE:
        return None
    at = now if how is How.AT_ONCE else _next(how, now, zone)
    peace = end_of_peace(manner, at, zone)
    return Told(peace or at, together=peace is not None or how is not How.AT_ONCE)


def end_of_peace(manner: Manner, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When they may next be told, if they are left in peace at that time."""
    muted = manner.muted_until if manner.muted_until and manner.muted_until > at else None
    night = _end_of_night(manner.quiet, muted or at, zone)
    return night or muted


def _end_of_night(quiet: tuple[time, time] | None, at: datetime, zone: ZoneInfo) -> datetime | None:
    if quiet is None or quiet[0] == quiet[1]:
        return None
    begins, ends = quiet
    here = at.astimezone(zone)
    now = here.time()
    is_quiet = begins <= now < ends if begins < ends else now >= begins or now < ends
    if not is_quiet:
        return None
    day = here.date() if now < ends else here.date() + timedelta(days=1)
    return datetime.combine(day, ends, zone).astimezone(at.tzinfo)


def _next(how: How, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time of a digest, after now."""
    here = now.astimezone(zone)
    at = EVENING_AT if how is How.EVENING else MORNING_AT
    day = here.date()
    if how is How.WEEKLY:
        day += timedelta(days=(WEEKLY_ON - day.weekday()) % 7)
    found = datetime.combine(day, at, zone)
    if found <= here:
        found = datetime.combine(day + timedelta(days=7 if how is How.WEEKLY else 1), at, zone)
    return found.astimezone(now.tzinfo)
