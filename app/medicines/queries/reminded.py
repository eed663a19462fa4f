"""What became of reminders, as it is shown beside their doses."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.medicines.models import Reminder
from app.patients.admission import AdmittedPatient


def not_sent(patient: AdmittedPatient, dose_ids: Collection[UUID]) -> set[UUID]:
    """The doses that nobody was reminded of, because the service was down."""
    wanted = list(dose_ids)
    where = (Reminder.patient_id == patient.id, Reminder.state == "service_down", Reminder.dose_ids.overlap(wanted))
    return {one for ids in db.session.scalars(select(Reminder.dose_ids).where(*where)) for one in ids} & set(wanted)
