"""So many values past a limit within a time."""

from __future__ import annotations

from collections.abc import Sequence

from app.protocols.applied import AppliedPlan
from app.protocols.content import CountRule, Family
from app.readings import catalogue
from app.readings.observed import Observed
from app.rules import comparing, wording
from app.rules.findings import Conclusion


def judge(plan: AppliedPlan, rule: CountRule, reading: Observed, window: Sequence[Observed]) -> Conclusion | None:
    """A finding when this reading is past the limit and enough before it were; copies do not count."""
    limit = comparing.figure(plan, rule.threshold)
    if limit is None or reading.linked or not comparing.beyond(reading, rule.threshold, limit, rule.direction):
        return None
    since = reading.measured_at - rule.within
    recent = [
        other
        for other in window
        if other.measure == reading.measure
        and not other.linked
        and other.reading_id != reading.reading_id
        and since < other.measured_at <= reading.measured_at
    ]
    past = [other for other in recent if comparing.beyond(other, rule.threshold, limit, rule.direction)]
    if len(past) + 1 < rule.at_least or (rule.unbroken and len(past) < len(recent)):
        return None
    if reading.measured_at - min(other.measured_at for other in (*past, reading)) < rule.spanning:
        return None
    side = "below" if rule.direction == "low" else "above"
    hours = round(rule.within.total_seconds() / 3600)
    time = f"{hours // 24} days" if hours % 24 == 0 and hours > 48 else f"{hours} hours"
    label = catalogue.MEASURES[rule.measure].label.lower()
    return Conclusion(
        severity=rule.severity,
        why=f"{wording.shown(reading)}: {len(past) + 1} {label} values {side} {limit:g} within {time} "
        f"({wording.origin(plan, rule.threshold)}).",
        advice=rule.advice,
        direction=rule.direction,
        family=Family.LEVEL,
        limit=limit,
        limit_name=rule.threshold.name,
    )
