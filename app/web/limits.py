"""The limits that hold for one measure of one patient: lines and target of a chart, and who set them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.protocols import applied
from app.protocols.applied import AppliedPlan
from app.protocols.content import Band, Direction, LimitRule, Severity
from app.rules import comparing, wording
from app.web import charts


@dataclass(frozen=True, slots=True)
class Held:
    """One limit in force, whatever the context of the reading."""

    value: float
    severity: Severity
    direction: Direction
    component: str | None
    is_inclusive: bool
    origin: str

    @property
    def words(self) -> str:
        side = "below" if self.direction is Direction.LOW else "above"
        relation = f"at or {side}" if self.is_inclusive else side
        part = f"{self.component} " if self.component else ""
        return f"{str(self.severity).capitalize()}: {part}{relation} {self.value:g}"


def held(plans: Iterable[AppliedPlan], measure: str) -> list[Held]:
    """Every limit of these plans for a measure, the more cautious of two that are alike, mildest first."""
    found: dict[tuple[str | None, Direction, Severity], Held] = {}
    for one in _all(plans, measure):
        key = (one.component, one.direction, one.severity)
        known = found.get(key)
        if known is None or _is_more_cautious(one, known):
            found[key] = one
    return sorted(found.values(), key=lambda one: (one.component != "systolic", one.direction, one.severity.rank))


def _is_more_cautious(one: Held, other: Held) -> bool:
    return one.value > other.value if one.direction is Direction.LOW else one.value < other.value


def _all(plans: Iterable[AppliedPlan], measure: str) -> Iterator[Held]:
    for plan in plans:
        for rule in plan.protocol.by_measure.get(measure, ()):
            if isinstance(rule, LimitRule) and not _depends(rule, None):
                for band in rule.bands:
                    if applied.holds(band, plan.limits) and not _depends(rule, band):
                        yield from _of_band(plan, rule, band)


def _of_band(plan: AppliedPlan, rule: LimitRule, band: Band) -> Iterator[Held]:
    for threshold in band.thresholds:
        value = comparing.figure(plan, threshold)
        if value is not None:
            where = (rule.direction, threshold.component, threshold.inclusive)
            yield Held(value, band.severity, *where, wording.origin(plan, threshold))


def _depends(rule: LimitRule, band: Band | None) -> bool:
    """A limit that holds only with a symptom, a meal or on oxygen is no line through a whole chart."""
    when = rule.when if band is None else band.when
    return when is not None and (when.on_oxygen is not None or bool(when.meals) or bool(when.symptoms))


def lines(limits: Sequence[Held]) -> list[charts.Limit]:
    """Lines for a chart; a measure of two numbers shows its red ones only, or nobody could read it."""
    pair = any(one.component for one in limits)
    shown = [one for one in limits if not pair or one.severity is Severity.RED]
    by_value: dict[float, charts.Limit] = {}
    for one in shown:
        by_value.setdefault(one.value, charts.Limit(one.value, str(one.severity)))
    return list(by_value.values())


def inside(limits: Sequence[Held]) -> list[charts.Band]:
    """Where nobody needs to act, inside the mildest limits; of two numbers only where both have an upper one."""
    parts = _parts(limits)
    bands = [charts.Band(_edge(limits, part, Direction.LOW), _edge(limits, part, Direction.HIGH)) for part in parts]
    if parts != [None] and (len(parts) < 2 or any(band.high is None for band in bands)):
        return []
    return bands


def _parts(limits: Sequence[Held]) -> list[str | None]:
    return list(dict.fromkeys(one.component for one in limits))


def _edge(limits: Sequence[Held], part: str | None, direction: Direction) -> float | None:
    found = _mildest(limits, part, direction)
    return found.value if found else None


def _mildest(limits: Sequence[Held], part: str | None, direction: Direction) -> Held | None:
    mine = [one for one in limits if one.component == part and one.direction is direction]
    return min(mine, key=lambda one: one.severity.rank, default=None)


def inside_words(limits: Sequence[Held], unit: str) -> str | None:
    """The same in words: "95% or more", "4 to 10 mmol/L", "below 135/85 mmHg"."""
    bands, parts = inside(limits), _parts(limits)
    if not bands:
        return None
    if len(bands) == 2:
        highs = [_mildest(limits, part, Direction.HIGH) for part in parts]
        side = "below" if all(high and high.is_inclusive for high in highs) else "up to"
        return f"Inside the plan’s limits: {side} {'/'.join(f'{band.high:g}' for band in bands)} {unit}"
    low, high = (_mildest(limits, parts[0], direction) for direction in (Direction.LOW, Direction.HIGH))
    return f"Inside the plan’s limits: {_between(low, high, unit if unit == '%' else f' {unit}')}"


def _between(low: Held | None, high: Held | None, unit: str) -> str:
    least = f"{'above ' if low.is_inclusive else ''}{low.value:g}" if low else ""
    most = f"{'below ' if high.is_inclusive else ''}{high.value:g}" if high else ""
    if least and most:
        return f"{least} to {most}{unit}"
    if low:
        return f"{least}{unit}{'' if low.is_inclusive else ' or more'}"
    return f"{most}{unit}{'' if high and high.is_inclusive else ' or less'}"
