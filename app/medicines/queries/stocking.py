"""How much of a medicine is left, and the day it runs out: from the last count, and the doses since and ahead.

A dose that nobody recorded counts as taken here: it is better to order too early. Skipped and missed ones stay in the
box. Of what is taken as needed nothing is predicted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.db import db
from app.medicines import stock
from app.medicines.models import Dose, Medicine, MedicineEvent, Schedule, StockCount
from app.medicines.stock import Counted, Due, Forecast, Taken
from app.patients.admission import AdmittedPatient

# Where a schedule does not say how much, one dose is one unit.
USUAL: Final = Decimal(1)
OUT_OF_THE_BOX: Final = ("taken", "not_recorded")
TAKEN_LATE: Final = timedelta(days=2)  # a dose from before a count may have been taken after it
MOST_COUNTS: Final = 20


@dataclass(frozen=True, slots=True)
class Stock:
    """A medicine's last count with what comes of it; without a count nothing is known."""

    medicine_id: UUID
    count: StockCount | None = None
    forecast: Forecast | None = None
    runs_out_on: date | None = None
    as_needed: bool = False

    @property
    def left(self) -> Decimal | None:
        return self.forecast.left if self.forecast else None

    @property
    def lasts_until(self) -> datetime | None:
        return self.forecast.lasts_until if self.forecast else None

    @property
    def count_again(self) -> bool:
        return self.forecast is not None and self.forecast.count_again


def of(patient: AdmittedPatient, medicines: Sequence[Medicine]) -> dict[UUID, Stock]:
    """The stock of each of these medicines, in three queries however many there are."""
    ids = [one.id for one in medicines]
    counts = _last_counts(patient, ids)
    needed = _as_needed(patient, ids)
    taken, ahead = _doses(patient, counts)
    return {one: _stock(patient, one, counts.get(one), taken[one], ahead[one], one in needed) for one in ids}


def of_one(patient: AdmittedPatient, medicine: Medicine) -> Stock:
    """The stock of one medicine."""
    return of(patient, [medicine])[medicine.id]


def counts(patient: AdmittedPatient, medicine_id: UUID) -> Sequence[StockCount]:
    """The last times somebody counted, last first."""
    where = (StockCount.patient_id == patient.id, StockCount.medicine_id == medicine_id)
    order = (StockCount.counted_at.desc(), StockCount.id.desc())
    return db.session.scalars(select(StockCount).where(*where).order_by(*order).limit(MOST_COUNTS)).all()


def pack_size(patient: AdmittedPatient, medicine_id: UUID) -> Decimal | None:
    """How many there are in one pack, as somebody said last; None: nobody did."""
    where = (MedicineEvent.patient_id == patient.id, MedicineEvent.medicine_id == medicine_id)
    order = (MedicineEvent.created_at.desc(), MedicineEvent.id.desc())
    told = select(MedicineEvent).where(*where, MedicineEvent.kind == "counted").order_by(*order).limit(MOST_COUNTS)
    sizes = (orjson.loads(one.details or "{}").get("pack_size") for one in db.session.scalars(told))
    return next((Decimal(size) for size in sizes if size), None)


def _stock(
    patient: AdmittedPatient,
    medicine_id: UUID,
    count: StockCount | None,
    taken: Sequence[Taken],
    ahead: Sequence[Due],
    as_needed: bool,
) -> Stock:
    if count is None:
        return Stock(medicine_id, as_needed=as_needed)
    counted = Counted(count.quantity, count.counted_at)
    forecast = stock.forecast(counted, taken, ahead, USUAL, as_needed=as_needed)
    return Stock(medicine_id, count, forecast, stock.runs_out_on(forecast, patient.zone), as_needed)


def _last_counts(patient: AdmittedPatient, medicine_ids: Sequence[UUID]) -> dict[UUID, StockCount]:
    where = (StockCount.patient_id == patient.id, StockCount.medicine_id.in_(medicine_ids))
    order = (StockCount.medicine_id, StockCount.counted_at.desc(), StockCount.id.desc())
    last = select(StockCount).where(*where).ext(distinct_on(StockCount.medicine_id)).order_by(*order)
    return {one.medicine_id: one for one in db.session.scalars(last)}


def _as_needed(patient: AdmittedPatient, medicine_ids: Sequence[UUID]) -> set[UUID]:
    where = (Schedule.patient_id == patient.id, Schedule.medicine_id.in_(medicine_ids), Schedule.ended_at.is_(None))
    return set(db.session.scalars(select(Schedule.medicine_id).where(*where, Schedule.kind == "as_needed")))


def _doses(
    patient: AdmittedPatient, counts: dict[UUID, StockCount]
) -> tuple[dict[UUID, list[Taken]], dict[UUID, list[Due]]]:
    """Doses out of the box since each count, and those ahead."""
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    ahead: dict[UUID, list[Due]] = defaultdict(list)
    if not counts:
        return taken, ahead
    columns = (Dose.medicine_id, Dose.state, Dose.due_at, Dose.taken_at, Dose.amount, Dose.amount_taken)
    since = min(one.counted_at for one in counts.values())
    where = (Dose.patient_id == patient.id, Dose.medicine_id.in_(counts), Dose.due_at > since - TAKEN_LATE)
    known = select(*columns).where(*where, Dose.state.in_((*OUT_OF_THE_BOX, "due")))
    for medicine_id, state, due_at, taken_at, amount, amount_taken in db.session.execute(known):
        if state == "due":
            if due_at > counts[medicine_id].counted_at:
                ahead[medicine_id].append(Due(due_at, amount))
        else:
            taken[medicine_id].append(Taken(taken_at or due_at, amount_taken or amount))
    return taken, ahead
