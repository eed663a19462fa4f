"""Instruments that people rate with, and the licences of those that need one: recorded and ended."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import clock, http
from app.core.errors import NotFound
from app.core.http import Pages
from app.patients import enrolment
from app.ratings.models import InstrumentLicence
from app.ratings.queries import instruments as queries
from app.ratings.schemas import planning as schemas
from app.ratings.service import licensing
from app.teams import queries as teams
from app.web import frame, moments
from app.web.admin.pages import REFUSED, faults, said

pages = Pages("admin_instruments", __name__, url_prefix="/admin/organisations/<uuid:organisation_id>/instruments")

CHANGES: Final = guards.on_caseload(Permission.CHANGE_LICENCES)
SAID: Final = {
    "recorded": "The licence is recorded. Ratings can be begun with this instrument until it expires.",
    "ended": "The licence has ended. No new rating is begun; earlier ones stay.",
}
_NEW: Final = schemas.NewLicence()
_TYPED: Final = ("code", "holder", "number", "approval", "expires_on")


@pages.get("", access=CHANGES)
def overview(caller: Caller, organisation_id: UUID) -> str:
    """Every instrument that is there, its licences, and the form of a new one."""
    return _shown(_mine(caller, organisation_id), {}, [])


@pages.post("", access=CHANGES)
def record(caller: Caller, organisation_id: UUID) -> Any:
    """Record a licence, in the place of the one before."""
    here, typed = _mine(caller, organisation_id), request.form.to_dict()
    try:
        body = http.loaded(_NEW, {"organisation_id": str(here), **{name: typed.get(name, "") for name in _TYPED}})
        licensing.record(**body, by=caller.person_id)
    except (*REFUSED, NotFound) as fault:
        return _shown(here, typed, faults(fault, "code")), fault.status
    return redirect(url_for("admin_instruments.overview", organisation_id=here, said="recorded"), 303)


@pages.post("/licences/<uuid:licence_id>/end", access=CHANGES)
def end(caller: Caller, organisation_id: UUID, licence_id: UUID) -> Any:
    """End a licence: no new rating from now on."""
    here = _mine(caller, organisation_id)
    licensing.end(here, licence_id, caller.person_id)
    return redirect(url_for("admin_instruments.overview", organisation_id=here, said="ended"), 303)


def _mine(caller: Caller, organisation_id: UUID) -> UUID:
    if organisation_id not in caller.organisations(Permission.CHANGE_LICENCES):
        raise NotFound
    return organisation_id


def _shown(organisation_id: UUID, values: dict[str, str], errors: list[dict[str, str]]) -> str:
    (here,) = teams.organisations([organisation_id])
    loaded = queries.registry().values()
    return frame.for_staff(
        "admin/instruments.html",
        None,
        "people",
        organisation=here.name,
        instruments=[
            {"name": one.name, "version": one.version, "licensed": one.is_licensed, "approved": one.approved_by}
            for one in loaded
        ],
        licensed=[{"value": one.code, "text": one.name} for one in loaded if one.is_licensed],
        licences=[_licence(one, organisation_id) for one in queries.licences(organisation_id)],
        action=url_for("admin_instruments.record", organisation_id=organisation_id),
        values=values,
        errors=errors,
        back={"href": url_for("admin.organisation", organisation_id=organisation_id), "text": "Teams and people"},
        **said(SAID),
    )


def _licence(one: InstrumentLicence, organisation_id: UUID) -> dict[str, Any]:
    is_over = one.expires_on < clock.today(enrolment.LONDON)
    return {
        "code": one.code,
        "holder": one.holder,
        "number": one.number,
        "approval": one.approval,
        "until": moments.full(one.expires_on),
        "state": "ended" if one.ended_at else "expired" if is_over else "runs",
        "end_url": None
        if one.ended_at
        else url_for("admin_instruments.end", organisation_id=organisation_id, licence_id=one.id),
    }
