"""Admit a caller to a patient or to their caseload, and write down that it was done, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn
from uuid import UUID

from flask import current_app, g, request

from app.access import callers
from app.access.callers import Admitted, Caller, Credential, Directory, Found
from app.access.permissions import WHOLE_ORGANISATION, Permission, Purpose
from app.access.roles import CIRCLE, Role
from app.core import audit, rows
from app.core.errors import Forbidden, NotFound, SecondFactorNeeded, StepUpNeeded, Unauthenticated
from app.core.unit_of_work import unit_of_work

NOT_YOURS = "The patient has not given you this, or your role does not include it."
LOOKING = "While you look at what somebody else sees, nothing can be changed."
SEE_AS = "see_as"


def directory() -> Directory:
    known: Directory = current_app.extensions["directory"]
    return known


def credential() -> Credential | None:
    """The credential this face of Kith listens to: API routes ignore cookies, pages ignore bearer tokens."""
    if request.path.startswith("/api/"):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return Credential("bearer", token) if scheme.lower() == "bearer" and token else None
    cookie = request.cookies.get(current_app.config["KITH"].cookie_name)
    return Credential("cookie", cookie) if cookie else None


def caller() -> Caller:
    """Who is calling; raises 401 where nobody was admitted."""
    known: Caller | None = g.get("caller")
    if known is None:
        raise Unauthenticated
    return known


def whoever(permission: Permission | None = None) -> Caller | None:
    """Who shows a credential that holds, where nobody need: on a public page, or half signed in."""
    shown = credential()
    found = directory().caller(shown, permission) if shown else None
    if found is not None:
        know(found)
    return found


def called(permission: Permission | None = None, *, half: bool = False, unproven: bool = False) -> Caller:
    """Who is calling; raises 401 for nobody and while a second factor is due, 403 while they are unproven."""
    found = whoever(permission)
    if found is None:
        raise Unauthenticated
    if not half:
        _fully(found)
    if not unproven:
        _proven(found)
    return found


def admitted(patient_id: UUID, permission: Permission) -> tuple[Any, Role]:
    """Admit the caller to a patient: 401 unknown, 404 for a stranger, 403 without the permission; noted either way."""
    shown = credential()
    found = directory().standing(shown, patient_id) if shown else None
    if found is None:
        raise Unauthenticated
    know(found[0])
    _fully(found[0])
    _proven(found[0])
    if SEE_AS in request.args:
        return _as_member(found, patient_id, permission)
    return _decided(found, patient_id, permission)


def admitted_person(
    person_id: UUID, patient_id: UUID, permission: Permission, purpose: Purpose | None = None
) -> tuple[Any, Role]:
    """The same decision for somebody known otherwise: by their phone, by an export they asked for, by a command."""
    found = directory().standing_of_person(person_id, patient_id)
    if found is None:
        raise NotFound
    return _decided(found, patient_id, permission, purpose)


def reads(permission: Permission) -> bool:
    """May whoever was admitted here read this too? Who looks with another's eyes reads no more than with theirs."""
    eyes = filter(None, (g.standing, g.get("looker")))
    return all(callers.decide(standing, permission) is not None for standing in eyes)


def note_seen(known: Caller, permission: Permission, organisation_id: UUID, patient_ids: list[UUID]) -> None:
    """Write down whose records a list showed, or an enrolment made: the guard cannot know them beforehand."""
    if not patient_ids:
        return
    entry = audit.Entry(
        role=known.role_in(organisation_id, permission) or "none",
        action=str(permission),
        organisation_id=organisation_id,
        patient_id=patient_ids[0] if len(patient_ids) == 1 else None,
        patient_ids=patient_ids,
        actor_id=known.person_id,
        request_id=audit.request_id(),
    )
    audit.note(entry)


def reach_caseload(known: Caller, permission: Permission) -> None:
    """Reach the rows of a caseload for a view that has learnt only now which permission it needs."""
    rows.reach(callers.caseload(known, permission))


def know(known: Caller) -> None:
    g.caller, g.caller_id = known, known.person_id


def refuse(entry: audit.Entry) -> None:
    """Write a refusal in a transaction of its own: the request will be rolled back."""
    with unit_of_work():
        audit.note(entry)


def _proven(known: Caller) -> None:
    if known.is_unproven:
        raise StepUpNeeded


def _fully(known: Caller) -> None:
    if known.is_half_signed_in:
        raise SecondFactorNeeded


def _decided(
    found: Found,
    patient_id: UUID,
    permission: Permission,
    purpose: Purpose | None = None,
    about: UUID | None = None,
) -> tuple[Any, Role]:
    known, patient, standing = found
    g.standing = standing
    if patient is None or not standing.roles:
        _refuse_stranger(known, patient_id, permission)
    role = callers.decide(standing, permission, purpose)
    entry = _entry(found, permission, role, purpose or callers.purpose_of(role))
    if about is not None:
        entry = replace(entry, subject_id=about, purpose=str(Purpose.PREVIEW))
    if role is None:
        refuse(entry)
        raise Forbidden(NOT_YOURS)
    audit.note(entry)
    if permission in WHOLE_ORGANISATION:
        rows.reach_whole([patient.organisation_id])
    return _seen_by(patient, role), role


def _entry(found: Found, permission: Permission, role: Role | None, purpose: Purpose) -> audit.Entry:
    known, patient, standing = found
    assert patient is not None  # strangers were turned away
    return audit.Entry(
        role=role or standing.first_role or "none",
        action=str(permission) if role else f"refused {permission}",
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        actor_id=known.person_id,
        on_behalf_of=patient.person_id if role is Role.ACTING else None,
        purpose=str(purpose),
        request_id=audit.request_id(),
    )


def _refuse_stranger(known: Caller, patient_id: UUID, permission: Permission) -> NoReturn:
    entry = audit.Entry(
        role="stranger",
        action=f"refused {permission}",
        actor_id=known.person_id,
        subject_id=patient_id,
        request_id=audit.request_id(),
    )
    refuse(entry)
    raise NotFound


def _as_member(found: Found, patient_id: UUID, permission: Permission) -> tuple[Any, Role]:
    """What a member of the circle would be answered, shown to whoever may see that."""
    if request.method not in ("GET", "HEAD"):
        raise Forbidden(LOOKING)
    try:
        member_id = UUID(request.args[SEE_AS])
    except ValueError:
        raise NotFound from None
    patient, _ = _decided(found, patient_id, Permission.PREVIEW_MEMBER, about=member_id)
    theirs = directory().standing_of_member(member_id, patient_id)
    if theirs is None or theirs[1] is None:
        raise NotFound
    # What they see as a member: a clinician in the circle does not open to the patient what clinicians see.
    seen = replace(theirs[2], roles=theirs[2].roles & (CIRCLE | {Role.ACTING}))
    g.seen_as = member_id
    know(theirs[0])
    g.standing, g.looker = seen, found[2]
    as_role = callers.decide(seen, permission)
    # Whoever acts for the patient looks no further than their own scope; and to take a copy is not to look.
    beyond = callers.decide(found[2], permission) is None or permission is Permission.EXPORT_RECORD
    if as_role is None or beyond:
        raise Forbidden(NOT_YOURS)
    return _seen_by(patient, as_role), as_role


def _seen_by(patient: Admitted, role: Role) -> Admitted:
    """The patient as somebody in this role may see them: single items may be kept from the circle."""
    if role is Role.VISITOR:
        return patient.for_visitor()
    return patient.for_circle() if role in CIRCLE else patient
