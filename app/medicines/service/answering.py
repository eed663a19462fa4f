"""Record what somebody says of doses: once, whoever says it, by whatever way in, and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select

from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.medicines import ticking
from app.medicines.entering import NewAnswer
from app.medicines.events import DosesAnswered
from app.medicines.models import Dose, DoseAnswer, Medicine
from app.medicines.queries import visible
from app.medicines.service import overdue, remaking, reminding, safety
from app.medicines.ticking import Outcome, Said, Standing
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import consent

AFTER_THE_LAST: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one answer, with the dose as it is now."""

    id: UUID
    dose: Dose
    outcome: Outcome
    answer: str
    asks_two: bool = False


def answer(patient: AdmittedPatient, said: Sequence[NewAnswer], by: By) -> list[Answered]:
    """Record answers, each for itself. Raises NotFound for a dose of somebody else, Conflict for an id used otherwise.

    Publishes DosesAnswered.
    """
    dose_ids = {one.dose_id for one in said}
    medicines = _held(patient, dose_ids)
    doses = _locked(patient, dose_ids)
    known = _known(patient, said)
    now = clock.now()
    told = [
        _one(patient, doses[one.dose_id], medicines[doses[one.dose_id].medicine_id], one, known.get(one.id), by, now)
        for one in said
    ]
    db.session.flush()
    fresh = [one for one in told if one.id not in known]
    reminding.call_off([one.dose.id for one in fresh if one.dose.state != "due" or one.answer == "later"])
    overdue.call_off([one.dose.id for one in fresh if one.dose.told_at is not None])
    recorded = [one for one in fresh if one.outcome is Outcome.RECORDED]
    if recorded:
        ids = tuple(one.dose.id for one in recorded)
        events.publish(DosesAnswered(patient.organisation_id, patient.id, ids, now))
    for one in recorded:
        if one.answer == "two_taken":
            safety.look_at(patient, one.dose, medicines[one.dose.medicine_id])
        if one.answer == "undone" and one.dose.due_at > now:
            # Recorded early, it stood still while its schedule may have changed: now it follows it again.
            remaking.remake_all(patient, medicines[one.dose.medicine_id])
    return told


def _held(patient: AdmittedPatient, dose_ids: set[UUID]) -> dict[UUID, Medicine]:
    """The medicines of these doses, before the doses and in one order, as whoever gives one as needed holds them.

    A tick counts towards what may be given: of both at once the second sees the first. New doses are made meanwhile.
    """
    theirs = select(Dose.medicine_id).where(Dose.patient_id == patient.id, Dose.id.in_(dose_ids))
    where = (*visible.shown(patient), Medicine.id.in_(theirs))
    ordered = select(Medicine).where(*where).order_by(Medicine.id).with_for_update(key_share=True)
    return {one.id: one for one in db.session.scalars(ordered.execution_options(populate_existing=True))}


def _locked(patient: AdmittedPatient, dose_ids: set[UUID]) -> dict[UUID, Dose]:
    # One taken as needed stays where somebody finds it who sends again that it was not taken after all.
    is_there = or_(Dose.state != "withdrawn", Dose.schedule_id.is_(None))
    where = (Dose.patient_id == patient.id, Dose.id.in_(dose_ids), *visible.of_shown(patient, Dose.medicine_id))
    ordered = select(Dose).where(*where, is_there).order_by(Dose.id).with_for_update()
    found = {one.id: one for one in db.session.scalars(ordered.execution_options(populate_existing=True))}
    if found.keys() != dose_ids:
        raise NotFound
    return found


def _known(patient: AdmittedPatient, said: Sequence[NewAnswer]) -> dict[UUID, DoseAnswer]:
    """The answers that came before under these ids; read after the doses are locked, so that a race is decided."""
    where = (DoseAnswer.patient_id == patient.id, DoseAnswer.client_id.in_([one.id for one in said]))
    return {one.client_id: one for one in db.session.scalars(select(DoseAnswer).where(*where))}


def _one(
    patient: AdmittedPatient,
    dose: Dose,
    medicine: Medicine,
    said: NewAnswer,
    known: DoseAnswer | None,
    by: By,
    now: datetime,
) -> Answered:
    if known is not None:
        return _again(patient, dose, said, known)
    until = now + timedelta(minutes=said.minutes or 0) if said.answer == "later" else None
    what = Said(said.answer, now, said.taken_at, until, said.why)
    result = ticking.answered(_standing(dose, said), what)
    if result.outcome in (Outcome.NOT_YET, Outcome.TOO_LATE):
        return Answered(said.id, dose, result.outcome, said.answer)
    _keep(patient, dose, said, what, result, by)
    if result.outcome is Outcome.RECORDED:
        _apply(dose, medicine, said, result, by, now)
    near = result.outcome is Outcome.RECORDED and said.answer == "taken" and _close_to_another(patient, dose)
    return Answered(said.id, dose, result.outcome, said.answer, result.asks_two or near)


def _again(patient: AdmittedPatient, dose: Dose, said: NewAnswer, known: DoseAnswer) -> Answered:
    """The same answer as before; what was asked then is asked again, for the first may never have arrived."""
    if (known.dose_id, known.answer) != (said.dose_id, said.answer):
        raise Conflict("This id was used before for another answer. Nothing was changed.")
    is_taken = said.answer == "taken" and dose.state == "taken"
    if known.counted:
        asks_two = is_taken and _close_to_another(patient, dose)
        return Answered(said.id, dose, Outcome.RECORDED, said.answer, asks_two)
    return Answered(said.id, dose, Outcome.ALREADY, said.answer, is_taken)


def _standing(dose: Dose, said: NewAnswer) -> Standing:
    return Standing(
        dose.state,
        dose.due_at,
        dose.settle_at,
        dose.taken_at,
        dose.why,
        twice=said.answer == "two_taken" and _is_twice(dose),
        is_as_needed=dose.schedule_id is None,
    )


def _is_twice(dose: Dose) -> bool:
    """Was it said of a dose as it stands that two were taken?"""
    where = (DoseAnswer.dose_id == dose.id, DoseAnswer.counted, DoseAnswer.answer.in_(("two_taken", "undone")))
    last = select(DoseAnswer.answer).where(*where).order_by(DoseAnswer.created_at.desc(), DoseAnswer.id.desc())
    return db.session.scalar(last.limit(1)) == "two_taken"


def _keep(patient: AdmittedPatient, dose: Dose, said: NewAnswer, what: Said, result: ticking.Result, by: By) -> None:
    acting = consent.acting_now(patient, by.person_id)
    row = DoseAnswer(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        dose_id=dose.id,
        client_id=said.id,
        answer=said.answer,
        taken_at=result.after.taken_at if said.answer in ("taken", "two_taken") else None,
        until=what.until,
        amount=said.amount,
        why=said.why,
        channel=by.channel,
        by=by.person_id,
        acting_for_id=acting.id if acting else None,
        counted=result.outcome is Outcome.RECORDED,
    )
    row.note = said.note
    db.session.add(row)


def _apply(dose: Dose, medicine: Medicine, said: NewAnswer, result: ticking.Result, by: By, now: datetime) -> None:
    after, was_taken = result.after, dose.state == "taken"
    dose.amount_taken = _amount(dose, said) if after.state == "taken" else None
    dose.state, dose.taken_at, dose.why = after.state, after.taken_at, after.why
    dose.remind_at = result.remind_at
    if said.answer == "undone":
        dose.answered_at = dose.answered_by = None
        if after.state == "due":
            every, window = (timedelta(minutes=some) for some in (medicine.remind_every, medicine.window_minutes))
            dose.remind_at = ticking.next_reminder(dose.due_at, now, every, window)
    elif not (said.answer == "later" or was_taken):  # that it was two changes nothing about who took it down
        dose.answered_at, dose.answered_by = now, by.person_id


def _amount(dose: Dose, said: NewAnswer) -> Decimal | None:
    """How much was taken; of two doses of which nobody said how much, two."""
    if said.answer != "two_taken":
        return said.amount or dose.amount
    return said.amount or 2 * (dose.amount_taken or dose.amount or Decimal(1))


def _close_to_another(patient: AdmittedPatient, dose: Dose) -> bool:
    """Was another dose of this medicine taken so near this one that only people can say whether it was two?

    Near is less than half of the time to the nearest other dose of its schedule: a question, and nothing else.
    """
    if dose.taken_at is None or dose.schedule_id is None:
        return False
    around = (dose.due_at - timedelta(days=2), dose.due_at + timedelta(days=2))
    where = (Dose.schedule_id == dose.schedule_id, Dose.id != dose.id, Dose.due_at.between(*around))
    others = db.session.scalars(select(Dose).where(*where, Dose.patient_id == patient.id, Dose.state != "withdrawn"))
    neighbours = list(others)
    gap = min((abs(other.due_at - dose.due_at) for other in neighbours), default=timedelta())
    taken_at = dose.taken_at
    return any(other.taken_at is not None and abs(other.taken_at - taken_at) < gap / 2 for other in neighbours)
