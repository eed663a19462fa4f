"""Search the audit of an organisation for what one colleague did; who searched for whom is written into it too."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.access.guards import Caller
from app.access.permissions import Permission, Purpose
from app.access.roles import Role
from app.core import audit
from app.core.errors import NotFound
from app.core.pages import Position
from app.records.queries import audit_search as queries
from app.records.queries.audit_search import Act

P = Permission.CHANGE_PEOPLE
ACT = "search audit"


def search(
    by: Caller, organisation_id: UUID, person_id: UUID, day: date, after: Position | None, limit: int
) -> list[Act]:
    """What a colleague did on a day, as `queries.acts`; raises NotFound where the organisation is not the caller's."""
    if organisation_id not in by.organisations(P):
        raise NotFound
    found = queries.acts(organisation_id, person_id, day, after, limit)
    entry = audit.Entry(
        str(Role.ADMIN),
        ACT,
        organisation_id=organisation_id,
        actor_id=by.person_id,
        purpose=str(Purpose.SERVICE),
        subject_id=person_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)
    return found
