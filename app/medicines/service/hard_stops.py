"""What a schedule must never be, over everything the patient takes that holds the same: clinical content decides."""

from __future__ import annotations

import re
from uuid import UUID

from app.medicines import queries, schedule_faults, stored
from app.medicines.models import Medicine, Schedule
from app.medicines.patterns import Pattern
from app.medicines.schedule_faults import STOPS
from app.patients.admission import AdmittedPatient

Fault = tuple[str, str]


def faults(patient: AdmittedPatient, medicine: Medicine, pattern: Pattern, besides: UUID | None = None) -> list[Fault]:
    """Why this medicine must not be taken like this; `besides` is the schedule that is to be changed."""
    named = names(medicine)
    if found := schedule_faults.stops(pattern, named):
        return found
    concerned = [stop for stop in STOPS if stop.ingredients & named]
    return [("/pattern", stop.says) for stop in concerned if _others(patient, stop.ingredients, besides)]


def of_medicine(patient: AdmittedPatient, medicine: Medicine) -> list[Fault]:
    """The same of every schedule that a medicine has, after something else of it was changed."""
    running = queries.schedules(patient, [medicine.id]).get(medicine.id, [])
    return [fault for one in running for fault in faults(patient, medicine, stored.from_json(one.pattern), one.id)]


def names(medicine: Medicine) -> frozenset[str]:
    """What it is known to hold, and every whole word of its name: a stop must not hang on a box that was not ticked."""
    words = re.findall(r"[^\W\d_]+", f"{medicine.name} {medicine.typed}".casefold())
    return frozenset(words) | {group.casefold() for group in medicine.ingredients}


def _others(patient: AdmittedPatient, ingredients: frozenset[str], besides: UUID | None) -> list[Schedule]:
    alike = [one.id for one in queries.medicines(patient) if names(one) & ingredients]
    running = queries.schedules(patient, alike).values()
    return [one for each in running for one in each if one.id != besides and one.kind != "as_directed"]
