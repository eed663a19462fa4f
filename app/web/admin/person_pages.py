"""Somebody who works here: their roles, how they sign in, an account locked and unlocked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import http
from app.core.http import Pages
from app.identity import schemas
from app.identity.service import second_factors
from app.teams import queries as teams
from app.teams import service as staffing
from app.web import frame
from app.web.admin import gathering
from app.web.admin import pages as organisation_pages
from app.web.admin.pages import REFUSED, administered, faults, fields

pages = Pages("admin_person", __name__, url_prefix="/admin/organisations/<uuid:organisation_id>/people")

P = Permission
CHANGES = guards.on_caseload(P.CHANGE_PEOPLE)
PERSON = "/<uuid:person_id>"
SAID = {
    "locked": "The account is locked.",
    "unlocked": "The account is open again.",
    "signed-out": "They are signed out everywhere.",
    "reset": "Their second factors are gone. They set up a new one when they sign in next.",
}
_CHECK = schemas.IdentityCheck()


@pages.get(PERSON, access=guards.on_caseload(P.SEE_PEOPLE))
def person(caller: Caller, organisation_id: UUID, person_id: UUID) -> str:
    """One person."""
    return _person(caller, organisation_id, person_id, [])


@pages.post(f"{PERSON}/lock", access=CHANGES)
def lock(caller: Caller, organisation_id: UUID, person_id: UUID) -> Any:
    """Lock an account."""
    try:
        staffing.lock(administered(caller, organisation_id), person_id, caller)
    except REFUSED as fault:
        return _person(caller, organisation_id, person_id, faults(fault, "account")), fault.status
    return _back(organisation_id, person_id, "locked")


@pages.post(f"{PERSON}/unlock", access=CHANGES)
def unlock(caller: Caller, organisation_id: UUID, person_id: UUID) -> Any:
    """Open a locked account again."""
    staffing.unlock(administered(caller, organisation_id), person_id, caller)
    if not teams.works_here(organisation_id, person_id):
        return redirect(url_for("admin.organisation", organisation_id=organisation_id, said="unlocked"), 303)
    return _back(organisation_id, person_id, "unlocked")


@pages.post(f"{PERSON}/sign-out", access=CHANGES)
def sign_out(caller: Caller, organisation_id: UUID, person_id: UUID) -> Any:
    """Sign somebody out everywhere."""
    try:
        staffing.sign_out(administered(caller, organisation_id), person_id, caller)
    except REFUSED as fault:
        return _person(caller, organisation_id, person_id, faults(fault, "account")), fault.status
    return _back(organisation_id, person_id, "signed-out")


@pages.post(f"{PERSON}/second-factor", access=CHANGES)
def reset_second_factor(caller: Caller, organisation_id: UUID, person_id: UUID) -> Any:
    """Take every second factor from somebody who lost them and whose identity was checked."""
    here, typed = administered(caller, organisation_id), request.form.to_dict()
    try:
        body = http.loaded(_CHECK, fields(typed, "reason"))
        second_factors.reset_of_staff(person_id, [here], caller.person_id, body["reason"])
    except REFUSED as fault:
        return _person(caller, organisation_id, person_id, faults(fault, "reason"), typed), fault.status
    return _back(organisation_id, person_id, "reset")


def _person(
    caller: Caller,
    organisation_id: UUID,
    person_id: UUID,
    errors: list[dict[str, str]],
    values: dict[str, str] | None = None,
) -> str:
    context = gathering.for_person(caller, organisation_id, person_id, values or {}, errors)
    return frame.for_staff("admin/person.html", None, "people", **context, **organisation_pages.said(SAID))


def _back(organisation_id: UUID, person_id: UUID, done: str) -> Any:
    here: dict[str, Any] = {"organisation_id": organisation_id, "person_id": person_id}
    return redirect(url_for("admin_person.person", **here, said=done), 303)
