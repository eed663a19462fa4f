"""How a refusal of an as-needed dose is said: when the next is possible, and whom to ask. Never what to do instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.medicines.as_needed import Reached, Refused
from app.patients.admission import AdmittedPatient

AFTERWARDS: Final = "If it was taken already, record it all the same. Not for emergencies: 999 or 111."


@dataclass(frozen=True, slots=True)
class Told:
    """Whether one more is within what was set, and in which words."""

    possible: bool
    next_possible_at: datetime | None = None
    detail: str | None = None


NOTHING: Final = Told(possible=True)


def told(patient: AdmittedPatient, refused: Refused, prescriber: str | None, phone: str | None) -> Told:
    """A refusal in plain words, with whose dose it was and whom to ask."""
    sentences = [
        _reached(patient, refused),
        *_next_possible(patient, refused),
        _whom_to_ask(prescriber, phone),
        AFTERWARDS,
    ]
    return Told(False, refused.next_possible_at, " ".join(sentences))


def briefly(patient: AdmittedPatient, refused: Refused) -> str:
    """The same with nobody's name in it, as an error is answered; `told` is one request away."""
    return " ".join(
        ["This is past what was set.", *_next_possible(patient, refused), _whom_to_ask(None, None), AFTERWARDS]
    )


def _next_possible(patient: AdmittedPatient, refused: Refused) -> list[str]:
    if refused.next_possible_at is None:
        return []
    local = refused.next_possible_at.astimezone(patient.zone)
    return [f"By what was set, the next can be from {local:%H:%M} on {local:%A} {local.day} {local:%B}."]


def _reached(patient: AdmittedPatient, refused: Refused) -> str:
    if not refused.doses:
        return f"This is more at once than was set for {refused.limit.name} in 24 hours."
    last = refused.doses[0]
    local = last.at.astimezone(patient.zone)
    if refused.reached is Reached.GAP:
        set_for = refused.limit.name
        return f"The last dose was given by {last.by} at {local:%H:%M}: too near for what was set for {set_for}."
    return f"With the doses of the last 24 hours this would be more than was set for {refused.limit.name}."


def _whom_to_ask(prescriber: str | None, phone: str | None) -> str:
    if prescriber and phone:
        return f"Ask {prescriber} on {phone}, or a pharmacist."
    return f"Ask {prescriber or 'whoever prescribed it'}, or a pharmacist."
