"""Adherence over the API, as JSON and as a file for a spreadsheet."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.core.http import Routes
from app.medicines.queries import adhering
from app.medicines.routes.calling import SEE
from app.medicines.schemas import adherence as schemas
from app.patients.admission import AdmittedPatient

routes = Routes("adherence", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Medicines")


@routes.get("/adherence", access=SEE, query=schemas.AdherenceQuery(), gives={200: schemas.Adherence})
def adherence(patient: AdmittedPatient, query: dict[str, Any]) -> adhering.Period:
    """What was recorded of the doses due, for each medicine and day."""
    return adhering.over(patient, query["days"])


@routes.get("/adherence.csv", access=SEE, query=schemas.AdherenceQuery(), file="text/csv")
def adherence_csv(patient: AdmittedPatient, query: dict[str, Any]) -> Response:
    """The same as a file, a line for each medicine and day."""
    found = adhering.as_csv(adhering.over(patient, query["days"]))
    disposition = {"Content-Disposition": 'attachment; filename="adherence.csv"'}
    return Response(found, mimetype="text/csv", headers=disposition)
