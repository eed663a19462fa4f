"""Legal holds: while one runs, nothing it covers is deleted by schedule. An administrator sees a name and a reason."""

from __future__ import annotations

from uuid import UUID

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import audit, clock
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.records.models import LegalHold
from app.records.queries import keeping as queries
from app.records.queries.keeping import Held

P = Permission.CHANGE_RETENTION


def set_hold(by: Caller, organisation_id: UUID, patient_id: UUID | None, reason: str) -> Held:
    """Put a patient, or without one the whole organisation, on hold. Raises NotFound for what is not the caller's."""
    if organisation_id not in by.organisations(P):
        raise NotFound
    if patient_id is not None and not queries.is_of(patient_id, organisation_id):
        raise NotFound
    hold = LegalHold(organisation_id=organisation_id, patient_id=patient_id, set_by=by.person_id)
    hold.reason = reason
    db.session.add(hold)
    db.session.flush()
    _note(by, hold, "set_legal_hold")
    return queries.hold(hold.id)


def lift_hold(by: Caller, hold_id: UUID) -> Held:
    """Lift a hold: from the next night on the schedule holds again."""
    hold = db.session.get(LegalHold, hold_id, with_for_update=True, populate_existing=True)
    if hold is None or hold.organisation_id not in by.organisations(P):
        raise NotFound
    if hold.lifted_at is not None:
        raise Conflict("This hold was lifted before.")
    hold.lifted_at, hold.lifted_by = clock.now(), by.person_id
    db.session.flush()
    _note(by, hold, "lift_legal_hold")
    return queries.hold(hold.id)


def _note(by: Caller, hold: LegalHold, action: str) -> None:
    # Not under the patient: whether something is kept for a legal case is not told them by the list of who looked.
    entry = audit.Entry(
        str(Role.ADMIN),
        action,
        organisation_id=hold.organisation_id,
        actor_id=by.person_id,
        purpose="running the service",
        subject_id=hold.id,
        request_id=audit.request_id(),
    )
    audit.note(entry)
