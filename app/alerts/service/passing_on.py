"""A patient was handed over: their open alerts go with them, to the new coordinator and team."""

from __future__ import annotations

from sqlalchemy import update

from app.alerts.models import Alert, AlertEvent
from app.core.db import db
from app.patients.events import HandedOver


def consider(event: HandedOver) -> HandedOver:
    """There is always somebody new to own them."""
    return event


def act(event: HandedOver) -> None:
    """Give every open alert its new owner and say so in its history."""
    open_ones = (Alert.patient_id == event.patient_id, Alert.state != "resolved")
    new = {"owner_id": event.coordinator_id, "team_id": event.team_id, "version": Alert.version + 1}
    moved = db.session.execute(update(Alert).where(*open_ones).values(new).returning(Alert.id)).scalars().all()
    for alert_id in moved:
        db.session.add(
            AlertEvent(
                organisation_id=event.organisation_id,
                patient_id=event.patient_id,
                alert_id=alert_id,
                kind="handed_over",
            )
        )
    db.session.flush()
