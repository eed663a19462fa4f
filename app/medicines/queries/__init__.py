"""Reads of medicines; the first argument is the admitted patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.medicines.models import (
    Dose,
    DoseAnswer,
    DoseWatch,
    Medicine,
    MedicineEvent,
    MedicinePause,
    PatientDay,
    Reminder,
    Schedule,
)
from app.medicines.patterns import USUAL_DAY, Anchor
from app.medicines.queries import visible
from app.patients.admission import AdmittedPatient

HIDING: Final = ("hidden", "shown")


def medicines(patient: AdmittedPatient, *, also_stopped: bool = False) -> Sequence[Medicine]:
    """The patient's medicines, first entered first."""
    where = visible.shown(patient)
    where += [] if also_stopped else [Medicine.stopped_at.is_(None)]
    return db.session.scalars(select(Medicine).where(*where).order_by(Medicine.created_at, Medicine.id)).all()


def medicine(patient: AdmittedPatient, medicine_id: UUID) -> Medicine:
    """One medicine of this patient. Raises NotFound."""
    found = db.session.scalar(select(Medicine).where(Medicine.id == medicine_id, *visible.shown(patient)))
    if found is None:
        raise NotFound
    return found


def schedules(patient: AdmittedPatient, medicine_ids: Collection[UUID]) -> dict[UUID, list[Schedule]]:
    """The running schedules of these medicines, by medicine."""
    where = [Schedule.patient_id == patient.id, Schedule.medicine_id.in_(medicine_ids), Schedule.ended_at.is_(None)]
    where += visible.of_shown(patient, Schedule.medicine_id)
    found: dict[UUID, list[Schedule]] = {}
    for one in db.session.scalars(select(Schedule).where(*where).order_by(Schedule.created_at, Schedule.id)):
        found.setdefault(one.medicine_id, []).append(one)
    return found


def schedule(patient: AdmittedPatient, schedule_id: UUID) -> Schedule:
    """One schedule of this patient. Raises NotFound."""
    where = (Schedule.patient_id == patient.id, *visible.of_shown(patient, Schedule.medicine_id))
    found = db.session.scalar(select(Schedule).where(Schedule.id == schedule_id, *where))
    if found is None:
        raise NotFound
    return found


def history(patient: AdmittedPatient, medicine_id: UUID) -> Sequence[MedicineEvent]:
    """What was done to a medicine, last first; to the circle not that it was once kept from them."""
    where = [MedicineEvent.patient_id == patient.id, MedicineEvent.medicine_id == medicine_id]
    where += [MedicineEvent.kind.not_in(HIDING)] if patient.is_for_circle else []
    order = (MedicineEvent.created_at.desc(), MedicineEvent.id.desc())
    return db.session.scalars(select(MedicineEvent).where(*where).order_by(*order)).all()


def doses(
    patient: AdmittedPatient, since: datetime, until: datetime, medicine_id: UUID | None = None
) -> Sequence[Dose]:
    """The doses due in a time, in order; those that a change of the schedule withdrew are none."""
    where = [Dose.patient_id == patient.id, Dose.due_at >= since, Dose.due_at < until, Dose.state != "withdrawn"]
    where += [Dose.medicine_id == medicine_id] if medicine_id else []
    where += visible.of_shown(patient, Dose.medicine_id)
    return db.session.scalars(select(Dose).where(*where).order_by(Dose.due_at, Dose.medicine_id, Dose.id)).all()


def answers(patient: AdmittedPatient, dose_ids: Collection[UUID]) -> dict[UUID, list[DoseAnswer]]:
    """What was said of these doses, first said first."""
    where = (DoseAnswer.patient_id == patient.id, DoseAnswer.dose_id.in_(dose_ids))
    found: dict[UUID, list[DoseAnswer]] = {}
    for one in db.session.scalars(select(DoseAnswer).where(*where).order_by(DoseAnswer.created_at, DoseAnswer.id)):
        found.setdefault(one.dose_id, []).append(one)
    return found


def pauses(patient: AdmittedPatient, *, since: datetime | None = None) -> Sequence[MedicinePause]:
    """The pauses that have not ended yet; those of a time, ended early or not, from `since` on."""
    where = [MedicinePause.patient_id == patient.id, MedicinePause.ends_at > (since or clock.now())]
    where += [] if since else [MedicinePause.ended_at.is_(None)]
    where += visible.of_shown(patient, MedicinePause.medicine_id)
    return db.session.scalars(select(MedicinePause).where(*where).order_by(MedicinePause.starts_at)).all()


def pauses_of(patient: AdmittedPatient, medicine_id: UUID, since: datetime | None = None) -> list[MedicinePause]:
    """Those of them that concern one medicine."""
    return [one for one in pauses(patient, since=since) if one.medicine_id in (None, medicine_id)]


def patient_day(patient: AdmittedPatient) -> PatientDay | None:
    """What the patient said of their own day, if anything."""
    said = select(PatientDay).where(PatientDay.patient_id == patient.id)
    return db.session.scalar(said.execution_options(populate_existing=True))


def usual_days(patient_ids: Collection[UUID]) -> dict[UUID, Mapping[Anchor, time]]:
    """When these patients' days have their moments, where they said so."""
    rows = db.session.scalars(select(PatientDay).where(PatientDay.patient_id.in_(patient_ids)))
    return {row.patient_id: read_times(row) for row in rows}


def usual_day(patient: AdmittedPatient) -> Mapping[Anchor, time]:
    """When this patient's day has its moments."""
    return read_times(patient_day(patient))


def read_times(said: PatientDay | None) -> Mapping[Anchor, time]:
    """The moments of a day, the usual ones where nothing was said."""
    own = {Anchor(name): time.fromisoformat(at) for name, at in said.times.items()} if said else {}
    return {**USUAL_DAY, **own}


def local_day(patient: AdmittedPatient, on: date) -> tuple[datetime, datetime]:
    """A day of the patient's zone, as the instants it begins and ends at."""
    begins, ends = (datetime.combine(day, time(), patient.zone) for day in (on, on + timedelta(days=1)))
    return begins, ends


def sharing(patient: AdmittedPatient, groups: Collection[str], besides: UUID | None = None) -> list[Medicine]:
    """The running medicines that hold one of these ingredients, for a warning of duplicates."""
    others = [one for one in medicines(patient) if one.id != besides]
    return [one for one in others if set(groups) & set(one.ingredients)]


def running(patient_id: UUID, medicine_ids: Collection[UUID] | None = None) -> Sequence[Schedule]:
    """The schedules that make doses, locked: whoever makes or remakes doses holds them."""
    where = [Schedule.patient_id == patient_id, Schedule.kind.in_(("phases", "elapsed"))]
    where += [Schedule.medicine_id.in_(medicine_ids)] if medicine_ids is not None else []
    future = or_(Schedule.ended_at.is_(None), Schedule.made_until > clock.now())
    return db.session.scalars(select(Schedule).where(*where, future).order_by(Schedule.id).with_for_update()).all()


def watches(patient: AdmittedPatient, medicine_id: UUID) -> Sequence[DoseWatch]:
    """Who is told when a dose of this medicine is not recorded, and after how long."""
    where = (DoseWatch.patient_id == patient.id, DoseWatch.medicine_id == medicine_id, DoseWatch.ended_at.is_(None))
    return db.session.scalars(select(DoseWatch).where(*where).order_by(DoseWatch.after_minutes, DoseWatch.id)).all()


def standing_reminders(reminder_ids: Collection[UUID]) -> Sequence[Reminder]:
    """Those of these reminders that were not withdrawn, whoever the patient is; for texts that answer them."""
    where = (Reminder.id.in_(reminder_ids), Reminder.state == "made", Reminder.channel == "sms")
    return db.session.scalars(select(Reminder).where(*where)).all()


def doses_reminded_of(reminders: Collection[Reminder]) -> dict[UUID, Dose]:
    """Their doses as they are now, save those that a change of the schedule withdrew."""
    where = (
        Dose.id.in_([dose_id for one in reminders for dose_id in one.dose_ids]),
        Dose.patient_id.in_([one.patient_id for one in reminders]),
        Dose.state != "withdrawn",
    )
    return {dose.id: dose for dose in db.session.scalars(select(Dose).where(*where))}
