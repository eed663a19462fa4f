"""Until when the team owes an answer, and whose a message is: no absence hides one. Pure."""

from __future__ import annotations

from datetime import datetime

from app.access.roles import STAFF, Role
from app.patients.admission import AdmittedPatient

# They see every thread with the team; a member of the circle sees those they opened.
SEE_ALL = STAFF | {Role.PATIENT, Role.ACTING}


def answer_by(patient: AdmittedPatient, waiting_since: datetime, claimed_at: datetime | None) -> datetime:
    """The end of the working day on which it came, or on which somebody last took it."""
    return patient.look_at_by("amber", claimed_at or waiting_since)


def is_overdue(patient: AdmittedPatient, waiting_since: datetime, claimed_at: datetime | None, now: datetime) -> bool:
    """Is it everybody's again, whoever has taken it?"""
    return answer_by(patient, waiting_since, claimed_at) <= now
