"""The thread with the team that somebody who only texts is in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.messages.models import Thread, ThreadMessage
from app.patients.admission import AdmittedPatient

RUNS_ON: Final = timedelta(days=3)  # without a word, another text begins another thread


def running(patient: AdmittedPatient, person_id: UUID) -> Thread | None:
    """The newest open thread with the team in which this person has texted, or that the team began with them."""
    where = (Thread.patient_id == patient.id, Thread.kind == "team", Thread.closed_at.is_(None))
    theirs = (ThreadMessage.thread_id == Thread.id, ThreadMessage.author_id == person_id)
    texted = select(ThreadMessage.id).where(*theirs, ThreadMessage.channel == "sms").exists()
    found = select(Thread).where(*where, texted, Thread.last_at >= clock.now() - RUNS_ON)
    return db.session.scalar(found.order_by(Thread.last_at.desc()).limit(1))
