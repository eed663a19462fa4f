"""Reads how a medicine is taken out of typed text. What it is not sure of it lists; it never guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

from app.medicines.dosage import phrases, words
from app.medicines.dosage.facts import Amount, Facts, Hours, Moment, Part, Period, Taper, Times, Understood
from app.medicines.dosage.items import Gap, Item, Lasting, Meals, MostAmount, MostTimes, Unread, Varies, Word
from app.medicines.patterns import Days

_MEALS = (Part.BREAKFAST, Part.LUNCH, Part.EVENING_MEAL)
T = TypeVar("T")


def understood(text: str) -> Understood:
    """The facts of a text, step by step, with what was not understood."""
    plain = words.normalised(text)
    found = _unclear_counts(phrases.items(plain))
    steps, doubts = [], list(_of_the_eye(plain))
    for step in _steps(found):
        facts, unsure = _facts(step)
        steps.append(facts)
        doubts += unsure
    if len(steps) > 1:
        endless = [number for number, step in enumerate(steps[:-1], 1) if not step.length]
        doubts += [f"Step {number} does not say how long it lasts." for number in endless]
    doubts += [item.doubt for item in found if isinstance(item, Unread) and item.doubt]
    return Understood(text, tuple(steps), _unread(found), tuple(dict.fromkeys(doubts)))


def _unclear_counts(found: Sequence[Item]) -> list[Item]:
    """Two tablets a day may be at one time or spread over the day; two monthly may be every two months."""
    kept = list(found)
    for place, (amount, times) in enumerate(pairwise(found)):
        counted = isinstance(amount, Amount) and (amount.unit in words.FORMS or amount.unit in {None, "dose"})
        if not isinstance(times, Times) or not times.bare or not isinstance(amount, Amount) or not counted:
            continue
        if (amount.high or amount.low) > 1:
            said = f"“{amount.words} a {times.per}”"
            kept[place + 1] = Unread(f"a {times.per}", f"{said} may be at one time or spread over the {times.per}.")
    return kept


def _of_the_eye(plain: str) -> Iterable[str]:
    if re.search(r"\bod\b", plain) and re.search(r"\beyes?\b|\bdrop\b", plain):
        yield "“od” may mean once a day or the right eye."


def _steps(found: Sequence[Item]) -> list[list[Item]]:
    """What stands between one "then" and the next."""
    steps: list[list[Item]] = [[]]
    for item in found:
        if item is Word.THEN:
            steps.append([])
        else:
            steps[-1].append(item)
    return [step for step in steps if any(item not in (Word.AND, Word.HARMLESS) for item in step)] or [[]]


def _unread(found: Sequence[Item]) -> tuple[str, ...]:
    """Pieces nobody could read, neighbours joined; one that may mean two things is a doubt."""
    pieces: list[str] = []
    joined = False
    for item in found:
        unread = isinstance(item, Unread) and not item.doubt
        if isinstance(item, Unread) and unread:
            pieces = [*pieces[:-1], f"{pieces[-1]} {item.words}"] if joined else [*pieces, item.words]
        joined = unread
    return tuple(pieces)


def _all(step: Sequence[Item], kind: type[T]) -> list[T]:
    return [item for item in step if isinstance(item, kind)]


def _facts(step: Sequence[Item]) -> tuple[Facts, list[str]]:
    """The facts of one step and what may mean two things in it."""
    doubts: list[str] = []
    moments, amounts = _moments_and_amounts(step)
    times = _times(step, doubts)
    moments = _meals(step, moments, times, doubts)
    hours = _only(_all(step, Hours), "the hours between doses", doubts)
    days = _days(step, times, doubts)
    lasting = _only(_all(step, Lasting), "how long", doubts)
    most = _only(_all(step, MostAmount), "the most in 24 hours", doubts)
    most_times = _only(_all(step, MostTimes), "how many times at most", doubts)
    gap = _only(_all(step, Gap), "the time between doses", doubts)
    facts = Facts(
        times=times,
        hours=hours,
        days=days,
        moments=moments,
        amounts=_amounts(amounts, doubts),
        as_needed=Word.AS_NEEDED in step,
        as_directed=Word.AS_DIRECTED in step,
        varies=tuple(item.words for item in _all(step, Varies)),
        most_amount=most.amount if most else None,
        most_times=most_times.times if most_times else None,
        gap=gap.least if gap else None,
        length=(lasting.least, lasting.most) if lasting else None,
        taper=_only(_all(step, Taper), "how the dose goes down", doubts),
    )
    return facts, doubts + _disagreements(facts, Word.FINISH in step)


def _only(found: Sequence[T], what: str, doubts: list[str]) -> T | None:
    """The one thing said, however often it was said."""
    if len(set(found)) > 1:
        doubts.append(f"It says two different things about {what}.")
        return None
    return found[0] if found else None


def _moments_and_amounts(step: Sequence[Item]) -> tuple[tuple[Moment, ...], list[Amount]]:
    """Times of the day with the amount that stands before each, when there is more than one amount."""
    telling = [item for item in step if item is not Word.HARMLESS]
    amounts = _all(step, Amount)
    several = len(set(amounts)) > 1 and len(_all(step, Moment)) > 1
    moments: list[Moment] = []
    used: list[Amount] = []
    for before, item in pairwise([Word.AND, *telling]):
        if not isinstance(item, Moment):
            continue
        if several and isinstance(before, Amount):
            used.append(before)
            item = Moment(item.part, item.at, item.offset, before)
        moments.append(item)
    unused = list(amounts)
    for amount in used:
        unused.remove(amount)
    return tuple(dict.fromkeys(moments)), unused


def _amounts(found: Sequence[Amount], doubts: list[str]) -> tuple[Amount, ...]:
    """One amount for each unit; two of one unit cannot both be meant."""
    distinct = tuple(dict.fromkeys(found))
    units = [amount.unit for amount in distinct]
    forms = [unit for unit in units if unit in words.FORMS]
    if len(set(units)) < len(units) or (None in units and len(units) > 1) or len(forms) > 1:
        doubts.append(f"It names several amounts: {', '.join(amount.words for amount in distinct)}.")
        return ()
    return distinct


def _times(step: Sequence[Item], doubts: list[str]) -> Times | None:
    """How often; "daily" beside "twice a day" or beside times of the day says nothing more."""
    said = _all(step, Times)
    clear = [times for times in said if not times.bare]
    return _only(clear or said, "how often", doubts)


def _meals(
    step: Sequence[Item], moments: tuple[Moment, ...], times: Times | None, doubts: list[str]
) -> tuple[Moment, ...]:
    """Three times a day with meals is at the three meals; fewer is merely with food."""
    meals = _all(step, Meals)
    if not meals or moments:
        return moments
    if times is None or times.bare:
        doubts.append("It says at meals, and not at which.")
    elif times.least == times.most == 3 and times.per is Period.DAY:
        return tuple(Moment(part) for part in _MEALS)
    return moments


def _days(step: Sequence[Item], times: Times | None, doubts: list[str]) -> Days | None:
    """Which days: weekdays joined; anything else only once."""
    said = _all(step, Days)
    named = [days for days in said if days.weekdays and days.every_weeks == 1]
    if named and len(named) == len(said):
        days: Days | None = Days(weekdays=frozenset().union(*(one.weekdays for one in named)))
    else:
        days = _fortnightly(said) or _only(said, "which days", doubts)
    fewer = days is not None and (days.weekdays or days.every > 1)
    if fewer and times and times.per is Period.DAY and times.most == 1:
        doubts.append("It says every day and names other days as well.")
    return days


def _fortnightly(said: Sequence[Days]) -> Days | None:
    """Every other week and on Mondays."""
    named = [days for days in said if days.weekdays]
    if len(said) == 2 and len(named) == 1 and Days(every=14) in said:
        return Days(weekdays=named[0].weekdays, every_weeks=2)
    return None


def _disagreements(facts: Facts, to_the_finish: bool) -> list[str]:
    """What a text says against itself."""
    doubts = []
    times, moments, hours = facts.times, len(facts.moments), facts.hours
    if times and times.per is Period.DAY and not times.bare and moments and not times.least <= moments <= times.most:
        doubts.append(f"It says {times.words} and names {moments} time{'s' if moments > 1 else ''} of the day.")
    if times and hours and not _as_often(times, hours):
        doubts.append(f"It says {times.words} and also so many hours apart.")
    if times and times.per is Period.WEEK and facts.days:
        doubts += _week_against_days(times, facts.days)
    if to_the_finish and not facts.length and not facts.taper:
        doubts.append("It says to finish, and not after how many days.")
    if facts.taper and not facts.amounts:
        doubts.append("It says how the dose goes down, and not where it begins.")
    return doubts


def _as_often(times: Times, hours: Hours) -> bool:
    """Whether so many times a day and so many hours apart come to the same."""
    day = timedelta(days=1)
    return times.per is Period.DAY and (times.bare or times.least * hours.least <= day <= times.most * hours.most)


def _week_against_days(times: Times, days: Days) -> list[str]:
    fits = times.least <= len(days.weekdays) <= times.most if days.weekdays else times.bare
    if fits or (days.weekdays and times.bare) or (times.most == 1 and days == Days(every=7)):
        return []
    return [f"It says {times.words} and names other days."]
