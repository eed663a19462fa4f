"""A patient was handed over: their open alerts go with them, and the new coordinator is told of what is urgent."""

from __future__ import annotations

from sqlalchemy import select, text

from app.alerts.models import Alert, AlertEvent
from app.alerts.service.writing import about_alert, text_about
from app.core import clock, events
from app.core.db import db
from app.notifications import service as notifications
from app.patients import queries as patients
from app.patients.events import HandedOver


def consider(event: HandedOver) -> HandedOver:
    """There is always somebody new to own them."""
    return event


# What failed is run again by itself.
_ASTRAY = text("""
    select distinct p.organisation_id, p.id from patient p
    join (select patient_id, team_id, owner_id from alert where state <> 'resolved'
        union all select patient_id, team_id, owner_id from todo where done_at is null) waits on waits.patient_id = p.id
    where (waits.team_id, waits.owner_id) <> (p.team_id, p.coordinator_id) and not exists (
        select from event_rerun r where r.patient_id = p.id and r.event = 'HandedOver' and r.done_at is null)
    order by p.id limit 100
""")


def bring_home() -> None:
    """Hand over once more whoever has an alert or a to-do with a team or an owner that they are no longer with.

    It was being written while its patient was handed over: neither waits for the other.
    """
    for row in db.session.execute(_ASTRAY).all():
        events.publish(HandedOver(*row))


def act(event: HandedOver) -> None:
    """Give every open alert its new owner, say so in its history, and tell them of those that nobody has taken."""
    team_id, owner_id = patients.who_has(event.patient_id)
    elsewhere = (Alert.team_id != team_id) | (Alert.owner_id != owner_id)
    open_ones = (Alert.patient_id == event.patient_id, Alert.state != "resolved", elsewhere)
    chosen = select(Alert).where(*open_ones).order_by(Alert.id).with_for_update()
    for alert in db.session.scalars(chosen.execution_options(populate_existing=True)).all():
        is_news = alert.owner_id != owner_id
        alert.owner_id, alert.team_id, alert.version = owner_id, team_id, alert.version + 1
        _note(alert)
        db.session.flush()
        if is_news and alert.state == "open" and alert.fresh_severity in ("red", "emergency"):
            _tell_owner(alert)


def _tell_owner(alert: Alert) -> None:
    """The text that the owner before them had, or that it is overdue."""
    patient = patients.admitted([alert.patient_id])[alert.patient_id]
    name = "alert_opened" if alert.acknowledge_by > clock.now() else "alert_not_acknowledged"
    reader = patient.coordinator_given_name
    body = text_about(patient, name, alert.id, alert.severity, alert.acknowledge_by, reader)
    notifications.tell(**about_alert(patient, alert.id, alert.owner_id, body))


def _note(alert: Alert) -> None:
    db.session.add(
        AlertEvent(
            organisation_id=alert.organisation_id,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            kind="handed_over",
        )
    )
