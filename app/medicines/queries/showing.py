"""Medicines as they are shown: with their schedules in words, and what else holds the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from app.identity import queries as people
from app.medicines import queries, schedule_words, stored
from app.medicines.models import Medicine, Schedule
from app.patients.admission import AdmittedPatient

# Forms that are counted one by one, so that "2 tablets" can be said; of others the number stands alone.
UNITS: Final = frozenset({"tablet", "capsule", "puff", "patch", "drop", "sachet", "lozenge", "suppository"})


@dataclass(frozen=True, slots=True)
class ShownSchedule:
    """A schedule with its words."""

    row: Schedule
    words: list[str]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class Alike:
    """Another medicine of the list that holds the same ingredient."""

    id: UUID
    name: str
    ingredients: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A medicine with its running schedules, and the others that hold the same."""

    row: Medicine
    schedules: list[ShownSchedule]
    alike: list[Alike]

    @property
    def hidden_from_circle(self) -> bool:
        return self.row.hidden_at is not None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class Happened:
    """What was done to a medicine."""

    at: datetime
    kind: str
    by: str
    role: str
    details: dict[str, Any]


def shown(patient: AdmittedPatient, medicines: Sequence[Medicine]) -> list[Shown]:
    """These medicines as they are shown, in two queries."""
    found = queries.schedules(patient, [one.id for one in medicines])
    running = queries.medicines(patient)
    return [
        Shown(one, [schedule(patient, each, one.form) for each in found.get(one.id, ())], _alike(one, running))
        for one in medicines
    ]


def one(patient: AdmittedPatient, medicine: Medicine) -> Shown:
    """One medicine as it is shown."""
    return shown(patient, [medicine])[0]


def schedule(patient: AdmittedPatient, row: Schedule, form: str | None) -> ShownSchedule:
    """A schedule with its words, a line for each thing that it says."""
    pattern = stored.from_json(row.pattern)
    dates: dict[str, Any] = {"starts_on": row.starts_on, "ends_on": row.ends_on}
    lines = schedule_words.lines(pattern, **dates, zone=patient.zone, unit=unit(form))
    return ShownSchedule(row, lines)


def unit(form: str | None) -> str | None:
    """The form as it is counted, if it is counted one by one."""
    return form.lower() if form and form.lower() in UNITS else None


def saved(patient: AdmittedPatient, row: Schedule) -> ShownSchedule:
    """A schedule as it was just saved."""
    return schedule(patient, row, queries.medicine(patient, row.medicine_id).form)


def history(patient: AdmittedPatient, medicine: Medicine) -> list[Happened]:
    """What was done to a medicine, last first."""
    events = queries.history(patient, medicine.id)
    by = people.people({event.by for event in events})
    return [
        Happened(one.created_at, one.kind, by[one.by].name, one.role, orjson.loads(one.details or "{}"))
        for one in events
    ]


def _alike(medicine: Medicine, others: Sequence[Medicine]) -> list[Alike]:
    if medicine.stopped_at is not None:
        return []
    both = [(one, sorted(set(one.ingredients) & set(medicine.ingredients))) for one in others if one.id != medicine.id]
    return [Alike(one.id, one.name or "", shared) for one, shared in both if shared]
