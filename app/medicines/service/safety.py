"""A dose taken twice, or past what was set: a human looks at it, and whoever says so is told whom to ask at once."""

from __future__ import annotations

from typing import Final

from app.core import clock, events
from app.medicines.events import TakenTwice
from app.medicines.models import Dose, Medicine
from app.patients.admission import AdmittedPatient
from app.todos import service as todos

TWICE: Final = "dose_twice"  # a to-do
# What is said to whoever reports it. It names nobody's dose and gives no advice on the next one.
WHOM_TO_ASK: Final = (
    "Ask a pharmacist, or 111, now. Call 999 if they are very unwell, hard to wake or short of breath."
    " Your care team is told, but may not see it at once."
)


def look_at(patient: AdmittedPatient, dose: Dose, medicine: Medicine) -> None:
    """Ask the named coordinator to look at it, as soon as at a red alert. Publishes TakenTwice."""
    now = clock.now()
    at = (dose.taken_at or now).astimezone(patient.zone)
    reason = (
        f"{medicine.name}: somebody says that the dose of {at.day} {at:%B}, {at:%H:%M}, was taken twice, or more than "
        f"was set for it. They were told to ask a pharmacist or 111. Ask how {patient.given_name} is."
    )
    todos.add(patient, TWICE, str(dose.id), reason, patient.look_at_by("red", now))
    events.publish(TakenTwice(patient.organisation_id, patient.id, dose.id, now))
