"""One reading against all plans of its patient. Pure: the same plans and readings always give the same findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.protocols.applied import AppliedPlan
from app.protocols.content import ChangeRule, CountRule, LimitRule, Rule, Severity, SymptomRule
from app.readings import catalogue
from app.readings.observed import Observed
from app.rules import changes, counts, limits, wording
from app.rules.findings import Conclusion, Finding


def evaluate(
    plans: Sequence[AppliedPlan],
    reading: Observed,
    window: Sequence[Observed],
    *,
    received_at: datetime,
    zone: ZoneInfo,
) -> list[Finding]:
    """The findings of one reading, at most one for each rule of each plan.

    `window` holds the same patient's readings from `windows.needed` before this reading to as long after it, in any
    order; the reading itself may be among them. `zone` is the patient's. Symptoms that count whatever the number open
    nothing of their own where the number is already an emergency: that one says the same.
    """
    found = []
    symptoms: list[tuple[AppliedPlan, SymptomRule]] = []
    for plan in plans:
        for rule in plan.protocol.by_measure.get(reading.measure, ()):
            if isinstance(rule, SymptomRule):
                symptoms.append((plan, rule))
                continue
            conclusion = _judge(plan, rule, reading, window, received_at, zone)
            if conclusion is not None:
                found.append(_finding(plan, rule, reading, conclusion, received_at))
    if reading.symptoms and not any(finding.severity is Severity.EMERGENCY for finding in found):
        found += [
            _finding(plan, rule, reading, conclusion, received_at)
            for plan, rule in symptoms
            if (conclusion := _symptoms(rule, reading)) is not None
        ]
    return found


def _judge(
    plan: AppliedPlan,
    rule: LimitRule | ChangeRule | CountRule,
    reading: Observed,
    window: Sequence[Observed],
    received_at: datetime,
    zone: ZoneInfo,
) -> Conclusion | None:
    match rule:
        case LimitRule():
            return limits.judge(plan, rule, reading, window, received_at)
        case ChangeRule():
            return changes.judge(plan, rule, reading, window, zone)
        case CountRule():
            return counts.judge(plan, rule, reading, window)


def _symptoms(rule: SymptomRule, reading: Observed) -> Conclusion | None:
    if rule.symptoms.isdisjoint(reading.symptoms):
        return None
    return Conclusion(
        severity=rule.severity,
        why=f"{wording.shown(reading)} was sent with: {wording.symptoms(reading, rule.symptoms)}.",
        advice=rule.advice,
        direction=rule.direction,
        family=rule.family,
    )


def _finding(
    plan: AppliedPlan, rule: Rule, reading: Observed, conclusion: Conclusion, received_at: datetime
) -> Finding:
    own = plan.limits.get(conclusion.limit_name) if conclusion.limit_name else None
    return Finding(
        plan_id=plan.plan_id,
        reading_id=reading.reading_id,
        rule=rule.name,
        protocol=plan.protocol.id,
        version=plan.protocol.version,
        measure=reading.measure,
        direction=conclusion.direction,
        family=conclusion.family,
        severity=conclusion.severity,
        value=reading.value,
        value_2=reading.value_2,
        comparator=reading.comparator,
        limit=conclusion.limit,
        limit_name=conclusion.limit_name,
        limit_origin=own.origin if own else "protocol",
        why=conclusion.why,
        means=conclusion.advice.means,
        do=conclusion.advice.do,
        hazards=rule.hazards,
        late=received_at - reading.measured_at > catalogue.fresh_for(reading.measure),
        awaiting_repeat_until=conclusion.awaiting_repeat_until,
        confirmed=conclusion.confirmed,
        prompt=conclusion.prompt,
    )
