"""A red alert that nobody acknowledged in time also tells the team's lead: one step; the whole ladder comes later."""

from __future__ import annotations

from sqlalchemy import select

from app.alerts.models import Alert, AlertEvent
from app.alerts.service.writing import about_alert, text_about
from app.core import backlog, clock
from app.core.db import db
from app.identity import queries as identity
from app.notifications import service as notifications
from app.patients import queries as patients

AT_ONCE = 100  # alerts in one unit of work


def escalate_due() -> int:
    """Tell the leads of every red alert past its time; returns how many. Safe on any number of machines.

    What came late texts nobody. One alert that cannot be told holds up no other: it is tried again at the next tick.
    """
    due = (Alert.state == "open", Alert.lead_told_at.is_(None), Alert.acknowledge_by <= clock.now())
    urgent = Alert.fresh_severity.in_(("red", "emergency"))
    chosen = select(Alert).where(*due, urgent).order_by(Alert.acknowledge_by)
    return backlog.one_by_one("tell leads", chosen, lambda alert: tell_lead(alert, why="not_taken"), at_once=AT_ONCE)


def tell_lead(alert: Alert, *, why: str) -> None:
    """Tell the lead of the alert's team, once for each severity, and write it into the alert's history."""
    patient = patients.admitted([alert.patient_id])[alert.patient_id]
    alert.lead_told_at = clock.now()
    alert.version += 1
    _note(alert, why)
    _note(alert, "lead_told" if patient.lead_id else "nobody_to_tell")
    if patient.lead_id:
        lead = identity.person(patient.lead_id)
        name, by = "alert_not_acknowledged", alert.acknowledge_by
        body = text_about(patient, name, alert.id, alert.severity, by, lead.given_name)
        notifications.tell(**about_alert(patient, alert.id, lead.id, body))
    db.session.flush()


def _note(alert: Alert, kind: str) -> None:
    db.session.add(
        AlertEvent(
            organisation_id=alert.organisation_id,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            kind=kind,
            severity=alert.severity,
        )
    )
    db.session.flush()
