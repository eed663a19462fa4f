"""Doses that were not taken, or of which nothing is known, for those who judge what that means."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.medicines.models import Dose, Medicine

NOT_TAKEN: Final = ("missed", "skipped", "not_recorded")


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A scheduled dose with what was said of it."""

    medicine_id: UUID
    on: date
    state: str
    why: str | None
    is_time_critical: bool


def of_these(patient_id: UUID, dose_ids: Collection[UUID]) -> dict[UUID, date]:
    """Of these doses those not taken: their medicines, each with the last day."""
    where = (Dose.patient_id == patient_id, Dose.id.in_(dose_ids), Dose.state.in_(NOT_TAKEN))
    rows = db.session.execute(select(Dose.medicine_id, Dose.local_date).where(*where, Dose.schedule_id.is_not(None)))
    found: dict[UUID, date] = {}
    for medicine_id, on in rows:
        found[medicine_id] = max(on, found.get(medicine_id, on))
    return found


def around(patient_id: UUID, medicines: dict[UUID, date], days: int) -> Iterator[NotTaken]:
    """The doses not taken of these medicines in so many days up to each one's own day."""
    first = min(medicines.values()) - timedelta(days=days)
    columns = (Dose.medicine_id, Dose.local_date, Dose.state, Dose.why, Medicine.time_critical)
    of_medicines = select(*columns).join(Medicine, Medicine.id == Dose.medicine_id)
    where = (Dose.patient_id == patient_id, Dose.medicine_id.in_(medicines), Dose.schedule_id.is_not(None))
    near = (Dose.due_at > first, Dose.state.in_(NOT_TAKEN))  # an index reads instants; days are compared by the rules
    for medicine_id, on, state, why, time_critical in db.session.execute(of_medicines.where(*where, *near)):
        yield NotTaken(medicine_id, on, state, why, time_critical is not None)
