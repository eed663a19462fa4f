"""Doses as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound
from app.medicines import queries
from app.medicines.models import Dose, DoseAnswer, Medicine
from app.medicines.queries import visible
from app.patients.admission import AdmittedPatient


@dataclass(frozen=True, slots=True)
class Shown:
    """A dose, and whether it was taken within its window; None where that is not asked."""

    row: Dose
    on_time: bool | None

    @property
    def is_as_needed(self) -> bool:
        return self.row.schedule_id is None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class WithAnswers:
    """A dose with everything that was said of it."""

    shown: Shown
    answers: list[DoseAnswer]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shown, name)


def shown(patient: AdmittedPatient, doses: Sequence[Dose]) -> list[Shown]:
    """These doses as they are shown, in one query."""
    windows = _windows(patient, {one.medicine_id for one in doses})
    return [Shown(one, on_time(one, windows[one.medicine_id])) for one in doses]


def one(patient: AdmittedPatient, dose: Dose) -> Shown:
    """One dose as it is shown."""
    return shown(patient, [dose])[0]


def with_answers(patient: AdmittedPatient, dose_id: UUID) -> WithAnswers:
    """One dose of this patient with its history. Raises NotFound."""
    where = (Dose.id == dose_id, Dose.patient_id == patient.id, *visible.of_shown(patient, Dose.medicine_id))
    dose = db.session.scalar(select(Dose).where(*where))
    if dose is None:
        raise NotFound
    return WithAnswers(one(patient, dose), queries.answers(patient, [dose.id]).get(dose.id, []))


def on_time(dose: Dose, window: timedelta) -> bool | None:
    """Was a scheduled dose taken within its window, before or after its time?"""
    if dose.schedule_id is None or dose.taken_at is None:
        return None
    return abs(dose.taken_at - dose.due_at) <= window


def _windows(patient: AdmittedPatient, medicine_ids: set[UUID]) -> dict[UUID, timedelta]:
    where = (Medicine.patient_id == patient.id, Medicine.id.in_(medicine_ids))
    rows = db.session.execute(select(Medicine.id, Medicine.window_minutes).where(*where))
    return {one: timedelta(minutes=minutes) for one, minutes in rows}
