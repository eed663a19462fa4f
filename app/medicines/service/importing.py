"""Medicines from another system: each resource answered for itself, once, and reminding only of what is beyond doubt.

What contradicts itself, what the resource leaves open and what must never be lands on the list without reminders and
with a to-do. What is not in force, or is about somebody else, does not land there at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.core.errors import Invalid
from app.medicines.dosage import agreement, imported
from app.medicines.dosage.agreement import Reminding, SetBy
from app.medicines.dosage.bundles import Found
from app.medicines.dosage.fhir import Planned
from app.medicines.dosage.imported import Imported
from app.medicines.entering import NewMedicine, NewSchedule
from app.medicines.models import Medicine
from app.medicines.patterns import AsDirected, Pattern
from app.medicines.service import acting, listing, scheduling
from app.medicines.stored import LONGEST_TEXT
from app.patients import enrolment
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By

LONGEST_NAME: Final = 200
LONGEST_WORDS: Final = 1000
# What stands in the way of being on a list of what somebody takes, and not only of reminders.
NOT_IN_FORCE: Final = ("/status", "/intent", "/doNotPerform", "/resourceType")
NO_LEVEL: Final = "The code was left out: nothing says which of the five levels of dm+d it is."
SOMEBODY_ELSE: Final = "This is about somebody else: its NHS number is another."
_ONE_IMPORT_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one resource: imported, unclear, known, refused or passed_over; and why."""

    place: int
    outcome: str
    medicine: Medicine | None = None
    details: tuple[str, ...] = ()


def take_over(patient: AdmittedPatient, found: Sequence[Found], by: By) -> list[Outcome]:
    """Take resources over; those taken over before change nothing. Raises Conflict once care has ended."""
    acting.still_cared_for(patient)
    db.session.execute(_ONE_IMPORT_AT_A_TIME, {"key": f"import {patient.id}"})
    own = enrolment.nhs_number_digits(patients.record(patient).nhs_number or "")
    return [_one(patient, one, own, by) for one in found]


def _one(patient: AdmittedPatient, one: Found, own: str, by: By) -> Outcome:
    if not one.is_medicine:
        return Outcome(one.place, "passed_over")
    if own and one.nhs_numbers - {own}:
        return Outcome(one.place, "refused", details=(SOMEBODY_ELSE,))
    medicine_id = uuid5(patient.id, one.identity)
    if (known := db.session.get(Medicine, medicine_id)) is not None:
        return Outcome(one.place, "known", known)
    read = imported.read(one.resource, clock.now())
    if faults := _faults(read):
        return Outcome(one.place, "refused", details=faults)
    return _kept(patient, one, read, medicine_id, by)


def _faults(read: Imported) -> tuple[str, ...]:
    """Why this cannot be on the list."""
    found = [problem.says for problem in read.problems if problem.pointer in NOT_IN_FORCE]
    found += [] if read.name else ["The medicine has no name."]
    if any(len(words) > most for words, most in ((read.name, LONGEST_NAME), (read.reason, 500))):
        found.append("Its name or reason is longer than can be kept.")
    if any(len(one) > LONGEST_WORDS for one in (read.text, *(planned.text for planned in read.planned))):
        found.append("Its instructions are longer than can be kept.")
    return tuple(dict.fromkeys(found))


def _kept(patient: AdmittedPatient, one: Found, read: Imported, medicine_id: UUID, by: By) -> Outcome:
    code = read.code if read.code and read.code.level else None
    new = NewMedicine(
        read.name,
        code=code.code if code else None,
        code_level=code.level if code else None,
        reason=read.reason or None,
        id=medicine_id,
    )
    medicine = listing.add(patient, new, by)
    acting.note(medicine, "imported", by, {"identity": one.identity[:LONGEST_WORDS], "status": read.status})
    problems = tuple(dict.fromkeys(problem.says for problem in read.problems))
    unclear = [why for planned in read.planned if (why := _scheduled(patient, medicine, planned, problems, by))]
    details = (*unclear, *((NO_LEVEL,) if read.code and not code else ()))
    return Outcome(one.place, "unclear" if unclear else "imported", medicine, tuple(dict.fromkeys(details)))


def _scheduled(
    patient: AdmittedPatient, medicine: Medicine, planned: Planned, problems: Sequence[str], by: By
) -> str | None:
    """Add one schedule; what a human has to settle first, if anything."""
    why = " ".join(problems) or _to_confirm(planned)
    new = NewSchedule(_short(planned), planned.text or None, planned.starts_on, planned.ends_on, why)
    try:
        with db.session.begin_nested():
            scheduling.add(patient, medicine.id, new, by)
    except Invalid as error:  # it can be no schedule, or must never be one: kept as words, for a human
        why = " ".join(dict.fromkeys(str(one["detail"]) for one in error.errors)) or error.detail
        kept = NewSchedule(AsDirected(_line(why)), planned.text or None, to_confirm=why)
        scheduling.add(patient, medicine.id, kept, by)
    return why


def _to_confirm(planned: Planned) -> str | None:
    verdict = agreement.agree(planned.text, planned.pattern, lasts=planned.lasts)
    held = agreement.reminding(verdict, SetBy.IMPORT, times_stated=not planned.supposed)
    if held is Reminding.YES:
        return None
    return " ".join(dict.fromkeys((*planned.supposed, *verdict.reasons)))


def _short(planned: Planned) -> Pattern:
    pattern = planned.pattern
    return AsDirected(_line(pattern.why)) if isinstance(pattern, AsDirected) else pattern


def _line(words: str) -> str:
    """Words as they fit into one line of a pattern."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"
