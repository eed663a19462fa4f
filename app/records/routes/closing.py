"""Close one's account, and let a patient in again."""

from __future__ import annotations

from typing import Any

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Routes
from app.patients.admission import AdmittedPatient
from app.records.schemas import keeping as schemas
from app.records.service import closing
from app.records.service.closing import Prospect

routes = Routes("closing", __name__, url_prefix="/api", description="Close one's account, or open it again")


@routes.get("/me/closing", access=guards.signed_in, gives={200: schemas.Closing})
def prospect() -> Prospect:
    """What closing the account would do, and what stands against it."""
    return closing.prospect(guards.caller().person_id)


@routes.post("/me/closing", access=guards.signed_in, keyed=False, takes=schemas.CloseAccount(), gives={204: None})
def close(body: dict[str, Any]) -> None:
    """Close the account from now on; for thirty days one's team can open it again."""
    closing.close(guards.caller().person_id, restrict=body["restrict"])


@routes.post(
    "/patients/<uuid:patient_id>/reopening",
    access=guards.on_patient(Permission.CHANGE_PATIENT),
    keyed=False,
    gives={204: None},
)
def reopen(patient: AdmittedPatient) -> None:
    """Open a patient's account again, at their wish."""
    closing.reopen(patient, guards.caller().person_id)
