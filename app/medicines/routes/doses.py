"""Doses over the API: what is due, what was said of it, what was taken when needed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core import clock, problems
from app.core.errors import Conflict
from app.core.http import Routes
from app.medicines import queries, refusing
from app.medicines.entering import NewGiven
from app.medicines.queries import dosing
from app.medicines.routes.calling import RECORD, SEE, by
from app.medicines.schemas import doses as schemas
from app.medicines.service import answering, giving
from app.patients.admission import AdmittedPatient

routes = Routes("doses", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Doses")


@routes.get("/doses", access=SEE, query=schemas.DoseQuery(), gives={200: schemas.Doses})
def doses(patient: AdmittedPatient, query: dict[str, Any]) -> dict[str, Any]:
    """The doses of a time, in order; today's where nothing is said."""
    today = queries.local_day(patient, clock.today(patient.zone))
    since, until = (query["since"], query["until"]) if query["since"] else today
    return {"items": dosing.shown(patient, queries.doses(patient, since, until, query["medicine_id"]))}


@routes.get("/doses/<uuid:dose_id>", access=SEE, gives={200: schemas.DoseWithAnswers})
def dose(patient: AdmittedPatient, dose_id: UUID) -> dosing.WithAnswers:
    """One dose with everything that was said of it."""
    return dosing.with_answers(patient, dose_id)


@routes.post("/doses/answers", access=RECORD, keyed=False, takes=schemas.NewAnswers(), gives={200: schemas.AnsweredAll})
def answer(patient: AdmittedPatient, body: dict[str, Any]) -> dict[str, Any]:
    """Say what became of doses; each is answered for itself, and sent again it is the same answer."""
    return {"items": _answered(patient, answering.answer(patient, body["answers"], by()))}


@routes.post(
    "/medicines/<uuid:medicine_id>/given",
    access=RECORD,
    keyed=False,
    takes=schemas.NewGivenSchema(),
    gives={201: schemas.Dose},
)
def give(patient: AdmittedPatient, medicine_id: UUID, body: NewGiven) -> Any:
    """Record a dose taken when needed; one past what was set is refused politely unless it has happened."""
    outcome = giving.give(patient, medicine_id, body, by())
    if outcome.dose is None:
        assert outcome.refused is not None  # one of them is there
        at = outcome.refused.next_possible_at
        detail = refusing.briefly(patient, outcome.refused)
        return problems.answer(Conflict(detail, next_possible_at=at.isoformat() if at else None))
    return dosing.one(patient, outcome.dose)


@routes.get("/medicines/<uuid:medicine_id>/possible", access=SEE, gives={200: schemas.Possible})
def possible(patient: AdmittedPatient, medicine_id: UUID) -> refusing.Told:
    """Whether one more dose is within what was set for it now."""
    found = giving.asked(patient, medicine_id, clock.now())
    medicine = queries.medicine(patient, medicine_id)
    return refusing.told(patient, found, medicine.prescriber, medicine.prescriber_phone)


def _answered(patient: AdmittedPatient, told: list[answering.Answered]) -> list[dict[str, Any]]:
    """What became of answers, each with its dose."""
    doses = {one.row.id: one for one in dosing.shown(patient, list({one.dose.id: one.dose for one in told}.values()))}
    return [
        {"id": one.id, "outcome": str(one.outcome), "asks_two": one.asks_two, "dose": doses[one.dose.id]}
        for one in told
    ]
