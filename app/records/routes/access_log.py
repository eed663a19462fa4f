"""Who looked at my record."""

from __future__ import annotations

from typing import Any

from app.access import guards
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page
from app.patients.admission import AdmittedPatient
from app.records.queries import access_log as queries
from app.records.queries.access_log import Asked, Told
from app.records.schemas import access_log as schemas

routes = Routes("access_log", __name__, url_prefix="/api", description="Who looked at a record, and why")


@routes.get(
    "/patients/<uuid:patient_id>/access-log",
    access=guards.on_patient(Permission.SEE_ACCESS_LOG),
    query=schemas.AccessLogQuery(),
    gives={200: schemas.AccessLog},
)
def access_log(patient: AdmittedPatient, query: dict[str, Any]) -> Page[Told]:
    """Who looked at the record or changed it, in which role and when, refusals too; last first."""
    after, limit = pages.position(query.pop("cursor")), query.pop("limit")
    rows = queries.access_log(patient, guards.caller().person_id, Asked(**query), after, limit)
    return pages.page(rows, limit, lambda row: (row.look.at, row.look.id))
