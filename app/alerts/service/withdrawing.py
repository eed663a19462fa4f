"""A reading was entered in error: its findings are withdrawn, its neighbours judged again, its alert stays."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update

from app.alerts import judging, queries
from app.alerts.models import AlertEvent, Finding
from app.alerts.service.judging import Work, to_write
from app.alerts.service.judging import act as write
from app.core import clock
from app.core.db import db
from app.patients import queries as patients
from app.readings import queries as readings
from app.readings.events import ReadingCorrected


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a correction undoes, and what its neighbours' new judgement does."""

    event: ReadingCorrected
    work: Work


def consider(event: ReadingCorrected) -> Withdrawal:
    """Judge again, without writing, what the reading had a part in."""
    patient = patients.admitted_one(event.patient_id)
    case = queries.case(event.patient_id, [event.measure], event.measured_at, event.measured_at)
    gone = readings.observed_one(patient, event.reading_id)
    judgement = judging.judge_without(case, gone, event.corrected_at, patient.zone)
    return Withdrawal(event, to_write(patient, case, judgement))


def act(withdrawal: Withdrawal) -> None:
    """Withdraw what the reading caused, say so in the history of its alerts, and write what the neighbours give now."""
    event = withdrawal.event
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
    write(withdrawal.work)
