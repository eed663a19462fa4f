"""What the circle is asked for, until when it must be done, and what is known of it where nobody may say more. Pure.

It is kept as people read it: one of the things offered, somebody's own words, or both, as "A lift: to the clinic".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

_RAW: Final[Mapping[str, Any]] = tomllib.loads((Path(__file__).parent / "content" / "help.toml").read_text("utf-8"))
VERSION: Final[str] = _RAW["version"]
DONE_WITHIN: Final = timedelta(hours=_RAW["done_within_hours"])
TOLD_BEFORE: Final = timedelta(hours=_RAW["told_before_hours"])
TOLD_AFTER: Final = timedelta(minutes=_RAW["told_after_minutes"])
NIGHT: Final = (time(_RAW["night_from"]), time(_RAW["night_until"]))
EVENING: Final = time(_RAW["told_in_the_evening_at"])
AHEAD: Final = timedelta(days=_RAW["ahead_days"])
FAIR_VIEW: Final = timedelta(days=_RAW["fair_view_days"])
LEAN_PERCENT: Final[int] = _RAW["lean_percent"]
LEAN_LEAST: Final[int] = _RAW["lean_least"]
CALENDAR: Final = timedelta(days=_RAW["calendar_days"])
ASKED_A_DAY: Final[int] = _RAW["asked_a_day"]
THINGS: Final[Mapping[str, str]] = {one["id"]: one["title"] for one in _RAW["thing"]}
SOMETHING: Final = "something"  # what a text says of somebody's own words


def said(thing: str | None, words: str) -> str:
    """What is kept of a thing that was chosen and the words beside it; of which one may be missing."""
    return ": ".join(filter(None, [THINGS[thing] if thing else "", words]))


def thing_of(what: str) -> str:
    """Which of the things offered it is, as a text may name it."""
    named = (one for one, title in THINGS.items() if what == title or what.startswith(f"{title}: "))
    return next(named, SOMETHING)


def to_be_done_by(wanted_at: datetime | None, since: datetime) -> datetime:
    """When something that was taken, or begun, is asked for again unless it is done."""
    return max(filter(None, [wanted_at, since])) + DONE_WITHIN


def to_be_answered_by(wanted_at: datetime | None, since: datetime, zone: ZoneInfo) -> datetime:
    """When whoever asked is told that nobody has taken it: before it is wanted, by day, while others can be asked."""
    soonest = since + TOLD_AFTER
    if wanted_at is None:
        return soonest
    return max(min(soonest, since + (wanted_at - since) / 2), _by_day(wanted_at - TOLD_BEFORE, zone))


def _by_day(at: datetime, zone: ZoneInfo) -> datetime:
    """This time, or at night the evening before."""
    local = at.astimezone(zone)
    night_from, night_until = NIGHT
    if night_until <= local.time() < night_from:
        return at
    day = local.date() if local.time() >= night_from else local.date() - timedelta(days=1)
    return datetime.combine(day, EVENING, zone).astimezone(at.tzinfo)


def leans(took: int, of: int) -> bool:
    """Has one person taken nearly all of it?"""
    return of >= LEAN_LEAST and took * 100 >= of * LEAN_PERCENT
