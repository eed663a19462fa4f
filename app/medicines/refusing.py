"""How a refusal of an as-needed dose is said: when the next is possible, and whom to ask. Never what to do instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from app.medicines.as_needed import Allowed, Given, Reached, Refused
from app.patients.admission import AdmittedPatient

UNCLEAR: Final = (
    "The text and the numbers of this medicine disagree; your team is looking at it. Until then nobody here can say"
    " when the next is possible."
)
AFTERWARDS: Final = "If it was taken already, record it all the same. Not for emergencies: 999 or 111."


@dataclass(frozen=True, slots=True)
class Told:
    """Whether one more is within what was set, and in which words."""

    possible: bool
    next_possible_at: datetime | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """What was set is in doubt itself, so nothing can be said of one more."""

    next_possible_at: None = None


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A refusal over something that is kept from whoever asks: when the next is possible, and nothing else of it."""

    next_possible_at: datetime | None


Found = Allowed | Refused | Unclear | Unnamed


def as_seen(found: Allowed | Refused | Unclear, unseen: Collection[UUID]) -> Found:
    """What was found, to somebody from whom these medicines are kept: they count, and are not spoken of."""
    if isinstance(found, Unclear):
        return found
    if isinstance(found, Refused):
        over = {found.limit.medicine_id, *(dose.contents.medicine_id for dose in found.doses)}
        if not over.isdisjoint(unseen):
            return Unnamed(found.next_possible_at)
    return replace(found, assumed=tuple(one for one in found.assumed if one.contents.medicine_id not in unseen))


def told(patient: AdmittedPatient, found: Found, prescriber: str | None, phone: str | None) -> Told:
    """What was found in plain words; of a refusal whose dose it was, and whom to ask."""
    if isinstance(found, Allowed):
        return Told(True, detail=" ".join(_assumed(found.assumed)) or None)
    if isinstance(found, Unclear):
        return Told(False, detail=" ".join([UNCLEAR, _whom_to_ask(prescriber, phone), AFTERWARDS]))
    if isinstance(found, Unnamed):
        return Told(False, found.next_possible_at, _plainly(patient, found, prescriber, phone))
    sentences = [
        _reached(patient, found),
        *_next_possible(patient, found),
        *_assumed(found.assumed),
        _whom_to_ask(prescriber, phone),
        AFTERWARDS,
    ]
    return Told(False, found.next_possible_at, " ".join(sentences))


def briefly(patient: AdmittedPatient, refused: Refused | Unclear | Unnamed) -> str:
    """A refusal with nobody's name in it, as an error is answered; `told` is one request away."""
    if isinstance(refused, Unclear):
        return " ".join([UNCLEAR, _whom_to_ask(None, None), AFTERWARDS])
    return _plainly(patient, refused, None, None)


def _plainly(patient: AdmittedPatient, refused: Refused | Unnamed, prescriber: str | None, phone: str | None) -> str:
    next_one, whom = _next_possible(patient, refused), _whom_to_ask(prescriber, phone)
    return " ".join(["This is past what was set.", *next_one, whom, AFTERWARDS])


def _next_possible(patient: AdmittedPatient, refused: Refused | Unnamed) -> list[str]:
    if refused.next_possible_at is None:
        return []
    local = refused.next_possible_at.astimezone(patient.zone)
    return [f"By what was set, the next can be from {local:%H:%M} on {local:%A} {local.day} {local:%B}."]


def _assumed(assumed: Sequence[Given]) -> list[str]:
    """Which doses were counted without knowing how much they were: whoever reads it may know better."""
    if not assumed:
        return []
    one = len(assumed) == 1
    doses = "One dose" if one else f"{len(assumed)} doses"
    if all(dose.amount is None and dose.contents.usual == 1 for dose in assumed):
        return [f"{doses} had no amount and {'was' if one else 'were each'} counted as one."]
    return [f"{doses} had no known amount or strength and {'was' if one else 'were each'} counted as the usual dose."]


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
