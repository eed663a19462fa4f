"""The audit of an organisation, searched by its administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page
from app.records.queries.audit_search import Act
from app.records.schemas import audit_search as schemas
from app.records.service import searching

routes = Routes("audit", __name__, url_prefix="/api/organisations", description="What those who work here did")


@routes.get(
    "/<uuid:organisation_id>/people/<uuid:person_id>/acts",
    access=guards.on_caseload(searching.P),
    query=schemas.AuditQuery(),
    gives={200: schemas.Acts},
)
def search(caller: Caller, organisation_id: UUID, person_id: UUID, query: dict[str, Any]) -> Page[Act]:
    """What one colleague did on one day, and what was done to them; last first, and no patient is named."""
    after, limit = pages.position(query["cursor"]), query["limit"]
    rows = searching.search(caller, organisation_id, person_id, query["day"], after, limit)
    return pages.page(rows, limit, lambda row: (row.look.at, row.look.id))
