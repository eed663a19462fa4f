"""Counts of what is there: append-only, each with when and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.medicines.entering import NewCount
from app.medicines.models import Medicine, StockCount
from app.medicines.queries import stocking
from app.medicines.service import acting
from app.patients.admission import AdmittedPatient
from app.patients.by import By

LOOK_BACK: Final = timedelta(days=31)
INSTANT: Final = timedelta(microseconds=1)
LARGEST: Final = Decimal(100_000)
NOT_COUNTED: Final = "Nothing was counted yet. Count what is there, and say that."


def count(patient: AdmittedPatient, medicine: Medicine, new: NewCount, by: By) -> StockCount:
    """Write down how much is there now, or how much came to what is left. Raises Conflict and Invalid."""
    acting.still_cared_for(patient)
    held = acting.locked(patient, medicine.id)
    if held.stopped_at is not None:
        raise Conflict("This medicine is stopped.")
    at = _when(patient, held, new)
    made = StockCount(
        id=new.id,
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        medicine_id=held.id,
        quantity=new.quantity if new.quantity is not None else _with(patient, held, new.came or Decimal(0)),
        counted_at=at,
        by=by.person_id,
    )
    db.session.add(made)
    db.session.flush()
    acting.note(held, "counted", by, {"quantity": made.quantity, "came": new.came, "pack_size": new.pack_size})
    db.session.flush()
    return made


def count_once(patient: AdmittedPatient, medicine: Medicine, form_id: UUID, new: NewCount, by: By) -> bool:
    """The same by a form that may be sent twice: it counts once. Returns whether this was the first time."""
    acting.locked(patient, medicine.id)  # whoever sends the same form waits here
    new = replace(new, id=acting.id_of_form(patient, form_id))
    if db.session.get(StockCount, new.id) is not None:
        return False
    count(patient, medicine, new, by)
    return True


def _with(patient: AdmittedPatient, medicine: Medicine, came: Decimal) -> Decimal:
    left = stocking.of_one(patient, medicine).left
    if left is None:
        raise Invalid(NOT_COUNTED, errors=[{"pointer": "/came", "detail": NOT_COUNTED}])
    if left + came > LARGEST:
        raise Invalid("That is more than can be.", errors=[{"pointer": "/came", "detail": "That is more than can be."}])
    return left + came


def _when(patient: AdmittedPatient, medicine: Medicine, new: NewCount) -> datetime:
    now = clock.now()
    last = next(iter(stocking.counts(patient, medicine.id)), None)
    if new.counted_at is None:  # a count of now is the last one, whatever the clock says
        return max(now, last.counted_at + INSTANT) if last else now
    at = new.counted_at
    if new.came is not None:
        raise _untimely("What came is added to what is left now: it needs no time.")
    if not now - LOOK_BACK <= at <= now:
        raise _untimely("Say a time of the last month that has come already.")
    if last is not None and at < last.counted_at:
        local = last.counted_at.astimezone(patient.zone)
        raise _untimely(f"It was counted again on {local.day} {local:%B} at {local:%H:%M}, and that holds. Count now.")
    return at


def _untimely(detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": "/counted_at", "detail": detail}])
