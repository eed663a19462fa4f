"""What is kept for how long, and legal holds: set and lifted."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Invalid, NotFound
from app.core.http import Pages
from app.patients import enrolment
from app.records import schedule
from app.records.queries import keeping
from app.records.queries.keeping import Held
from app.records.schemas import keeping as schemas
from app.records.service import holding
from app.teams import queries as teams
from app.web import frame, moments
from app.web.admin.pages import REFUSED, faults, said

pages = Pages("admin_keeping", __name__, url_prefix="/admin/organisations/<uuid:organisation_id>/keeping")

CHANGES = guards.on_caseload(Permission.CHANGE_RETENTION)
SAID = {
    "set": "The hold is set: nothing it covers is deleted until it is lifted.",
    "lifted": "The hold is lifted. From the next night on the schedule holds again.",
}
NO_RECORD = "No record of this organisation has this number. Paste the address of the patient’s page, or its number"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEW = schemas.NewHold()


@pages.get("", access=CHANGES)
def keeping_page(caller: Caller, organisation_id: UUID) -> str:
    """The schedule, the holds that run, and the form of a new one."""
    return _shown(_mine(caller, organisation_id), {}, [])


@pages.post("/holds", access=CHANGES)
def set_hold(caller: Caller, organisation_id: UUID) -> Any:
    """Put a patient, or the whole organisation, on hold."""
    here, typed = _mine(caller, organisation_id), request.form.to_dict()
    try:
        body = http.loaded(_NEW, _body(here, typed))
        holding.set_hold(caller, here, body["patient_id"], body["reason"])
    except (*REFUSED, NotFound) as fault:
        return _shown(here, typed, _faults(fault)), 422
    return redirect(url_for("admin_keeping.keeping_page", organisation_id=here, said="set"), 303)


@pages.post("/holds/<uuid:hold_id>/lift", access=CHANGES)
def lift_hold(caller: Caller, organisation_id: UUID, hold_id: UUID) -> Any:
    """Lift a hold."""
    here = _mine(caller, organisation_id)
    holding.lift_hold(caller, hold_id)
    return redirect(url_for("admin_keeping.keeping_page", organisation_id=here, said="lifted"), 303)


def _mine(caller: Caller, organisation_id: UUID) -> UUID:
    if organisation_id not in caller.organisations(Permission.CHANGE_RETENTION):
        raise NotFound
    return organisation_id


def _body(organisation_id: UUID, typed: dict[str, str]) -> dict[str, Any]:
    """What was typed as the schema takes it: what is on hold has to be said, for an empty field must not mean all."""
    covers, record = typed.get("covers", ""), _UUID.search(typed.get("record", ""))
    if covers not in ("one", "all"):
        raise _wrong("covers", "Choose whether one record or all of them are on hold")
    if covers == "one" and record is None:
        raise _wrong("record", NO_RECORD)
    patient_id = record[0] if covers == "one" and record else None
    return {"organisation_id": str(organisation_id), "patient_id": patient_id, "reason": typed.get("reason", "")}


def _wrong(field: str, words: str) -> Invalid:
    return Invalid(words, errors=[{"pointer": f"/{field}", "detail": words}])


def _faults(fault: Any) -> list[dict[str, str]]:
    if isinstance(fault, NotFound):
        return [{"text": NO_RECORD, "href": "#record"}]
    said_of_reason = "Write why, in 10 characters or more"
    found = faults(fault, "covers")
    return [{**one, "text": said_of_reason} if one["href"] == "#reason" else one for one in found]


def _shown(organisation_id: UUID, values: dict[str, str], errors: list[dict[str, str]]) -> str:
    (here,) = teams.organisations([organisation_id])
    return frame.for_staff(
        "admin/keeping.html",
        None,
        "people",
        organisation=here.name,
        holds=[_hold(one, organisation_id) for one in keeping.holds([organisation_id])],
        schedule=schedule.SHIPPED,
        action=url_for("admin_keeping.set_hold", organisation_id=organisation_id),
        values=values,
        errors=errors,
        back={"href": url_for("admin.organisation", organisation_id=organisation_id), "text": "Teams and people"},
        **said(SAID),
    )


def _hold(one: Held, organisation_id: UUID) -> dict[str, Any]:
    return {
        "covers": one.patient or "All records of the organisation",
        "reason": one.row.reason,
        "by": one.set_by,
        "since": moments.full(one.row.created_at.astimezone(enrolment.LONDON).date()),
        "lift_url": url_for("admin_keeping.lift_hold", organisation_id=organisation_id, hold_id=one.row.id),
    }
