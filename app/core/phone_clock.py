"""When something happened that a phone tells of later, by its own clock. Pure.

The phone says what its clock shows when it sends: where that is wrong by more than ten minutes, so is all that it told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from app.core.errors import Invalid

MAY_BE_OFF: Final = timedelta(minutes=10)
# What was written without a signal is sent within weeks; older is a slip of the year.
OLDEST: Final = timedelta(days=60)

CANNOT_BE: Final = "This time cannot be: it lies ahead, or more than 60 days back. Check the clock of the phone."


def told(given: datetime | None, now: datetime, sent_at: datetime | None = None) -> datetime:
    """The same as `happened`. Raises Invalid for a time that cannot be."""
    meant = happened(given, now, sent_at)
    if meant is None:
        raise Invalid(CANNOT_BE, errors=[{"pointer": "/happened_at", "detail": CANNOT_BE}])
    return meant


def happened(given: datetime | None, now: datetime, sent_at: datetime | None = None) -> datetime | None:
    """The instant that is meant, never after now; now where nothing is said; None: it cannot be."""
    if given is None:
        return now
    meant = given.astimezone(UTC)
    if sent_at is not None and abs(now - sent_at) > MAY_BE_OFF:
        meant += now - sent_at
    if meant - now > MAY_BE_OFF or now - meant > OLDEST:
        return None
    return min(meant, now)


def is_same(one: datetime | None, other: datetime | None) -> bool:
    """Do two tellings mean the same moment? A corrected clock gives it to within a minute or so."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= MAY_BE_OFF
