"""When a medicine is taken: set it, change it, end it, settle what disagrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from app.access.permissions import Permission
from app.access.roles import MAY
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.medicines import queries, schedule_faults, slots, stored
from app.medicines.dosage import agreement
from app.medicines.dosage.agreement import Agreement, Reminding, SetBy, Verdict
from app.medicines.entering import NewSchedule
from app.medicines.models import Medicine, Schedule
from app.medicines.patterns import AsDirected, AsNeeded, Elapsed, Phases, Slot
from app.medicines.service import acting, hard_stops, remaking
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.todos import service as todos

UNCLEAR: Final = "medicine_unclear"  # a to-do
CHANGED: Final = "This schedule was changed since you read it. Read it again."
_KINDS = {Phases: "phases", Elapsed: "elapsed", AsNeeded: "as_needed", AsDirected: "as_directed"}
# Who may change the list by the patient's leave sets times as the patient does.
_SET_BY = {"staff": SetBy.CLINICIAN, "import": SetBy.IMPORT}


def add(patient: AdmittedPatient, medicine_id: UUID, new: NewSchedule, by: By) -> Schedule:
    """Say when a medicine is taken; text and times that disagree make no reminder. Raises Invalid and Conflict."""
    acting.still_cared_for(patient)
    medicine = _running(patient, medicine_id)
    new = replace(new, starts_on=new.starts_on or clock.today(patient.zone))
    check(patient, medicine, new)
    schedule = Schedule(
        id=new.id,
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        medicine_id=medicine.id,
        highest_slot=-1,
        made_until=clock.now(),
    )
    schedule.unclear = disagreement(patient, new, by)
    _write(schedule, new)
    db.session.add(schedule)
    db.session.flush()
    acting.note(medicine, "scheduled", by, {"pattern": schedule.pattern})
    _applied(patient, medicine, schedule, by)
    return schedule


def add_once(patient: AdmittedPatient, medicine_id: UUID, form_id: UUID, new: NewSchedule, by: By) -> Schedule:
    """The same by a form that may be sent twice: it makes one. Raises Conflict where it now says something else."""
    hard_stops.held(patient, medicine_id)  # whoever sends the same form waits here
    new = replace(new, id=acting.id_of_form(patient, form_id))
    known = db.session.get(Schedule, new.id)
    if known is None:
        return add(patient, medicine_id, new, by)
    if known.medicine_id != medicine_id or known.ended_at is not None or not _says_the_same(known, new):
        raise Conflict(acting.SENT_BEFORE)
    return known


def change(patient: AdmittedPatient, schedule_id: UUID, version: int, changes: Mapping[str, Any], by: By) -> Schedule:
    """Change when a medicine is taken from now on; what `changes` does not name stays as it was.

    Raises NotFound, PreconditionFailed, Invalid and Conflict.
    """
    acting.still_cared_for(patient)
    schedule = _locked(patient, schedule_id)
    medicine = _running(patient, schedule.medicine_id)
    if schedule.version != version:
        raise PreconditionFailed(CHANGED)
    new = NewSchedule(**{**_kept(schedule).said, **changes})
    new = replace(new, starts_on=new.starts_on or schedule.starts_on)
    check(patient, medicine, new, schedule.id)
    schedule.unclear = disagreement(patient, new, by, schedule)
    before = {"pattern": schedule.pattern, "starts_on": schedule.starts_on, "ends_on": schedule.ends_on}
    _write(schedule, new)
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


def settle(patient: AdmittedPatient, schedule_id: UUID, version: int, by: By) -> Schedule:
    """A professional says that the times they read hold, whatever the text says.

    Raises NotFound, PreconditionFailed, and Conflict for what is stopped or must never be.
    """
    schedule = _locked(patient, schedule_id)
    medicine = _running(patient, schedule.medicine_id)
    if schedule.version != version:
        raise PreconditionFailed(CHANGED)
    if schedule.unclear_sealed is not None:
        if faults := hard_stops.faults(patient, medicine, _kept(schedule), schedule.id):
            raise Conflict(faults[0][1])
        acting.note(medicine, "settled", by, {"unclear": schedule.unclear})
        schedule.unclear = None
        db.session.flush()
        todos.settle(patient.id, UNCLEAR, str(schedule.id), by.person_id)
        remaking.remake_all(patient, medicine)
    return schedule


def check(patient: AdmittedPatient, medicine: Medicine | None, new: NewSchedule, besides: UUID | None = None) -> None:
    """Raise Invalid for what can be no schedule, and for what must never be one."""
    starts_on = new.starts_on or date.min
    faults = schedule_faults.faults(new.pattern, starts_on, new.ends_on)
    if medicine is not None and not faults:
        faults = hard_stops.faults(patient, medicine, new, besides)
    if faults:
        errors = [{"pointer": pointer, "detail": detail} for pointer, detail in faults]
        raise Invalid("Please mend what is named and send it again.", errors=errors)


def _write(schedule: Schedule, new: NewSchedule) -> None:
    pattern = new.pattern
    if isinstance(pattern, Phases):
        old = stored.from_json(schedule.pattern) if schedule.pattern else None
        pattern = slots.numbered(pattern, old, highest_used=schedule.highest_slot)
        schedule.highest_slot = max(schedule.highest_slot, *(slot.number for slot in _slots(pattern)))
    schedule.kind, schedule.pattern = _KINDS[type(pattern)], stored.to_json(pattern)
    schedule.instructions = new.instructions
    assert new.starts_on is not None  # it was filled in above
    schedule.starts_on, schedule.ends_on = new.starts_on, new.ends_on


def disagreement(patient: AdmittedPatient, new: NewSchedule, by: By, was: Schedule | None = None) -> str | None:
    """Why nobody is to be reminded: text and times do not agree, or a human confirms them first; None: they agree.

    `was` is the schedule that is to be changed: one that was unclear is settled by those who may settle.
    """
    if new.to_confirm is not None:
        return new.to_confirm
    verdict = _compared(patient, new)
    if was is not None and was.unclear is not None and Permission.SETTLE_MEDICINES not in MAY[by.role]:
        return _still_unclear(patient, new, verdict, was)
    held = agreement.reminding(verdict, _SET_BY.get(by.source, SetBy.PATIENT))
    return None if held in (Reminding.YES, Reminding.LABELLED) else verdict.why


def _still_unclear(patient: AdmittedPatient, new: NewSchedule, verdict: Agreement, was: Schedule) -> str | None:
    """Why it stays unclear; None where nothing but the times was wrong, and the same text now says the new ones."""
    before = _kept(was)
    same_text = (new.instructions or "") == (before.instructions or "")
    if not same_text or was.unclear != _compared(patient, before).why or isinstance(new.pattern, AsDirected):
        return was.unclear
    return None if verdict.verdict is Verdict.AGREES else verdict.why


def _compared(patient: AdmittedPatient, new: NewSchedule) -> Agreement:
    lasts = (new.ends_on - new.starts_on).days + 1 if new.ends_on and new.starts_on else None
    return agreement.agree(new.instructions or "", new.pattern, lasts=lasts, usual_day=queries.usual_day(patient))


def _kept(schedule: Schedule) -> NewSchedule:
    """A schedule as it would be entered."""
    pattern = stored.from_json(schedule.pattern)
    return NewSchedule(pattern, schedule.instructions, schedule.starts_on, schedule.ends_on)


def _says_the_same(schedule: Schedule, new: NewSchedule) -> bool:
    kept, pattern = _kept(schedule), new.pattern
    if isinstance(pattern, Phases):
        pattern = slots.numbered(pattern, kept.pattern, highest_used=schedule.highest_slot)
    said = (pattern, new.instructions, new.starts_on or kept.starts_on, new.ends_on)
    return said == (kept.pattern, kept.instructions, kept.starts_on, kept.ends_on)


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
    medicine = hard_stops.held(patient, medicine_id)
    if medicine.stopped_at is not None:
        raise Conflict("This medicine is stopped. Start it again first.")
    return medicine


def _locked(patient: AdmittedPatient, schedule_id: UUID) -> Schedule:
    where = (Schedule.id == schedule_id, Schedule.patient_id == patient.id)
    found = db.session.scalar(select(Schedule).where(*where))
    if found is None:
        raise NotFound
    hard_stops.held(patient, found.medicine_id)  # medicines first, always: nobody waits the other way round
    db.session.refresh(found, with_for_update=True)
    return found
