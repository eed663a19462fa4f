"""When a medicine is taken: set it, change it, end it, settle what disagrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.medicines import queries, schedule_faults, slots, stored
from app.medicines.dosage import agreement
from app.medicines.entering import NewSchedule
from app.medicines.models import Medicine, Schedule
from app.medicines.patterns import AsDirected, AsNeeded, Elapsed, Phases, Slot
from app.medicines.service import acting, hard_stops, remaking
from app.medicines.service.acting import By
from app.patients.admission import AdmittedPatient
from app.todos import service as todos

UNCLEAR: Final = "medicine_unclear"  # a to-do
_KINDS = {Phases: "phases", Elapsed: "elapsed", AsNeeded: "as_needed", AsDirected: "as_directed"}


def add(patient: AdmittedPatient, medicine_id: UUID, new: NewSchedule, by: By) -> Schedule:
    """Say when a medicine is taken; text and times that disagree make no reminder. Raises Invalid and Conflict."""
    acting.still_cared_for(patient)
    medicine = _running(patient, medicine_id)
    new = replace(new, starts_on=new.starts_on or clock.today(patient.zone))
    check(patient, medicine, new)
    schedule = Schedule(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        medicine_id=medicine.id,
        highest_slot=-1,
        made_until=clock.now(),
    )
    _write(patient, schedule, new)
    db.session.add(schedule)
    db.session.flush()
    acting.note(medicine, "scheduled", by, {"pattern": schedule.pattern})
    _applied(patient, medicine, schedule, by)
    return schedule


def change(patient: AdmittedPatient, schedule_id: UUID, version: int, new: NewSchedule, by: By) -> Schedule:
    """Change when a medicine is taken from now on. Raises NotFound, PreconditionFailed, Invalid and Conflict."""
    acting.still_cared_for(patient)
    schedule = _locked(patient, schedule_id)
    medicine = _running(patient, schedule.medicine_id)
    if schedule.version != version:
        raise PreconditionFailed("This schedule was changed since you read it. Read it again.")
    new = replace(new, starts_on=new.starts_on or schedule.starts_on)
    check(patient, medicine, new, schedule.id)
    before = {"pattern": schedule.pattern, "starts_on": schedule.starts_on, "ends_on": schedule.ends_on}
    _write(patient, schedule, new)
    db.session.flush()
    acting.note(medicine, "scheduled", by, {"before": before, "pattern": schedule.pattern})
    _applied(patient, medicine, schedule, by)
    return schedule


def end(patient: AdmittedPatient, schedule_id: UUID, by: By) -> None:
    """End a schedule; ended before, it stays as it was. Raises NotFound."""
    schedule = _locked(patient, schedule_id)
    if schedule.ended_at is None:
        schedule.ended_at = clock.now()
        db.session.flush()
        todos.settle(patient.id, UNCLEAR, str(schedule.id), by.person_id)
        medicine = acting.locked(patient, schedule.medicine_id)
        acting.note(medicine, "unscheduled", by, {"pattern": schedule.pattern})
        remaking.remake_all(patient, medicine)


def settle(patient: AdmittedPatient, schedule_id: UUID, by: By) -> Schedule:
    """A professional says that the times hold, whatever the text says. Raises NotFound and Conflict."""
    schedule = _locked(patient, schedule_id)
    medicine = _running(patient, schedule.medicine_id)
    if schedule.unclear_sealed is not None:
        acting.note(medicine, "settled", by, {"unclear": schedule.unclear})
        schedule.unclear = None
        db.session.flush()
        todos.settle(patient.id, UNCLEAR, str(schedule.id), by.person_id)
        remaking.remake_all(patient, medicine)
    return schedule


def check(patient: AdmittedPatient, medicine: Medicine | None, new: NewSchedule, besides: UUID | None = None) -> None:
    """Raise Invalid for what can be no schedule, and for what must never be one."""
    starts_on = new.starts_on or date.min
    faults = [
        *schedule_faults.faults(new.pattern, starts_on, new.ends_on),
        *(hard_stops.faults(patient, medicine, new.pattern, besides) if medicine else ()),
    ]
    if faults:
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in faults]
        raise Invalid("Please mend what is named and send it again.", errors=errors)


def _write(patient: AdmittedPatient, schedule: Schedule, new: NewSchedule) -> None:
    pattern = new.pattern
    if isinstance(pattern, Phases):
        old = stored.from_json(schedule.pattern) if schedule.pattern else None
        pattern = slots.numbered(pattern, old, highest_used=schedule.highest_slot)
        schedule.highest_slot = max(schedule.highest_slot, *(slot.number for slot in _slots(pattern)))
    schedule.kind, schedule.pattern = _KINDS[type(pattern)], stored.to_json(pattern)
    schedule.instructions = new.instructions
    assert new.starts_on is not None  # it was filled in above
    schedule.starts_on, schedule.ends_on = new.starts_on, new.ends_on
    schedule.unclear = disagreement(patient, new)


def disagreement(patient: AdmittedPatient, new: NewSchedule) -> str | None:
    """Why nobody is to be reminded: text and times do not agree, or a human confirms them first; None: they agree."""
    if new.to_confirm is not None:
        return new.to_confirm
    lasts = (new.ends_on - new.starts_on).days + 1 if new.ends_on and new.starts_on else None
    verdict = agreement.agree(new.instructions or "", new.pattern, lasts=lasts, usual_day=queries.usual_day(patient))
    return None if verdict.reminds else verdict.why


def _slots(pattern: Phases) -> list[Slot]:
    return [slot for phase in pattern.phases for slot in phase.slots]


def _applied(patient: AdmittedPatient, medicine: Medicine, schedule: Schedule, by: By) -> None:
    remaking.remake_all(patient, medicine)
    if schedule.unclear_sealed is None:
        todos.settle(patient.id, UNCLEAR, str(schedule.id), by.person_id)
        return
    reason = (
        f"{medicine.name}: {schedule.unclear} Nobody is reminded of it until somebody of the team has compared the "
        f"text with the times, and has settled it on the page of {patient.given_name}’s medicines."
    )
    todos.add(patient, UNCLEAR, str(schedule.id), reason)


def _running(patient: AdmittedPatient, medicine_id: UUID) -> Medicine:
    medicine = acting.locked(patient, medicine_id)
    if medicine.stopped_at is not None:
        raise Conflict("This medicine is stopped. Start it again first.")
    return medicine


def _locked(patient: AdmittedPatient, schedule_id: UUID) -> Schedule:
    where = (Schedule.id == schedule_id, Schedule.patient_id == patient.id)
    found = db.session.scalar(select(Schedule).where(*where))
    if found is None:
        raise NotFound
    acting.locked(patient, found.medicine_id)  # the medicine first, always: nobody waits the other way round
    db.session.refresh(found, with_for_update=True)
    return found
