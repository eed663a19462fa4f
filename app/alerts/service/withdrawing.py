"""A reading was entered in error: its findings are withdrawn, its neighbours judged again, its alert stays."""

from __future__ import annotations

from sqlalchemy import update

from app.alerts.models import AlertEvent, Finding
from app.core import clock
from app.core.db import db
from app.readings.events import ReadingCorrected


def consider(event: ReadingCorrected) -> ReadingCorrected:
    """There is always something to look at."""
    return event


def act(event: ReadingCorrected) -> None:
    """Withdraw what the reading caused and say so in the history of its alerts."""
    where = (Finding.patient_id == event.patient_id, Finding.reading_id == event.reading_id)
    found = db.session.execute(
        update(Finding)
        .where(*where, Finding.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
        .returning(Finding.alert_id)
    ).scalars()
    for alert_id in {one for one in found if one}:
        db.session.add(
            AlertEvent(
                organisation_id=event.organisation_id, patient_id=event.patient_id, alert_id=alert_id, kind="withdrawn"
            )
        )
    db.session.flush()
