"""A patient as the console shows them: open alerts, to-dos, plans, circle, last contacts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.alerts.models import Alert, AlertEvent
from app.identity.models import Person
from app.patients.queries import CirclePlace
from app.protocols.content import Protocol, Severity
from app.protocols.models import MonitoringPlan
from app.records.queries.keeping import Noted
from app.todos.models import Todo
from app.web import moments
from app.web.coordinator import strip

UNJUDGED: Final = "unjudged"
_RIGHTS: Final = {"see": "sees", "be_told": "is told of", "act": "adds"}
STATES: Final = {"open": "not taken yet", "acknowledged": "in hand", "resolved": "resolved"}


def severity(alert: Alert) -> str:
    """What an alert is marked with."""
    return "not_judged" if alert.family == UNJUDGED else alert.severity


def alerts(
    found: Sequence[Alert], people: Mapping[UUID, Person], me: UUID, now: datetime, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """The open alerts, worst first."""
    worst_first = sorted(found, key=lambda one: (-Severity(one.severity).rank, one.acknowledge_by))
    return [
        {
            "id": str(one.id),
            "severity": severity(one),
            "why": one.why,
            "href": url_for("coordinator.alert", patient_id=one.patient_id, alert_id=one.id),
            "since": moments.moment(one.opened_at, now, zone),
            "owner": {
                "name": people[one.acknowledged_by or one.owner_id].name,
                "mine": (one.acknowledged_by or one.owner_id) == me,
            },
            "state": STATES[one.state],
        }
        for one in worst_first
    ]


def todos(found: Sequence[Todo], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What is to be done for this patient."""
    return [
        {
            "why": one.reason,
            "due": f"by {moments.by(one.due_at, now, zone)}",
            "done_url": url_for("coordinator.todo_done", patient_id=one.patient_id, todo_id=one.id),
        }
        for one in found
    ]


def corrections(notes: Sequence[Noted], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What the patient says is wrong in the record."""
    return [
        {"words": one.row.text, "by": one.written_by, "when": moments.moment(one.row.created_at, now, zone)}
        for one in notes
    ]


def plans(running: Sequence[MonitoringPlan], registry: Mapping[str, Protocol], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The monitoring plans that run."""
    shown = []
    for one in running:
        protocol = registry.get(f"{one.protocol}@{one.version}")
        name, draft = (protocol.title, protocol.status == "draft") if protocol else (one.protocol, False)
        since = f"since {moments.full(one.created_at.astimezone(zone).date())}"
        shown.append({"name": name, "version": f"version {one.version}", "draft": draft, "since": since})
    return shown


def circle(places: Sequence[CirclePlace]) -> list[dict[str, Any]]:
    """Who is around the patient, and what is shared with them."""
    return [
        {
            "name": one.person.name,
            "relationship": one.member.relationship,
            "phones": strip.phones(one.person),
            "sees": _shared(one),
        }
        for one in places
    ]


def _shared(one: CirclePlace) -> str | None:
    said: dict[str, list[str]] = {}
    for grant in sorted(one.grants, key=lambda grant: list(_RIGHTS).index(grant.right)):
        said.setdefault(f"{grant.category}, until {moments.full(grant.ends_on)}", []).append(_RIGHTS[grant.right])
    text = "; ".join(f"{' and '.join(rights)} {what}" for what, rights in said.items())
    return text[:1].upper() + text[1:] or None


def contacts(noted: Sequence[tuple[AlertEvent, str]], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What the team last wrote down."""
    return [
        {"when": moments.moment(event.created_at, now, zone), "words": f"{name}: {event.text}"} for event, name in noted
    ]
