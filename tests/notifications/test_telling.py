"""When somebody is told: a table of hours and choices, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.notifications import telling
from app.notifications.telling import How, Manner, Told

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    """By the clock in London."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON).astimezone(UTC)


# 18 November 2026 is a Wednesday; the clocks go back on 25 October and forward on 28 March 2027.
NOON, NIGHT = "2026-11-18 12:00", "2026-11-18 23:10"
ALWAYS = Manner(quiet=None)
MUTED = Manner(muted_until=at("2026-11-19 12:00"))
CASES = {
    "a message by day: at once": (Manner(), "thread", NOON, NOON, False),
    "a post by day: in the evening": (Manner(), "post", NOON, "2026-11-18 18:00", True),
    "a post after six: the next evening": (Manner(), "post", "2026-11-18 18:00", "2026-11-19 18:00", True),
    "a message at night: after it": (Manner(), "thread", NIGHT, "2026-11-19 07:00", True),
    "after midnight: the same morning": (Manner(), "help", "2026-11-19 02:00", "2026-11-19 07:00", True),
    "the first minute of the night": (Manner(), "help", "2026-11-18 21:00", "2026-11-19 07:00", True),
    "the first minute after it": (Manner(), "help", "2026-11-19 07:00", "2026-11-19 07:00", False),
    "never quiet": (ALWAYS, "thread", NIGHT, NIGHT, False),
    "quiet hours of nothing": (Manner(quiet=(time(9), time(9))), "thread", NOON, NOON, False),
    "quiet by day": (Manner(quiet=(time(9), time(17))), "thread", NOON, "2026-11-18 17:00", True),
    "not quiet at night then": (Manner(quiet=(time(9), time(17))), "thread", NIGHT, NIGHT, False),
    "in the morning": (Manner(How.MORNING), "visit", NOON, "2026-11-19 08:00", True),
    "in the morning, while it is quiet": (
        Manner(How.MORNING, (time(22), time(9))), "visit", NOON, "2026-11-19 09:00", True,
    ),
    "a post at once where it was chosen": (Manner(How.AT_ONCE), "post", NOON, NOON, False),
    "on Mondays": (Manner(How.WEEKLY), "post", NOON, "2026-11-23 08:00", True),
    "on a Monday after eight: the next": (Manner(How.WEEKLY), "post", "2026-11-23 08:00", "2026-11-30 08:00", True),
    "muted": (MUTED, "thread", NOON, "2026-11-19 12:00", True),
    "muted until the night: after it": (
        Manner(muted_until=at("2026-11-18 22:00")), "thread", NOON, "2026-11-19 07:00", True,
    ),
    "muted before: over": (Manner(muted_until=at("2026-11-18 11:00")), "thread", NOON, NOON, False),
    "the night when clocks go back is an hour longer": (
        Manner(), "thread", "2026-10-24 22:00", "2026-10-25 07:00", True,
    ),
    "an evening in summer time": (Manner(), "post", "2027-03-28 00:30", "2027-03-28 18:00", True),
}  # fmt: skip


@pytest.mark.parametrize(("manner", "about", "now", "told", "together"), CASES.values(), ids=CASES)
def test_when_somebody_is_told(manner: Manner, about: str, now: str, told: str, together: bool) -> None:
    assert telling.decide(manner, about, at(now), LONDON) == Told(at(told), together)


def test_who_wants_nothing_is_told_nothing() -> None:
    assert telling.decide(Manner(How.NONE), "thread", at(NOON), LONDON) is None


@pytest.mark.parametrize("manner", [Manner(), Manner(How.NONE), MUTED, Manner(How.WEEKLY)])
def test_what_is_urgent_passes_everything(manner: Manner) -> None:
    assert telling.decide(manner, "help", at(NIGHT), LONDON, is_urgent=True) == Told(at(NIGHT), together=False)
