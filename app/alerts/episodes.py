"""Findings become episodes: which alert is opened, joined or raised, and who is texted. Pure.

One open alert a patient, measure, direction and family. A later finding joins it and may raise its severity, never
lower it. A note joins an open alert and opens none: it waits for the next review. What was stale when it arrived stands
on the worklist and texts nobody: texts and escalation go by the worst that was news when it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.ids import new_id
from app.protocols.content import Severity
from app.rules.findings import Finding

Key = tuple[str, str, str]  # measure, direction, family
TEXTED = (Severity.RED, Severity.EMERGENCY)


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is not resolved, as it stands. `fresh` is the worst of it that was news when it came."""

    id: UUID
    key: Key
    severity: Severity
    fresh: Severity | None
    state: str
    acknowledge_by: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What findings of one key do to their alert."""

    alert_id: UUID
    key: Key
    kind: str  # opened, raised or joined
    severity: Severity
    fresh: Severity | None
    why: str
    look_by: datetime | None  # None: somebody has it already
    is_texted: bool


def change(
    found: Iterable[Finding], open_alerts: Mapping[Key, OpenAlert], look_at_by: Callable[[str], datetime]
) -> dict[Key, Change]:
    """The change of each episode that these new or worsened findings touch."""
    by_key: dict[Key, list[Finding]] = {}
    for finding in found:
        if not finding.prompt:
            by_key.setdefault(key_of(finding), []).append(finding)
    changes = {}
    for key, findings in by_key.items():
        episode = _episode(key, findings, open_alerts.get(key), look_at_by)
        if episode is not None:
            changes[key] = episode
    return changes


def key_of(finding: Finding) -> Key:
    """The key of the episode a finding belongs to."""
    return finding.measure, str(finding.direction), str(finding.family)


def _episode(
    key: Key, findings: list[Finding], alert: OpenAlert | None, look_at_by: Callable[[str], datetime]
) -> Change | None:
    worst = max(findings, key=lambda finding: finding.severity.rank)
    fresh = _worst(finding.severity for finding in findings if not finding.late)
    if alert is None:
        return _opened(key, worst, fresh, look_at_by)
    severity = max(worst.severity, alert.severity, key=_rank)
    texted = fresh in TEXTED and _rank(fresh) > _rank(alert.fresh)
    fresh = max(fresh, alert.fresh, key=_rank)
    if severity is not alert.severity or texted:
        return Change(alert.id, key, "raised", severity, fresh, worst.why, look_at_by(severity), texted)
    look_by = alert.acknowledge_by if alert.state == "open" else None
    return Change(alert.id, key, "joined", severity, fresh, worst.why, look_by, False)


def _opened(key: Key, worst: Finding, fresh: Severity | None, look_at_by: Callable[[str], datetime]) -> Change | None:
    if worst.severity is Severity.NOTE:
        return None
    look_by = look_at_by(worst.severity)
    return Change(new_id(), key, "opened", worst.severity, fresh, worst.why, look_by, fresh in TEXTED)


def _worst(severities: Iterable[Severity]) -> Severity | None:
    return max(severities, key=_rank, default=None)


def _rank(severity: Severity | None) -> int:
    return -1 if severity is None else severity.rank
