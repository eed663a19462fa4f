"""What was recorded of the doses that were due, for each medicine and day, in a fixed number of queries.

Days of a pause or a stay in hospital are in no whole. A dose that nobody recorded while the service was down, so that
no reminder came, is told apart: that was ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from app.core import clock, csv_cells
from app.core.db import db
from app.medicines import adherence, queries
from app.medicines.adherence import Adherence, Pause, State
from app.medicines.models import Dose, Medicine, MedicinePause, Reminder
from app.medicines.queries import reminders, visible
from app.patients.admission import AdmittedPatient

LONGEST: Final = 366
COLUMNS: Final = (
    "Medicine",
    "Day",
    "Due",
    "Taken",
    "On time",
    "Skipped",
    "Missed",
    "Not recorded",
    "Not sent",
    "Paused",
)


@dataclass(frozen=True, slots=True)
class OfMedicine:
    """One medicine with what was recorded of it."""

    medicine: Medicine
    found: Adherence
    words: tuple[str, ...]

    @property
    def medicine_id(self) -> UUID:
        return self.medicine.id

    @property
    def name(self) -> str:
        return self.medicine.name or ""


@dataclass(frozen=True, slots=True)
class Period:
    """Some days of the patient's own, with every medicine that had doses due in them."""

    first: date
    last: date
    medicines: tuple[OfMedicine, ...]


def over(patient: AdmittedPatient, days: int) -> Period:
    """The last so many days up to today, medicines first entered first."""
    last = clock.today(patient.zone)
    first = last - timedelta(days=days - 1)
    medicines = queries.medicines(patient, also_stopped=True)
    doses = list(_doses(patient, first, last, {one.id: timedelta(minutes=one.window_minutes) for one in medicines}))
    found = adherence.by_medicine(doses, first, last, _pauses(patient, first))
    shown = (
        OfMedicine(one, found[one.id], tuple(adherence.in_words(found[one.id]))) for one in medicines if one.id in found
    )
    return Period(first, last, tuple(shown))


def _doses(
    patient: AdmittedPatient, first: date, last: date, windows: dict[UUID, timedelta]
) -> Iterator[adherence.Dose]:
    """The scheduled doses of these days."""
    unsent = _unsent(patient, first)
    columns = (Dose.id, Dose.medicine_id, Dose.due_at, Dose.local_date, Dose.state, Dose.taken_at)
    # A local date lies within a day of its instant, whatever the zone; so the index over instants serves.
    around = (_begins(first) - timedelta(days=1), _begins(last) + timedelta(days=2))
    where = (Dose.patient_id == patient.id, Dose.schedule_id.is_not(None), Dose.due_at.between(*around))
    of_days = [Dose.local_date.between(first, last), Dose.state != "withdrawn"]
    of_days += visible.of_shown(patient, Dose.medicine_id)
    for dose_id, medicine_id, due_at, on, state, taken_at in db.session.execute(
        select(*columns).where(*where, *of_days)
    ):
        told = State.NOT_SENT if state == State.NOT_RECORDED and dose_id in unsent else state
        yield adherence.Dose(medicine_id, due_at, on, told, taken_at, windows[medicine_id])


def _unsent(patient: AdmittedPatient, first: date) -> set[UUID]:
    """Doses of which no reminder could be sent."""
    since = _begins(first) - timedelta(days=1)
    down = reminders.not_sent(patient, since)
    where = (Reminder.patient_id == patient.id, Reminder.remind_at > since, Reminder.state == "made")
    sent = select(func.unnest(Reminder.dose_ids)).where(*where, Reminder.id.not_in([one.id for one in down]))
    return {dose_id for one in down for dose_id in one.dose_ids} - set(db.session.scalars(sent))


def _pauses(patient: AdmittedPatient, first: date) -> list[Pause]:
    found = queries.pauses(patient, since=_begins(first) - timedelta(days=1))
    return [pause for one in found if (pause := _days_of(one, patient)) is not None]


def _days_of(one: MedicinePause, patient: AdmittedPatient) -> Pause | None:
    """The whole days a pause reached over. Of a day it only touched the doses outside of it count as ever."""
    ends_at = min(one.ends_at, one.ended_at) if one.ended_at is not None else one.ends_at
    begins, ends = one.starts_at.astimezone(patient.zone), ends_at.astimezone(patient.zone)
    first, last = begins.date(), ends.date() - timedelta(days=1)
    if (begins.hour, begins.minute) != (0, 0):
        first += timedelta(days=1)
    return Pause(first, last, one.medicine_id) if first <= last else None


def _begins(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=UTC)


def as_csv(period: Period) -> str:
    """The same as a file that a spreadsheet opens as UTF-8."""
    return "\ufeff" + "".join(csv_cells.line(cells) for cells in lines(period))


def lines(period: Period) -> Iterator[tuple[Any, ...]]:
    """A table of the whole, for a file: its heads, then a line for each medicine and day."""
    yield COLUMNS
    for one in period.medicines:
        for day in one.found.days:
            counts = (day.due, day.taken, day.on_time, day.skipped, day.missed, day.not_recorded, day.not_sent)
            yield (one.name, day.on.isoformat(), *counts, "yes" if day.is_out else "no")
