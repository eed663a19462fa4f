"""Judge readings: pure, from a whole case to what must be written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.alerts import episodes
from app.alerts.episodes import Key, OpenAlert
from app.protocols.applied import AppliedPlan
from app.protocols.content import Direction, Family, Severity
from app.readings.observed import Observed
from app.rules import evaluation, settling, windows
from app.rules.findings import Finding

FindingKey = tuple[UUID, str, str]  # reading, protocol, rule


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that judging some readings of one patient needs."""

    plans: Sequence[AppliedPlan]
    window: Sequence[Observed]
    alerts: Mapping[Key, OpenAlert]
    known: Mapping[FindingKey, Severity] = field(default_factory=dict)  # running findings of the window
    newest: Collection[UUID] = ()  # the patient's newest reading of each measure


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was concluded: all findings, those that are news, those that no longer hold, and alerts that settled."""

    findings: Sequence[Finding]
    news: Sequence[Finding]
    withdrawn: Sequence[FindingKey]
    settled: Sequence[UUID]

    def __bool__(self) -> bool:
        return bool(self.findings or self.withdrawn or self.settled)


def judge(case: Case, new: Sequence[UUID], received_at: datetime, zone: ZoneInfo) -> Judgement:
    """Judge the new readings, and those of the window whose findings may differ because of them."""
    fresh = set(new)
    judged = [one for one in case.window if one.reading_id in fresh]
    older = [one for one in case.window if one.reading_id not in fresh]
    again = {other for one in judged for other in windows.affected(case.plans, one, older)}
    return _conclude(case, judged, again, received_at, zone)


def judge_without(case: Case, gone: Observed, now: datetime, zone: ZoneInfo) -> Judgement:
    """Judge again those whose findings may differ because this reading no longer counts; it is not in the window."""
    return _conclude(case, [], set(windows.affected(case.plans, gone, case.window)), now, zone)


def _conclude(
    case: Case, judged: Sequence[Observed], again: Collection[UUID], received_at: datetime, zone: ZoneInfo
) -> Judgement:
    findings: list[Finding] = []
    for reading in [*judged, *(one for one in case.window if one.reading_id in again)]:
        findings += evaluation.evaluate(case.plans, reading, case.window, received_at=received_at, zone=zone)
    found = {(finding.reading_id, finding.protocol, finding.rule) for finding in findings}
    withdrawn = [key for key in case.known if key[0] in again and key not in found]
    return Judgement(findings, _news(case, findings), withdrawn, _settled(case, judged, findings, zone))


def _news(case: Case, findings: Sequence[Finding]) -> list[Finding]:
    """Findings that were not there before, or are worse than they were."""
    return [
        finding
        for finding in findings
        if (before := case.known.get((finding.reading_id, finding.protocol, finding.rule))) is None
        or finding.severity.rank > before.rank
    ]


def _settled(case: Case, judged: Sequence[Observed], findings: Sequence[Finding], zone: ZoneInfo) -> list[UUID]:
    """Open alerts whose last two readings both lie on the safe side by the margin."""
    new = {one.reading_id for one in judged}
    found = {episodes.key_of(finding) for finding in findings if finding.reading_id in new}
    measures = {one.measure for one in judged}
    return [
        alert.id
        for key, alert in case.alerts.items()
        if key[0] in measures and not alert.is_settled and key not in found and _is_safe(case, key, zone)
    ]


def _is_safe(case: Case, key: Key, zone: ZoneInfo) -> bool:
    measure, direction, family = key
    if family not in set(Family):
        return False
    last = sorted((one for one in case.window if one.measure == measure), key=lambda one: one.measured_at)[-2:]
    rule_key = (measure, Direction(direction), Family(family))
    return (
        len(last) == 2
        and last[-1].reading_id in case.newest
        and all(settling.safe_side(case.plans, rule_key, one, case.window, zone=zone) for one in last)
    )
