"""As-needed doses: within what was set for them over everyone who gives them, and recorded all the same afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.identity import queries as people
from app.medicines import as_needed, queries, stored
from app.medicines.as_needed import Contents, Given, Limit, Refused
from app.medicines.entering import NewGiven
from app.medicines.events import DosesAnswered
from app.medicines.models import Dose, DoseAnswer, Medicine
from app.medicines.patterns import AsNeeded
from app.medicines.service import safety
from app.medicines.service.acting import By, still_cared_for
from app.patients.admission import AdmittedPatient
from app.patients.queries import consent

LOOK_BACK: Final = timedelta(hours=48)  # what is recorded late may lie a day before a dose that lies a day back


@dataclass(frozen=True, slots=True)
class Outcome:
    """The dose as recorded, or why it was not; both where it had happened already past what was set."""

    dose: Dose | None
    refused: Refused | None = None


def give(patient: AdmittedPatient, medicine_id: UUID, new: NewGiven, by: By) -> Outcome:
    """Record a dose taken when needed, unless it is past what was set and has not happened yet.

    Raises NotFound, Conflict (stopped, not as needed), Invalid (a time to come). Publishes DosesAnswered;
    of one that happened past what was set a human is told.
    """
    still_cared_for(patient)
    now = clock.now()
    at = new.taken_at or now
    if at > now + timedelta(minutes=10):
        raise Invalid("This time is still to come.", errors=[{"pointer": "/taken_at", "detail": "Is still to come."}])
    # All medicines, in one order: two people who give what shares an ingredient wait for each other.
    held = _hold_all(patient)
    medicine = next((one for one in held if one.id == medicine_id), None)
    if medicine is None:
        raise NotFound
    if (before := _known(patient, new.id)) is not None:
        return Outcome(before)
    if medicine.stopped_at is not None:
        raise Conflict("This medicine is stopped.")
    refused = verdict(patient, held, medicine, at, new.amount)
    if refused is not None and not new.happened:
        return Outcome(None, refused)
    dose = _record(patient, medicine, new, at, by, now)
    events.publish(DosesAnswered(patient.organisation_id, patient.id, (dose.id,), now))
    if refused is not None:
        safety.look_at(patient, dose, medicine)
    return Outcome(dose, refused)


def verdict(
    patient: AdmittedPatient, held: list[Medicine], medicine: Medicine, at: datetime, amount: Decimal | None = None
) -> Refused | None:
    """What is in the way of one more dose, if anything; `held` are all medicines of the patient."""
    patterns = _patterns(patient, held)
    if medicine.id not in patterns:
        raise Conflict("This medicine is not one to take when needed.")
    contents = {one.id: _contents(one, patterns.get(one.id)) for one in held}
    limits: list[Limit] = []
    for one in held:
        if one.id in patterns:
            limits += as_needed.limits_of(contents[one.id], one.name or "", patterns[one.id])
    found = as_needed.verdict(limits, _given(patient, held, contents, at), at, contents[medicine.id], amount)
    return found if isinstance(found, Refused) else None


def in_the_way(patient: AdmittedPatient, medicine_id: UUID, at: datetime) -> Refused | None:
    """What is in the way of one more dose at this moment, if anything. Raises NotFound, and Conflict as `give` does."""
    held = list(queries.medicines(patient, also_stopped=True))
    medicine = next((one for one in held if one.id == medicine_id), None)
    if medicine is None:
        raise NotFound
    return verdict(patient, held, medicine, at)


def _hold_all(patient: AdmittedPatient) -> list[Medicine]:
    ordered = select(Medicine).where(Medicine.patient_id == patient.id).order_by(Medicine.id).with_for_update()
    return list(db.session.scalars(ordered))


def _known(patient: AdmittedPatient, client_id: UUID) -> Dose | None:
    where = (DoseAnswer.patient_id == patient.id, DoseAnswer.client_id == client_id)
    return db.session.scalar(select(Dose).join(DoseAnswer, DoseAnswer.dose_id == Dose.id).where(*where))


def _patterns(patient: AdmittedPatient, held: list[Medicine]) -> dict[UUID, AsNeeded]:
    found = queries.schedules(patient, [one.id for one in held if one.stopped_at is None])
    read = {key: [stored.from_json(one.pattern) for one in schedules] for key, schedules in found.items()}
    return {key: one for key, patterns in read.items() for one in patterns if isinstance(one, AsNeeded)}


def _contents(medicine: Medicine, pattern: AsNeeded | None) -> Contents:
    held = {group: None if mg is None else Decimal(str(mg)) for group, mg in medicine.ingredients.items()}
    usual = pattern.amount if pattern and pattern.amount is not None else Decimal(1)
    return Contents(medicine.id, usual, held)


def _given(patient: AdmittedPatient, held: list[Medicine], contents: dict[UUID, Contents], at: datetime) -> list[Given]:
    """Every dose taken around this time, scheduled ones as well, by whoever gave it."""
    where = (Dose.patient_id == patient.id, Dose.state == "taken", Dose.medicine_id.in_([one.id for one in held]))
    near = Dose.taken_at.between(at - LOOK_BACK, at + LOOK_BACK)
    doses = db.session.scalars(select(Dose).where(*where, near)).all()
    by = people.people({dose.answered_by for dose in doses if dose.answered_by is not None})
    return [
        Given(dose.id, dose.taken_at, contents[dose.medicine_id], dose.amount_taken, by[dose.answered_by].name)
        for dose in doses
        if dose.taken_at is not None and dose.answered_by is not None
    ]


def _record(patient: AdmittedPatient, medicine: Medicine, new: NewGiven, at: datetime, by: By, now: datetime) -> Dose:
    about = {"organisation_id": patient.organisation_id, "patient_id": patient.id}
    dose = Dose(
        **about,
        medicine_id=medicine.id,
        local_date=at.astimezone(patient.zone).date(),
        due_at=at,
        settle_at=at,
        state="taken",
        taken_at=at,
        amount=new.amount,
        amount_taken=new.amount,
        answered_at=now,
        answered_by=by.person_id,
    )
    db.session.add(dose)
    db.session.flush()
    acting = consent.acting_now(patient, by.person_id)
    said = DoseAnswer(
        **about,
        dose_id=dose.id,
        client_id=new.id,
        answer="taken",
        taken_at=at,
        amount=new.amount,
        channel=by.channel,
        by=by.person_id,
        acting_for_id=acting.id if acting else None,
    )
    said.note = new.note
    db.session.add(said)
    db.session.flush()
    return dose
