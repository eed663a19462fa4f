"""Write down who changed a team, or whose work or account."""

from __future__ import annotations

from uuid import UUID

from app.access.guards import Caller
from app.access.permissions import Permission, Purpose
from app.access.roles import allowed
from app.core import audit


def note(by: Caller, permission: Permission, action: str, organisation_id: UUID, subject_id: UUID) -> None:
    """Note an act on somebody who works for an organisation, on a team of it, or on an invitation into one."""
    held = (role for where, _, role in by.memberships if where == organisation_id and allowed(role, permission))
    entry = audit.Entry(
        role=next(held),
        action=action,
        organisation_id=organisation_id,
        actor_id=by.person_id,
        purpose=Purpose.SERVICE,
        subject_id=subject_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def by_operator(action: str, organisation_id: UUID, subject_id: UUID) -> None:
    """Note what was done at the command line of the service."""
    entry = audit.Entry("operator", action, organisation_id, purpose=Purpose.SERVICE, subject_id=subject_id)
    audit.note(entry)
