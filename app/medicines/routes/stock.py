"""Stock over the API: how much is there, and how long it lasts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core.http import Routes
from app.medicines import queries
from app.medicines.entering import NewCount
from app.medicines.queries import stocking
from app.medicines.routes.calling import RECORD, SEE, by
from app.medicines.schemas import stock as schemas
from app.medicines.service import counting
from app.patients.admission import AdmittedPatient

MEDICINE = "/api/patients/<uuid:patient_id>/medicines/<uuid:medicine_id>"
routes = Routes("stock", __name__, url_prefix=MEDICINE, description="Medicines")


@routes.get("/stock", access=SEE, gives={200: schemas.Stock})
def stock(patient: AdmittedPatient, medicine_id: UUID) -> stocking.Stock:
    """What is left of a medicine, and when it runs out."""
    return stocking.of_one(patient, queries.medicine(patient, medicine_id))


@routes.post("/stock", access=RECORD, takes=schemas.NewCountSchema(), gives={201: schemas.Stock})
def count(patient: AdmittedPatient, medicine_id: UUID, body: NewCount) -> stocking.Stock:
    """Say how much is there, or how much came; what was said before stays."""
    medicine = queries.medicine(patient, medicine_id)
    counting.count(patient, medicine, body, by())
    return stocking.of_one(patient, medicine)


@routes.get("/stock/counts", access=SEE, gives={200: schemas.StockCounts})
def counts(patient: AdmittedPatient, medicine_id: UUID) -> dict[str, Any]:
    """The last counts, last first."""
    known = queries.medicine(patient, medicine_id).id
    return {"items": stocking.counts(patient, known), "pack_size": stocking.pack_size(patient, known)}
