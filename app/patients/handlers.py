"""What patients do about teams' events."""

from __future__ import annotations

from app.core import rows
from app.core.events import Handler
from app.patients.service import ending
from app.teams.events import DutyEnded


def _end_grants(event: DutyEnded) -> None:
    rows.reach_also(event.organisation_id, [event.patient_id])  # whoever ended the role need not see the record
    ending.end_with_duty(event.patient_id, event.person_id)


# A visitor is in a circle by their work: what they were granted ends with it.
END_WITH_DUTY = Handler("patients.end_with_duty", consider=lambda event: event, act=_end_grants)
