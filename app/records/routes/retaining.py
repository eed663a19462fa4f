"""The retention schedule, and legal holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core.http import Routes
from app.records import schedule
from app.records.queries import keeping as queries
from app.records.queries.keeping import Held
from app.records.schedule import Schedule
from app.records.schemas import keeping as schemas
from app.records.service import holding

routes = Routes("retention", __name__, url_prefix="/api", description="What is kept for how long, and legal holds")

P = Permission.CHANGE_RETENTION


@routes.get("/retention", access=guards.on_caseload(P), gives={200: schemas.Retention})
def retention(caller: Caller) -> Schedule:
    """The retention schedule."""
    return schedule.SHIPPED


@routes.get("/legal-holds", access=guards.on_caseload(P), gives={200: schemas.Holds})
def holds(caller: Caller) -> dict[str, Any]:
    """The running holds of the caller's organisations."""
    return {"items": queries.holds(caller.organisations(P))}


@routes.post("/legal-holds", access=guards.on_caseload(P), takes=schemas.NewHold(), gives={201: schemas.Hold})
def set_hold(caller: Caller, body: dict[str, Any]) -> Held:
    """Put a patient, or the whole organisation, on hold: nothing of theirs is deleted until it is lifted."""
    return holding.set_hold(caller, body["organisation_id"], body["patient_id"], body["reason"])


@routes.post("/legal-holds/<uuid:hold_id>/lift", access=guards.on_caseload(P), keyed=False, gives={200: schemas.Hold})
def lift_hold(caller: Caller, hold_id: UUID) -> Held:
    """Lift a hold."""
    return holding.lift_hold(caller, hold_id)
