"""Tell a patient that somebody opened their record in an emergency."""

from __future__ import annotations

from typing import Any

from app import config
from app.notifications import texts
from app.patients import queries as patients
from app.patients.events import EmergencyOpened


def consider(event: EmergencyOpened) -> dict[str, Any] | None:
    """The text: that it happened, and where it stands who and why; none of it in the text itself.

    None to the phone of somebody who has died: the family has it. The to-do and the review stay.
    """
    patient = patients.admitted_one(event.patient_id)
    if patients.record(patient).ended_reason == "died":
        return None
    link = f"{config.current().public_url}/"
    reader = texts.first_name(patient.given_name)
    return {
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "recipient_id": patient.person_id,
        "about": "emergency_access",
        "about_id": event.access_id,
        "kind": "message",
        "body": texts.render("emergency_access", patient.language, reader=reader, link=link),
    }
