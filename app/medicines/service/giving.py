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
from app.medicines import as_needed, queries, refusing, stored
from app.medicines.as_needed import Allowed, Contents, Given, Limit, Refused
from app.medicines.entering import NewGiven
from app.medicines.events import DosesAnswered
from app.medicines.models import Dose, DoseAnswer, Medicine, Schedule
from app.medicines.patterns import AsNeeded
from app.medicines.queries import visible
from app.medicines.refusing import Found, Unclear, Unnamed
from app.medicines.service import safety
from app.medicines.service.acting import still_cared_for
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import consent

# What is recorded late may lie a day before a dose that lies a day back; and as far as the longest gap that was set.
LOOK_BACK: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The dose as recorded, or why it was not; both where it had happened already past what was set."""

    dose: Dose | None
    refused: Refused | Unclear | Unnamed | None = None


def give(patient: AdmittedPatient, medicine_id: UUID, new: NewGiven, by: By) -> Outcome:
    """Record a dose taken when needed, unless it is past what was set and has not happened yet.

    Raises NotFound, Conflict (stopped, not as needed, an id used otherwise), Invalid (a time to come). Publishes
    DosesAnswered; of one that happened past what was set a human is told.
    """
    still_cared_for(patient)
    now = clock.now()
    at = new.taken_at or now
    if at > now + timedelta(minutes=10):
        raise Invalid("This time is still to come.", errors=[{"pointer": "/taken_at", "detail": "Is still to come."}])
    # All medicines, in one order: two people who give what shares an ingredient wait for each other.
    held = _hold_all(patient)
    medicine = _seen_among(patient, held, medicine_id)
    if (before := _known(patient, medicine.id, new.id)) is not None:
        return Outcome(before)
    if medicine.stopped_at is not None:
        raise Conflict("This medicine is stopped.")
    found = _verdict(patient, held, medicine, at, new.amount, happened=new.happened)
    said = _as_seen(patient, held, found)
    refused = None if isinstance(said, Allowed) else said
    if refused is not None and not new.happened:
        return Outcome(None, refused)
    dose = _record(patient, medicine, new, at, by, now)
    events.publish(DosesAnswered(patient.organisation_id, patient.id, (dose.id,), now))
    if isinstance(found, Refused):
        safety.look_at(patient, dose, medicine)
    return Outcome(dose, refused)


def _verdict(
    patient: AdmittedPatient,
    held: list[Medicine],
    medicine: Medicine,
    at: datetime,
    amount: Decimal | None = None,
    *,
    happened: bool = False,
) -> Allowed | Refused | Unclear:
    """May one more be given? `held` are all medicines of the patient. What has happened is reckoned in any case.

    What is kept from the circle counts as well, whoever gives: nobody is given too much because of it.
    """
    schedules = _schedules(patient.with_everything(), held)
    if medicine.id not in schedules:
        raise Conflict("This medicine is not one to take when needed.")
    if not happened and any(one.unclear_sealed is not None for one, _ in schedules[medicine.id]):
        return Unclear()
    patterns = {key: [pattern for _, pattern in found] for key, found in schedules.items()}
    contents = {one.id: _contents(one, patterns.get(one.id, [])) for one in held}
    limits: list[Limit] = []
    for one in held:
        for pattern in patterns.get(one.id, []):
            limits += as_needed.limits_of(contents[one.id], one.name or "", pattern)
    back = max([LOOK_BACK, *(limit.minimum_gap for limit in limits if limit.minimum_gap is not None)])
    given = _given(patient, held, contents, (at - back, at + back))
    return as_needed.verdict(limits, given, at, contents[medicine.id], amount)


def in_the_way(patient: AdmittedPatient, medicine_id: UUID, at: datetime) -> Refused | Unclear | Unnamed | None:
    """What is in the way of one more dose at this moment, if anything. Raises as `asked` does."""
    found = asked(patient, medicine_id, at)
    return None if isinstance(found, Allowed) else found


def asked(patient: AdmittedPatient, medicine_id: UUID, at: datetime) -> Found:
    """May one more be given at this moment? Raises NotFound, and Conflict as `give` does."""
    held = list(queries.medicines(patient.with_everything(), also_stopped=True))
    return _as_seen(patient, held, _verdict(patient, held, _seen_among(patient, held, medicine_id), at))


def _seen_among(patient: AdmittedPatient, held: list[Medicine], medicine_id: UUID) -> Medicine:
    """The one that is asked about, as far as they see it who ask. Raises NotFound."""
    medicine = next((one for one in held if one.id == medicine_id and visible.may_see(patient, one)), None)
    if medicine is None:
        raise NotFound
    return medicine


def _as_seen(patient: AdmittedPatient, held: list[Medicine], found: Allowed | Refused | Unclear) -> Found:
    return refusing.as_seen(found, {one.id for one in held if not visible.may_see(patient, one)})


def _hold_all(patient: AdmittedPatient) -> list[Medicine]:
    ordered = select(Medicine).where(Medicine.patient_id == patient.id).order_by(Medicine.id).with_for_update()
    return list(db.session.scalars(ordered))


def _known(patient: AdmittedPatient, medicine_id: UUID, client_id: UUID) -> Dose | None:
    """The dose that was recorded under this id. Raises Conflict where the id was used for anything else."""
    where = (DoseAnswer.patient_id == patient.id, DoseAnswer.client_id == client_id)
    asked = select(Dose, DoseAnswer.answer).join(DoseAnswer, DoseAnswer.dose_id == Dose.id).where(*where)
    found = db.session.execute(asked).one_or_none()
    if found is None:
        return None
    dose, answer = found
    if (dose.medicine_id, dose.schedule_id, answer) != (medicine_id, None, "taken"):
        raise Conflict("This id was used before for another answer. Nothing was changed.")
    return dose


def _schedules(patient: AdmittedPatient, held: list[Medicine]) -> dict[UUID, list[tuple[Schedule, AsNeeded]]]:
    """Every schedule as needed, by medicine: of two both hold."""
    found: dict[UUID, list[tuple[Schedule, AsNeeded]]] = {}
    for key, schedules in queries.schedules(patient, [one.id for one in held if one.stopped_at is None]).items():
        for one in schedules:
            if isinstance(pattern := stored.from_json(one.pattern), AsNeeded):
                found.setdefault(key, []).append((one, pattern))
    return found


def _contents(medicine: Medicine, patterns: list[AsNeeded]) -> Contents:
    held = {group: None if mg is None else Decimal(str(mg)) for group, mg in medicine.ingredients.items()}
    usual = max((one.amount for one in patterns if one.amount is not None), default=Decimal(1))
    return Contents(medicine.id, usual, held)


def _given(
    patient: AdmittedPatient,
    held: list[Medicine],
    contents: dict[UUID, Contents],
    around: tuple[datetime, datetime],
) -> list[Given]:
    """Every dose taken around this time, scheduled ones as well, by whoever gave it."""
    where = (Dose.patient_id == patient.id, Dose.state == "taken", Dose.medicine_id.in_([one.id for one in held]))
    doses = db.session.scalars(select(Dose).where(*where, Dose.taken_at.between(*around))).all()
    by = people.people({dose.answered_by for dose in doses if dose.answered_by is not None})
    return [
        Given(dose.id, dose.taken_at, contents[dose.medicine_id], _amount(dose), by[dose.answered_by].name)
        for dose in doses
        if dose.taken_at is not None and dose.answered_by is not None
    ]


def _amount(dose: Dose) -> Decimal | None:
    """How much was taken, or was to be."""
    return dose.amount if dose.amount_taken is None else dose.amount_taken


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
