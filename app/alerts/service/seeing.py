"""Somebody has seen an alert, says their phone: it is in its history, nobody has taken it, and its time runs on."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.alerts import queries
from app.alerts.models import Alert, AlertEvent
from app.core.db import db
from app.core.errors import Conflict
from app.patients.admission import AdmittedPatient
from app.patients.by import By

SEEN = "seen"
CLOSED = "This alert is closed."


def see(patient: AdmittedPatient, alert_id: UUID, by: By) -> Alert:
    """Write down that they have seen it; said again it is noted once. Raises NotFound, and Conflict once it is closed.

    A number can be feigned, so nothing that somebody waits for may end by it.
    """
    alert = queries.alert_for_change(patient, alert_id)
    if alert.state == "resolved":
        raise Conflict(CLOSED)
    noted = (AlertEvent.alert_id == alert.id, AlertEvent.kind == SEEN, AlertEvent.by == by.person_id)
    if db.session.scalar(select(AlertEvent.id).where(*noted).limit(1)) is None:
        event = AlertEvent(
            organisation_id=alert.organisation_id,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            kind=SEEN,
            by=by.person_id,
            severity=alert.severity,
        )
        db.session.add(event)
        db.session.flush()
    return alert
