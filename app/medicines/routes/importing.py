"""Import over the API: medicines of another system, as FHIR. For professionals, who see what has to be settled."""

from __future__ import annotations

from typing import Any

from app.core.http import Routes
from app.medicines.dosage.bundles import Found
from app.medicines.routes.calling import SETTLE, by
from app.medicines.schemas import importing as schemas
from app.medicines.service import importing
from app.patients.admission import AdmittedPatient

PREFIX = "/api/patients/<uuid:patient_id>/medicines"
routes = Routes("medicine_import", __name__, url_prefix=PREFIX, description="Medicines")


@routes.post("/import", access=SETTLE, keyed=False, takes=schemas.Document(), gives={200: schemas.ImportedAll})
def take_over(patient: AdmittedPatient, body: list[Found]) -> dict[str, Any]:
    """Take medicines over, each answered for itself; the same identifier again changes nothing."""
    return {"items": importing.take_over(patient, body, by("import"))}
