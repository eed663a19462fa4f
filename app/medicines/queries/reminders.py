"""Reads of reminders: what could not be sent while the service was down, and whether they are being written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select

from app.core import clock
from app.core.db import db
from app.medicines.models import Dose, Reminder
from app.notifications.models import Delivery
from app.patients.admission import AdmittedPatient

LATE_AFTER: Final = timedelta(minutes=5)


def not_sent(patient: AdmittedPatient, since: datetime) -> Sequence[Reminder]:
    """What was not sent because the service was down when it was due, before it was written or after; first first."""
    too_late = select(Delivery.id).where(
        Delivery.about_id == Reminder.id, Delivery.state == "stale", Delivery.last_outcome == "too_late"
    )
    where = (Reminder.patient_id == patient.id, Reminder.remind_at >= since)
    down = or_(Reminder.state == "service_down", too_late.exists())
    return db.session.scalars(select(Reminder).where(*where, down).order_by(Reminder.remind_at)).all()


def writing_fault() -> str | None:
    """What is wrong when doses are due and nobody writes their reminders: no worker runs, or too few."""
    oldest: datetime | None = db.session.scalar(
        select(func.min(Dose.remind_at)).where(Dose.state == "due", Dose.remind_at.is_not(None))
    )
    if oldest is None or clock.now() - oldest < LATE_AFTER:
        return None
    return f"The oldest reminder is not written since {oldest:%H:%M}: start flask worker."
