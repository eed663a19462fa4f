"""Record what somebody says of doses: once, whoever says it, by whatever way in, and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.medicines import queries, ticking
from app.medicines.entering import NewAnswer
from app.medicines.events import DosesAnswered
from app.medicines.models import Dose, DoseAnswer
from app.medicines.service import reminding, safety
from app.medicines.service.acting import By
from app.medicines.ticking import Outcome, Said, Standing
from app.patients.admission import AdmittedPatient
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
    doses = _locked(patient, {one.dose_id for one in said})
    known = _known(patient, said)
    now = clock.now()
    told = [_one(patient, doses[one.dose_id], one, known.get(one.id), by, now) for one in said]
    db.session.flush()
    closed = [one.dose.id for one in told if one.dose.state != "due" and one.id not in known]
    moved = [one.dose_id for one in said if one.answer == "later" and one.id not in known]
    reminding.call_off([*closed, *moved])
    if fresh := tuple(one.dose.id for one in told if one.outcome is Outcome.RECORDED and one.id not in known):
        events.publish(DosesAnswered(patient.organisation_id, patient.id, fresh, now))
    for one in said:
        if one.answer == "two_taken" and one.id not in known:
            safety.look_at(patient, doses[one.dose_id], queries.medicine(patient, doses[one.dose_id].medicine_id))
    return told


def _locked(patient: AdmittedPatient, dose_ids: set[UUID]) -> dict[UUID, Dose]:
    where = (Dose.patient_id == patient.id, Dose.id.in_(dose_ids), Dose.state != "withdrawn")
    ordered = select(Dose).where(*where).order_by(Dose.id).with_for_update()
    found = {one.id: one for one in db.session.scalars(ordered.execution_options(populate_existing=True))}
    if found.keys() != dose_ids:
        raise NotFound
    return found


def _known(patient: AdmittedPatient, said: Sequence[NewAnswer]) -> dict[UUID, DoseAnswer]:
    """The answers that came before under these ids; read after the doses are locked, so that a race is decided."""
    where = (DoseAnswer.patient_id == patient.id, DoseAnswer.client_id.in_([one.id for one in said]))
    return {one.client_id: one for one in db.session.scalars(select(DoseAnswer).where(*where))}


def _one(
    patient: AdmittedPatient, dose: Dose, said: NewAnswer, known: DoseAnswer | None, by: By, now: datetime
) -> Answered:
    if known is not None:
        if (known.dose_id, known.answer) != (said.dose_id, said.answer):
            raise Conflict("This id was used before for another answer. Nothing was changed.")
        return Answered(said.id, dose, Outcome.RECORDED if known.counted else Outcome.ALREADY, said.answer)
    until = now + timedelta(minutes=said.minutes or 0) if said.answer == "later" else None
    what = Said(said.answer, now, said.taken_at, until, said.why)
    standing = Standing(dose.state, dose.due_at, dose.settle_at, dose.taken_at, dose.why)
    result = ticking.answered(standing, what)
    if result.outcome in (Outcome.NOT_YET, Outcome.TOO_LATE):
        return Answered(said.id, dose, result.outcome, said.answer)
    _keep(patient, dose, said, what, result, by)
    if result.outcome is Outcome.RECORDED:
        _apply(dose, said, result, by, now)
    asks_two = result.asks_two or _close_to_another(patient, dose, result)
    return Answered(said.id, dose, result.outcome, said.answer, asks_two)


def _keep(patient: AdmittedPatient, dose: Dose, said: NewAnswer, what: Said, result: ticking.Result, by: By) -> None:
    acting = consent.acting_now(patient, by.person_id)
    row = DoseAnswer(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        dose_id=dose.id,
        client_id=said.id,
        answer=said.answer,
        taken_at=result.after.taken_at if said.answer == "taken" else None,
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


def _apply(dose: Dose, said: NewAnswer, result: ticking.Result, by: By, now: datetime) -> None:
    after = result.after
    dose.state, dose.taken_at, dose.why = after.state, after.taken_at, after.why
    dose.amount_taken = (said.amount or dose.amount) if after.state == "taken" else None
    is_open = after.state in ("due", "not_recorded")
    dose.answered_at, dose.answered_by = (None, None) if is_open else (now, by.person_id)
    if said.answer == "undone" and after.state == "due":
        dose.remind_at = dose.due_at if dose.due_at > now else None
    else:
        dose.remind_at = result.remind_at


def _close_to_another(patient: AdmittedPatient, dose: Dose, result: ticking.Result) -> bool:
    """Was another dose of this medicine taken so near this one that only people can say whether it was two?

    Near is less than half of the time to the nearest other dose of its schedule: a question, and nothing else.
    """
    if result.outcome is not Outcome.RECORDED or result.after.taken_at is None or dose.schedule_id is None:
        return False
    around = (dose.due_at - timedelta(days=2), dose.due_at + timedelta(days=2))
    where = (Dose.schedule_id == dose.schedule_id, Dose.id != dose.id, Dose.due_at.between(*around))
    others = db.session.scalars(select(Dose).where(*where, Dose.patient_id == patient.id, Dose.state != "withdrawn"))
    neighbours = list(others)
    gap = min((abs(other.due_at - dose.due_at) for other in neighbours), default=timedelta())
    taken_at = result.after.taken_at
    return any(other.taken_at is not None and abs(other.taken_at - taken_at) < gap / 2 for other in neighbours)
