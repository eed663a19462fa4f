"""What a schedule must never be, over everything the patient takes that holds the same: clinical content decides."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.medicines import ingredients, queries, recurrence, schedule_faults, stored
from app.medicines.entering import NewSchedule
from app.medicines.models import Dose, Medicine, Schedule
from app.medicines.queries import visible
from app.medicines.schedule_faults import STOPS, Stop
from app.patients.admission import AdmittedPatient

Fault = tuple[str, str]
# One without an answer may have been taken as well.
PERHAPS_TAKEN: Final = ("taken", "due", "not_recorded")


def held(patient: AdmittedPatient, medicine_id: UUID) -> Medicine:
    """This patient's medicine, as far as they see it who ask; all are waited for, in one order. Raises NotFound."""
    ordered = select(Medicine).where(Medicine.patient_id == patient.id).order_by(Medicine.id)
    everything = db.session.scalars(ordered.with_for_update().execution_options(populate_existing=True)).all()
    found = next((one for one in everything if one.id == medicine_id), None)
    if found is None or not visible.may_see(patient, found):
        raise NotFound
    return found


def faults(patient: AdmittedPatient, medicine: Medicine, new: NewSchedule, besides: UUID | None = None) -> list[Fault]:
    """Why this medicine must not be taken like this; `besides` is the schedule that is to be changed.

    What is kept from whoever asks counts as well, and is not spoken of.
    """
    named = names(medicine)
    if found := schedule_faults.stops(new.pattern, named):
        return found
    concerned = [stop for stop in STOPS if stop.known_by & named]
    twice = [("/pattern", stop.says) for stop in concerned if _others(patient, stop, besides)]
    return twice or [("/starts_on", says) for stop in concerned for says in _too_soon(patient, stop, new, besides)]


def of_medicine(patient: AdmittedPatient, medicine: Medicine) -> list[Fault]:
    """The same of every schedule that a medicine has, after something else of it was changed."""
    running = queries.schedules(patient, [medicine.id]).get(medicine.id, [])
    return [fault for one in running for fault in faults(patient, medicine, _as_entered(one), one.id)]


def names(medicine: Medicine) -> frozenset[str]:
    """What it holds by box, name or code, and each whole word of its name: a stop must not hang on an unticked box."""
    name, typed = medicine.name or "", medicine.typed or ""
    words = re.findall(r"[^\W\d_]+", f"{name} {typed}".casefold())
    supposed = [*ingredients.suggested(name, medicine.code), *ingredients.suggested(typed, None)]
    return frozenset(words) | {group.casefold() for group in (*medicine.ingredients, *(one.id for one in supposed))}


def _as_entered(schedule: Schedule) -> NewSchedule:
    pattern = stored.from_json(schedule.pattern)
    return NewSchedule(pattern, starts_on=schedule.starts_on, ends_on=schedule.ends_on)


def _others(patient: AdmittedPatient, stop: Stop, besides: UUID | None) -> list[Schedule]:
    everything = patient.with_everything()
    running = queries.schedules(everything, _alike(stop, queries.medicines(everything))).values()
    return [one for each in running for one in each if one.id != besides and one.kind != "as_directed"]


def _alike(stop: Stop, medicines: Collection[Medicine]) -> list[UUID]:
    return [one.id for one in medicines if names(one) & stop.known_by]


def _too_soon(patient: AdmittedPatient, stop: Stop, new: NewSchedule, besides: UUID | None) -> list[str]:
    """The next dose is too near to the last one, as of a week whose day is changed."""
    now = clock.now()
    coming = recurrence.occurrences(
        new.pattern,
        starts_on=new.starts_on or clock.today(patient.zone),
        ends_on=new.ends_on,
        zone=patient.zone,
        usual_day=queries.usual_day(patient),
        since=now,
        until=now + timedelta(days=stop.days_between + 1),
    )
    last = _last(patient.with_everything(), stop, besides)
    if last is None or not coming or (coming[0].local_date - last).days >= stop.days_between:
        return []
    earliest = last + timedelta(days=stop.days_between)
    is_seen = _last(patient, stop, besides) == last
    why = f"There was a dose on {last:%A} {last.day} {last:%B}, taken or without an answer. " if is_seen else ""
    return [
        f"{why}The next one is on {earliest:%A} {earliest.day} {earliest:%B} at the earliest. "
        f"Please give a first day from then on. {stop.says}"
    ]


def _last(patient: AdmittedPatient, stop: Stop, besides: UUID | None) -> date | None:
    """The day of the last dose of anything alike that is seen, stopped or not; of the same schedule as it was meant."""
    alike = _alike(stop, queries.medicines(patient, also_stopped=True))
    now, back = clock.now(), timedelta(days=2 * stop.days_between)  # recorded late, it was due days before
    where = (Dose.patient_id == patient.id, Dose.medicine_id.in_(alike), Dose.state.in_(PERHAPS_TAKEN))
    near = select(Dose).where(*where, Dose.due_at > now - back)
    days = [
        one.local_date
        if one.schedule_id == besides and besides
        else (one.taken_at or one.due_at).astimezone(patient.zone).date()
        for one in db.session.scalars(near)
        if one.taken_at is not None or one.due_at <= now
    ]
    return max(days, default=None)
