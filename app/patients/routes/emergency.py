"""Emergency access: open one record, end it, and review what others opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page
from app.patients.queries import emergency as queries
from app.patients.queries.emergency import Opened
from app.patients.schemas import emergency as schemas
from app.patients.service import emergency as service

routes = Routes("emergency_access", __name__, url_prefix="/api", description="A record opened in an emergency")

BREAKS_GLASS, REVIEWS = guards.on_caseload(Permission.BREAK_GLASS), guards.on_caseload(Permission.REVIEW_ACCESS)


@routes.get("/emergency-access", access=BREAKS_GLASS, gives={200: schemas.RunningAccesses})
def mine(caller: Caller) -> dict[str, list[Opened]]:
    """What the caller has open, opened last first."""
    items = queries.running_of(caller.person_id)
    service.note_listed(caller, Permission.SEE_PATIENT, items)
    return {"items": items}


@routes.post(
    "/emergency-access", access=BREAKS_GLASS, takes=schemas.NewEmergencyAccess(), gives={201: schemas.EmergencyAccess}
)
def open_record(caller: Caller, body: dict[str, Any]) -> Opened:
    """Open one record for four hours, to see; a second factor must have been shown in the last five minutes."""
    return queries.opened(service.open_record(caller, **body).id)


@routes.post(
    "/emergency-access/<uuid:access_id>/end",
    access=BREAKS_GLASS,
    keyed=False,  # ended twice is ended once
    gives={200: schemas.EmergencyAccess},
)
def end(caller: Caller, access_id: UUID) -> Opened:
    """End one's own emergency access before its time."""
    service.end(caller, access_id)
    return queries.opened(access_id)


@routes.get(
    "/emergency-accesses", access=REVIEWS, query=schemas.EmergencyQuery(), gives={200: schemas.EmergencyAccesses}
)
def accesses(caller: Caller, query: dict[str, Any]) -> Page[Opened]:
    """What was opened in the caller's organisation, opened last first."""
    organisations = caller.organisations(Permission.REVIEW_ACCESS)
    after = pages.position(query["cursor"])
    rows = queries.in_organisations(organisations, query["unreviewed"], after, query["limit"])
    page = pages.page(rows, query["limit"], lambda row: (row.access.created_at, row.access.id))
    service.note_listed(caller, Permission.REVIEW_ACCESS, page.items)
    return page


@routes.post(
    "/emergency-accesses/<uuid:access_id>/review",
    access=REVIEWS,
    keyed=False,  # reviewed once
    takes=schemas.Review(),
    gives={200: schemas.EmergencyAccess},
)
def review(caller: Caller, access_id: UUID, body: dict[str, str]) -> Opened:
    """Write down what came of looking at it again."""
    service.review(caller, access_id, body["note"])
    return queries.opened(access_id)
