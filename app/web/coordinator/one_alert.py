"""An alert as the console shows it: what was found, who was told, who did what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.alerts import missed_doses
from app.alerts.models import OUTCOMES, Alert, AlertEvent, Finding
from app.identity.models import Person
from app.notifications.queries import ToldOf
from app.protocols import applied
from app.protocols.content import Protocol, Severity
from app.readings import catalogue
from app.readings.models import Reading
from app.web import moments, words
from app.web.coordinator import one_patient

_CHANNELS: Final = {"sms": "SMS", "email": "e-mail", "web_push": "push"}
_STATES: Final = {
    "pending": "Waiting to be sent",
    "unknown": "Not known whether it arrived",
    "accepted": "Handed over",
    "delivered": "Delivered",
    "undelivered": "Not delivered",
    "failed": "Failed",
    "stale": "Not sent: no longer of use",
    "parked": "Waiting: sending is stopped",
}
_FAILED: Final = ("undelivered", "failed")
_STEPS: Final = {
    "opened": "opened this alert",
    "raised": "raised the severity",
    "joined": "added a finding",
    "settled": "marked it as settled: the last two readings are on the safe side",
    "withdrawn": "withdrew a finding: its reading was entered in error",
    "not_taken": "saw that nobody had taken it in time",
    "text_failed": "saw that the text about it did not get through",
    "lead_told": "told the team’s lead",
    "nobody_to_tell": "found no lead to tell",
    "handed_over": "passed it to the new coordinator with the patient",
    "seen": "has seen it, says their phone",
    "acknowledged": "took this",
    "noted": "wrote",
    "resolved": "resolved it",
    "judged": "closed it: it was judged after all",
}
MOST_OTHERS: Final = 10


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one alert's page is made from."""

    alert: Alert
    findings: Sequence[Finding]  # newest measurement first
    reading: Reading | None  # that of the worst finding
    previous: Alert | None
    people: Mapping[UUID, Person]
    registry: Mapping[str, Protocol]
    me: UUID
    now: datetime
    zone: ZoneInfo

    def moment(self, at: datetime) -> dict[str, str]:
        return moments.moment(at, self.now, self.zone)


def worst(findings: Sequence[Finding]) -> Finding | None:
    """The finding the alert stands for: the worst that holds, the newest of two alike."""
    holding = [one for one in findings if one.withdrawn_at is None] or list(findings)
    return max(holding, key=lambda one: (Severity(one.severity).rank, one.measured_at), default=None)


def shown(case: Case) -> dict[str, Any]:
    """The alert itself."""
    alert, finding = case.alert, worst(case.findings)
    value, value_when = _value(case, finding)
    limit, origin = _limit(finding, case.registry) if not _is_of_doses(alert) else ("", missed_doses.RULES.words)
    return {
        "severity": one_patient.severity(alert),
        "heading": _heading(case, finding, value),
        "state": alert.state,
        "state_words": _state(case),
        "due": moments.remaining(alert.acknowledge_by, case.now, case.zone) if alert.state == "open" else None,
        "now": case.now.isoformat(),
        "opened": case.moment(alert.opened_at),
        "owner": {"name": case.people[alert.owner_id].name, "mine": alert.owner_id == case.me},
        "finding": alert.why,
        "value": value,
        "value_when": case.moment(value_when),
        "limit": limit,
        "origin": origin,
        "others": [_other(one, case) for one in _others(case, finding)],
        "late": alert.is_late,
        "settled": alert.settled_at is not None,
        "withdrawn": bool(case.findings) and all(one.withdrawn_at for one in case.findings),
        "previous": _previous(case),
    }


def _is_of_doses(alert: Alert) -> bool:
    """Doses not taken or not recorded: of no reading, and judged all the same."""
    return (alert.measure, alert.direction, alert.family) == missed_doses.KEY


def _heading(case: Case, finding: Finding | None, value: str) -> str:
    if _is_of_doses(case.alert):
        return f"{missed_doses.TITLE}: doses to look at"
    title = words.title(case.alert.measure)
    return f"{title} {value}" if finding else f"{title}: not judged"


def _value(case: Case, finding: Finding | None) -> tuple[str, datetime]:
    if finding is None:
        return "" if _is_of_doses(case.alert) else "Not judged", case.alert.opened_at
    if case.reading is None:
        return _of_finding(finding), finding.measured_at
    around = words.around(case.reading)
    return f"{words.value(case.reading)}{f' {around}' if around else ''}", finding.measured_at


def _of_finding(one: Finding) -> str:
    return catalogue.shown(one.measure, one.value, one.value_2, one.comparator)


def _limit(finding: Finding | None, registry: Mapping[str, Protocol]) -> tuple[str, str]:
    if finding is None:
        return "None was looked at", ""
    protocol = registry.get(f"{finding.protocol}@{finding.version}")
    name = f"{protocol.title}, version {protocol.version}, {protocol.status}" if protocol else finding.protocol
    if finding.limit is None:
        return "None: what was said counts whatever the number", name
    side = {"low": "below", "high": "above"}.get(finding.direction, "past")
    past = f"{'at or ' if _is_inclusive(finding, protocol) else ''}{side} {finding.limit:g}"
    whose = {"team": "the team’s own", "personal": "set for this patient"}.get(finding.limit_origin, name)
    return words.upper(past), whose


def _is_inclusive(finding: Finding, protocol: Protocol | None) -> bool:
    thresholds = applied.thresholds(protocol) if protocol else ()
    return any(one.inclusive for one in thresholds if one.name == finding.limit_name)


def _others(case: Case, head: Finding | None) -> list[Finding]:
    """The other readings of the episode, each by its worst finding, newest first."""
    by_reading: dict[UUID, list[Finding]] = {}
    for one in case.findings:
        if head is None or one.reading_id != head.reading_id:
            by_reading.setdefault(one.reading_id, []).append(one)
    return [shown for rows in by_reading.values() if (shown := worst(rows))][:MOST_OTHERS]


def _other(one: Finding, case: Case) -> dict[str, Any]:
    withdrawn = ", withdrawn" if one.withdrawn_at else ""
    return {"words": f"{_of_finding(one)}, {one.severity}{withdrawn}", "when": case.moment(one.measured_at)}


def _state(case: Case) -> str:
    alert = case.alert
    if alert.state == "open":
        return "Nobody has taken this yet"
    who = alert.resolved_by if alert.state == "resolved" else alert.acknowledged_by
    name = ("You" if who == case.me else case.people[who].name) if who else "Kith"
    if alert.state == "acknowledged" and alert.acknowledged_at:
        return f"{name} took this {moments.words(alert.acknowledged_at, case.now, case.zone)}"
    when = moments.words(alert.resolved_at, case.now, case.zone) if alert.resolved_at else ""
    return f"{name} resolved this {when}: {OUTCOMES.get(alert.outcome or '', 'judged after all').lower()}"


def _previous(case: Case) -> dict[str, str] | None:
    before = case.previous
    if before is None:
        return None
    day = moments.day(before.opened_at.astimezone(case.zone).date(), case.now.astimezone(case.zone).date())
    outcome = OUTCOMES.get(before.outcome or "", "judged after all").lower()
    href = url_for("coordinator.alert", patient_id=before.patient_id, alert_id=before.id)
    return {"words": f"{before.severity.capitalize()} alert of {day}: {outcome}", "href": href}


def told_patient(case: Case, coordinator: str) -> list[str]:
    """What the patient was told of the worst finding."""
    finding = worst(case.findings)
    if _is_of_doses(case.alert):
        return ["The patient was told nothing of this."]
    if finding is None:
        return ["Saved, not yet judged.", f"{coordinator} has been told and looks at it in person."]
    by = finding.look_by and f"{coordinator} will look by {moments.by(finding.look_by, case.now, case.zone)}."
    return [sentence for sentence in (finding.means, finding.do, by) if sentence]


def told(whom: Sequence[ToldOf], case: Case) -> list[dict[str, Any]]:
    """Who else was told, and whether it reached them."""
    return [
        {
            "who": one.name,
            "how": _CHANNELS.get(one.channel, one.channel),
            "state": _STATES[one.state] + (f" ({one.code})" if one.code and one.state in _FAILED else ""),
            "when": case.moment(one.told_at),
            "failed": one.state in _FAILED,
        }
        for one in whom
    ]


def history(steps: Sequence[AlertEvent], case: Case) -> list[dict[str, Any]]:
    """Who did what, in order."""
    return [
        {
            "who": case.people[one.by].name if one.by else "Kith",
            "what": _STEPS.get(one.kind, one.kind) + (f" to {one.severity}" if one.kind == "raised" else ""),
            "when": case.moment(one.created_at),
            "note": one.text,
        }
        for one in steps
    ]


def outcomes() -> list[dict[str, str]]:
    """What may come of an alert, to choose from."""
    return [{"value": "", "text": "Choose"}, *({"value": code, "text": text} for code, text in OUTCOMES.items())]
