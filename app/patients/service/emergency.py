"""Break the glass: open one record in an emergency, for some hours, with a reason that others read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission, Purpose
from app.access.roles import allowed
from app.core import audit, clock, events, limits
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, SecondFactorNeeded
from app.patients import enrolment
from app.patients.events import EmergencyOpened
from app.patients.models import EmergencyAccess, Patient
from app.patients.queries import emergency
from app.patients.queries.emergency import Opened
from app.patients.service import enrolling

LASTS: Final = timedelta(hours=4)
FACTOR_IS_FRESH: Final = timedelta(minutes=5)
A_DAY: Final = 5
LOOKED_FOR_A_DAY: Final = 50  # a number is soon typed wrong
SHORTEST_REASON: Final = 20
SHOW_AGAIN: Final = "Show your code or passkey again: to open a record it must have been shown in the last 5 minutes."
TOO_SHORT: Final = "Say why in 20 characters or more: the patient and a lead of your organisation will read it."
TEAMS_OWN: Final = "This patient is your team's: open the record as usual."
OWN: Final = "This record is your own."
# What the audit says besides the permissions.
ENDED: Final = "end_emergency_access"


def open_record(
    caller: Caller, reason: str, patient_id: UUID | None = None, nhs_number: str | None = None
) -> EmergencyAccess:
    """Open one record of the caller's own organisation, to see and not to change; publishes EmergencyOpened.

    It ends by itself and is never prolonged. Raises SecondFactorNeeded unless a second factor was shown just now,
    Invalid for a short reason, NotFound for a record that is not there or of others, Conflict where none is needed.
    """
    if not has_fresh_factor(caller):
        raise SecondFactorNeeded(SHOW_AGAIN)
    why = _reason(reason)
    limits.spend(f"look for a record {caller.person_id}", allowed=LOOKED_FOR_A_DAY, per=timedelta(days=1))
    record = _record(caller, patient_id, nhs_number)
    _is_needed(caller, record)
    limits.spend(f"break glass {caller.person_id}", allowed=A_DAY, per=timedelta(days=1))
    access = EmergencyAccess(person_id=caller.person_id, ends_at=clock.now() + LASTS, created_at=clock.now())
    access.organisation_id, access.patient_id, access.reason = record.organisation_id, record.id, why
    db.session.add(access)
    db.session.flush()
    _note(caller, access, str(Permission.BREAK_GLASS), Permission.BREAK_GLASS, Purpose.EMERGENCY)
    events.publish(EmergencyOpened(access.organisation_id, access.patient_id, access.id))
    return access


def has_fresh_factor(caller: Caller) -> bool:
    """Has the caller shown a second factor in the last minutes?"""
    shown = caller.second_factor_at
    return shown is not None and clock.now() - shown <= FACTOR_IS_FRESH


def end(caller: Caller, access_id: UUID) -> None:
    """End one's own emergency access before its time; ended already it stays so. Raises NotFound."""
    access = db.session.get(EmergencyAccess, access_id, with_for_update=True)
    if access is None or access.person_id != caller.person_id:
        raise NotFound
    if access.ends_at > clock.now():
        access.ends_at = clock.now()
        _note(caller, access, ENDED, Permission.BREAK_GLASS, Purpose.EMERGENCY)


def review(caller: Caller, access_id: UUID, note: str) -> None:
    """Say what came of looking at it again; said once. Raises NotFound, Conflict for what one opened oneself."""
    access = db.session.get(EmergencyAccess, access_id, with_for_update=True)
    if access is None or access.organisation_id not in caller.organisations(Permission.REVIEW_ACCESS):
        raise NotFound
    if access.person_id == caller.person_id:
        raise Conflict("You opened this record yourself: another lead reviews it.")
    if access.reviewed_at is not None:
        raise Conflict("This was reviewed before. Read again what was written.")
    access.reviewed_at, access.reviewed_by, access.review = clock.now(), caller.person_id, note
    db.session.flush()
    _note(caller, access, str(Permission.REVIEW_ACCESS), Permission.REVIEW_ACCESS, Purpose.SERVICE)


def note_listed(caller: Caller, permission: Permission, listed: Iterable[Opened]) -> None:
    """Write down whose records a list of emergencies named, for each organisation."""
    seen: dict[UUID, set[UUID]] = {}
    for one in listed:
        seen.setdefault(one.access.organisation_id, set()).add(one.access.patient_id)
    for organisation_id, patient_ids in seen.items():
        guards.note_seen(caller, permission, organisation_id, sorted(patient_ids))


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) < SHORTEST_REASON:
        raise Invalid(TOO_SHORT, errors=[{"pointer": "/reason", "detail": TOO_SHORT}])
    return reason


def _record(caller: Caller, patient_id: UUID | None, nhs_number: str | None) -> Patient:
    organisations = caller.organisations(Permission.BREAK_GLASS)
    if nhs_number is not None and (fault := enrolment.nhs_number_fault(nhs_number)):
        raise Invalid(fault, errors=[{"pointer": "/nhs_number", "detail": fault}])
    if nhs_number is not None:
        found = next(filter(None, (enrolling.by_number(one, nhs_number) for one in organisations)), None)
    else:
        found = db.session.get(Patient, patient_id)
    if found is None or found.organisation_id not in organisations:
        _note_looked_for(caller, organisations[0])
        raise NotFound
    # Opened twice at the same moment it is opened once; readings that come meanwhile do not wait.
    return db.session.get_one(Patient, found.id, with_for_update={"key_share": True})


def _note_looked_for(caller: Caller, organisation_id: UUID) -> None:
    """Whoever asks after a number that is not enrolled asks who is: it stays in the audit as a try in vain."""
    role = caller.role_in(organisation_id, Permission.BREAK_GLASS) or "none"
    entry = audit.Entry(role, str(Permission.BREAK_GLASS), organisation_id=organisation_id, actor_id=caller.person_id)
    audit.note(replace(entry, purpose=str(Purpose.EMERGENCY), request_id=audit.request_id()))


def _is_needed(caller: Caller, record: Patient) -> None:
    if record.person_id == caller.person_id:
        raise Conflict(OWN)
    if record.team_id in caller.teams(Permission.SEE_PATIENT):
        raise Conflict(TEAMS_OWN)
    if emergency.running(caller.person_id, record.id) is not None:
        raise Conflict("You have this record open. When that ends, it can be opened again with a new reason.")


def _note(caller: Caller, access: EmergencyAccess, action: str, permission: Permission, purpose: Purpose) -> None:
    entry = audit.Entry(
        role=next(role for _, _, role in caller.memberships if allowed(role, permission)),
        action=action,
        organisation_id=access.organisation_id,
        patient_id=access.patient_id,
        actor_id=caller.person_id,
        purpose=str(purpose),
        subject_id=access.id,
        request_id=audit.request_id(),
    )
    audit.note(entry)
