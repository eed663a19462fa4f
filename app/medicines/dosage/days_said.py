"""How many doses on which days a text comes to, and whether two rules of days are the same days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.medicines.dosage.facts import Facts, Hours, Period, Times
from app.medicines.patterns import Days

EVERY_DAY = Days()
ALL_WEEK = frozenset(range(1, 8))
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Doses on each of these days, or in each week; None where the text does not say."""

    per_day: int | None = None
    days: Days | None = None
    per_week: int | None = None
    unsure: tuple[str, ...] = ()

    def words(self, facts: Facts) -> str:
        """What the text says, for a sentence."""
        if facts.times and not facts.times.bare:
            return facts.times.words
        if facts.hours:
            return f"every {facts.hours.least / timedelta(hours=1):g} hours"
        if facts.moments and self.days == EVERY_DAY:
            return f"{self.per_day} a day"
        return "certain days" if facts.days else "every day"


def rhythm(facts: Facts) -> Rhythm:
    """What the text comes to."""
    if facts.hours:
        return _of_hours(facts.hours)
    if facts.times and facts.times.per is Period.WEEK:
        return _of_weeks(facts, facts.times)
    if facts.times and facts.times.per is Period.MONTH:
        return Rhythm(unsure=("Months are not all of one length: which day it is, a person says.",))
    days = facts.days or (EVERY_DAY if facts.times or facts.moments else None)
    if facts.times and not facts.times.bare:
        if facts.times.least != facts.times.most:
            return Rhythm(days=days, unsure=("The text leaves open how many times a day it is.",))
        return Rhythm(facts.times.least, days)
    if facts.moments:
        return Rhythm(len(facts.moments), days)
    if days:
        return Rhythm(1, days)
    only_limits = facts.most_times is not None or facts.gap is not None
    return Rhythm(unsure=("The text says a limit, and not how often it is.",) if only_limits else ())


def _of_hours(hours: Hours) -> Rhythm:
    if hours.least != hours.most:
        return Rhythm(unsure=("The text leaves open how many hours it is.",))
    if not hours.least % DAY:
        return Rhythm(1, Days(every=hours.least // DAY))
    if DAY % hours.least:
        return Rhythm(unsure=("So many hours do not come to the same times every day.",))
    return Rhythm(DAY // hours.least, EVERY_DAY)


def _of_weeks(facts: Facts, times: Times) -> Rhythm:
    per_day = len(facts.moments) or 1
    if facts.days:
        return Rhythm(per_day, facts.days)
    if times.least != times.most:
        return Rhythm(unsure=("The text leaves open how many times a week it is.",))
    return Rhythm(per_day if times.least == 1 else None, None, times.least * per_day)


def days_agree(said: Days, scheduled: Days) -> bool | None:
    """Whether both are the same days; None when it depends on the day the schedule starts."""
    said, scheduled = _plain(said), _plain(scheduled)
    if said == scheduled:
        return True
    weekly, fortnightly = Days(every=7), Days(every=14)
    if said in (weekly, fortnightly):
        weeks = 1 if said == weekly else 2
        return len(scheduled.weekdays) == 1 and scheduled == Days(weekdays=scheduled.weekdays, every_weeks=weeks)
    if len(said.weekdays) == 1 and scheduled == (weekly if said.every_weeks == 1 else fortnightly):
        return None
    return False


def _plain(days: Days) -> Days:
    """All seven weekdays are every day."""
    return EVERY_DAY if days == Days(weekdays=ALL_WEEK) else days
