"""What people do with an alert: acknowledge, note, resolve. Of two at once exactly one wins."""

from __future__ import annotations

from uuid import UUID

from app.access.guards import Caller
from app.alerts import queries
from app.alerts.models import OUTCOMES, Alert, AlertEvent
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.identity import queries as identity
from app.patients.admission import AdmittedPatient


def acknowledge(patient: AdmittedPatient, alert_id: UUID, by: Caller) -> Alert:
    """Take an alert; raises Conflict naming who has it already."""
    alert = queries.alert_for_change(patient, alert_id)
    _not_resolved(alert)
    if alert.state == "acknowledged" and alert.acknowledged_by is not None:
        name = identity.person(alert.acknowledged_by).name
        raise Conflict(f"{name} has taken this already.", taken_by=name)
    alert.state, alert.acknowledged_at, alert.acknowledged_by = "acknowledged", clock.now(), by.person_id
    alert.version += 1
    _add_event(alert, "acknowledged", by)
    return alert


def add_note(patient: AdmittedPatient, alert_id: UUID, note: str, by: Caller) -> AlertEvent:
    """Write a note to an alert."""
    alert = queries.alert_for_change(patient, alert_id)
    return _add_event(alert, "noted", by, note)


def resolve(
    patient: AdmittedPatient, alert_id: UUID, outcome: str, note: str | None, by: Caller, seen: int | None = None
) -> Alert:
    """Close an alert with what came of it; only a person does. The next finding opens a new alert that names it.

    `seen` is the version the person looked at: what became worse meanwhile is not closed unseen (PreconditionFailed).
    """
    if outcome not in OUTCOMES:
        raise Invalid("Say what came of it.", errors=[{"pointer": "/outcome", "detail": ", ".join(OUTCOMES)}])
    alert = queries.alert_for_change(patient, alert_id)
    _not_resolved(alert)
    if seen is not None and seen != alert.version:
        raise PreconditionFailed("Something was added to this alert while you were writing. Look at it once more.")
    if alert.state != "acknowledged":
        alert.acknowledged_at, alert.acknowledged_by = clock.now(), by.person_id
        _add_event(alert, "acknowledged", by)
    alert.state, alert.resolved_at, alert.resolved_by, alert.outcome = "resolved", clock.now(), by.person_id, outcome
    alert.version += 1
    _add_event(alert, "resolved", by, note)
    return alert


def _not_resolved(alert: Alert) -> None:
    if alert.state == "resolved":
        raise Conflict("This alert is closed.")


def _add_event(alert: Alert, kind: str, by: Caller, note: str | None = None) -> AlertEvent:
    event = AlertEvent(
        organisation_id=alert.organisation_id,
        patient_id=alert.patient_id,
        alert_id=alert.id,
        kind=kind,
        by=by.person_id,
        severity=alert.severity,
    )
    event.text = note
    db.session.add(event)
    db.session.flush()
    return event
