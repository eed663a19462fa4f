"""Change in a window: the newest value against the lowest or highest of today and the local days before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.protocols.applied import AppliedPlan
from app.protocols.content import Advice, ChangeRule, Direction, Family, Severity
from app.readings import catalogue
from app.readings.observed import Observed
from app.rules import comparing, wording
from app.rules.findings import Conclusion

_DAY: Final = timedelta(days=1)
_EXACT: Final = 6  # decimals: 82.1 - 80.1 must be 2, and not a hair less


def judge(
    plan: AppliedPlan, rule: ChangeRule, reading: Observed, window: Sequence[Observed], zone: ZoneInfo
) -> Conclusion | None:
    """A finding, "cannot tell" when there is nothing to compare with, or the value held back as a single outlier."""
    limit = comparing.figure(plan, rule.threshold)
    if reading.value is None or limit is None:
        return None
    series = _series(rule, reading, window)
    held, place = _held(series, rule.jump), series.index(reading)
    if held[place]:
        return _untold(rule.held, f"{wording.shown(reading)} does not fit the values around it.", prompt=False)
    before = _comparable(series, held, place, rule, zone)
    if not before:
        why = f"{wording.shown(reading)}: no other value on this day or the {rule.days} days before to compare with."
        return _untold(rule.cannot_tell, why, prompt=True)
    change, reference = _change(reading.value, before, rule.direction)
    if not _reached(change, limit, inclusive=rule.threshold.inclusive):
        return None
    return Conclusion(
        severity=rule.severity,
        why=_why(plan, rule, reading, change, reference, zone),
        advice=rule.advice,
        direction=rule.direction,
        family=Family.CHANGE,
        limit=limit,
        limit_name=rule.threshold.name,
    )


def settled(
    plan: AppliedPlan, rule: ChangeRule, reading: Observed, window: Sequence[Observed], zone: ZoneInfo, margin: float
) -> bool:
    """Whether the change is on the safe side of the limit by the margin; what cannot be told is not."""
    limit = comparing.figure(plan, rule.threshold)
    if reading.value is None or limit is None:
        return False
    series = _series(rule, reading, window)
    held, place = _held(series, rule.jump), series.index(reading)
    before = _comparable(series, held, place, rule, zone)
    if held[place] or not before:
        return False
    return _change(reading.value, before, rule.direction)[0] <= round(limit - margin, _EXACT)


def span(rule: ChangeRule) -> timedelta:
    """How far back, and how far ahead, readings matter to one judged by this rule."""
    return _DAY * (rule.days + 1 + rule.history)


def _series(rule: ChangeRule, reading: Observed, window: Sequence[Observed]) -> list[Observed]:
    """The values of the measure by the time they were measured, without copies, with the judged one among them."""
    reach = span(rule)
    others = [
        other
        for other in window
        if other.measure == reading.measure
        and other.value is not None
        and not other.linked
        and other.reading_id != reading.reading_id
        and abs(other.measured_at - reading.measured_at) <= reach
    ]
    return sorted([*others, reading], key=lambda one: (one.measured_at, one.reading_id))


def _comparable(
    series: Sequence[Observed], held: Sequence[bool], place: int, rule: ChangeRule, zone: ZoneInfo
) -> list[Observed]:
    """Earlier values of the judged one's own local day and the days before it, single outliers left out."""
    first_day = series[place].measured_at.astimezone(zone).date() - timedelta(days=rule.days)
    return [
        other
        for other, outlier in zip(series[:place], held, strict=False)
        if not outlier and other.measured_at.astimezone(zone).date() >= first_day
    ]


def _held(series: Sequence[Observed], jump: float) -> list[bool]:
    """Which values are single outliers: another person on the scales, or pounds typed as kilograms.

    One jumps away from the value before and the value after it, and those two agree; or it is the last and nothing
    bears it out yet. The first value of all is never held: a false alarm is the smaller error.
    """
    held = [False]
    before = series[0]
    for place, one in enumerate(series[1:], start=1):
        outlier = _jumps(before, one, jump)
        if outlier and place + 1 < len(series):
            after = series[place + 1]
            outlier = _jumps(one, after, jump) and not _jumps(before, after, jump)
        held.append(outlier)
        before = before if outlier else one
    return held


def _jumps(one: Observed, other: Observed, jump: float) -> bool:
    """More than `jump` in a day; over longer times, as much more."""
    days = max(1.0, (other.measured_at - one.measured_at) / _DAY)
    return one.value is not None and other.value is not None and abs(other.value - one.value) > jump * days


def _change(value: float, before: Sequence[Observed], direction: Direction) -> tuple[float, Observed]:
    pick = min if direction is Direction.HIGH else max
    reference = pick(before, key=lambda one: one.value or 0.0)
    change = value - (reference.value or 0.0)
    return round(change if direction is Direction.HIGH else -change, _EXACT), reference


def _reached(change: float, limit: float, *, inclusive: bool) -> bool:
    return change > limit or (inclusive and change == limit)


def _why(
    plan: AppliedPlan, rule: ChangeRule, reading: Observed, change: float, reference: Observed, zone: ZoneInfo
) -> str:
    scale = catalogue.MEASURES[rule.measure].scales[0]
    when = reference.measured_at.astimezone(zone)
    by = catalogue.MEASURES[rule.measure].shown.format(scale.text(change))
    more = "more" if rule.direction is Direction.HIGH else "less"
    then = catalogue.shown(rule.measure, reference.value)
    return (
        f"{wording.shown(reading)} is {by} {more} than {then} on {when.day} {when:%B at %H:%M} "
        f"({wording.origin(plan, rule.threshold)})."
    )


def _untold(advice: Advice | None, why: str, *, prompt: bool) -> Conclusion | None:
    """What cannot be told is said, not passed over: by the one rule of the measure that has advice for it."""
    if advice is None:
        return None
    return Conclusion(Severity.NOTE, why, advice, Direction.NONE, Family.CHANGE, prompt=prompt)
