"""Break-glass in the console: open one record in an emergency, end it, and review what others opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import http, pages
from app.core.errors import Conflict, DomainError, Invalid, NotFound, TooMany
from app.core.http import Pages
from app.patients.queries import emergency as queries
from app.patients.schemas import emergency as schemas
from app.patients.service import emergency as service
from app.web import frame
from app.web.coordinator import emergencies

page = Pages("emergency", __name__, url_prefix="/console")
BREAKS_GLASS, REVIEWS = guards.on_caseload(Permission.BREAK_GLASS), guards.on_caseload(Permission.REVIEW_ACCESS)
NOT_FOUND = "No record of your organisation has this NHS number."
AT_ONCE = 50
_NEW, _REVIEW = schemas.NewEmergencyAccess(), schemas.Review()


@page.get("/emergency", access=BREAKS_GLASS)
def ask(caller: Caller) -> Any:
    """The form, and what the caller has open; a second factor is asked for again where it was not shown just now."""
    if not service.has_fresh_factor(caller):
        return redirect(url_for("second_factor.ask", next=url_for("emergency.ask"), again=1), 303)
    return _form(caller, {}, [])


@page.post("/emergency", access=BREAKS_GLASS)
def open_record(caller: Caller) -> Any:
    """Open a record and go there, or say what is missing."""
    typed = {name: request.form.get(name, "").strip() for name in ("nhs_number", "reason")}
    try:
        access = service.open_record(caller, **http.loaded(_NEW, typed))
    except (Invalid, NotFound, Conflict, TooMany) as refused:
        return _form(caller, typed, _errors(refused)), refused.status, refused.headers
    return redirect(url_for("coordinator.patient", patient_id=access.patient_id), 303)


@page.post("/emergency/<uuid:access_id>/end", access=BREAKS_GLASS)
def end(caller: Caller, access_id: UUID) -> Any:
    """End one's own emergency access before its time."""
    service.end(caller, access_id)
    return redirect(url_for("coordinator.worklist"), 303)


@page.get("/emergencies", access=REVIEWS)
def listed(caller: Caller) -> str:
    """What was opened in the organisation, for a lead to look at again."""
    return _list(caller)


@page.post("/emergencies/<uuid:access_id>/review", access=REVIEWS)
def review(caller: Caller, access_id: UUID) -> Any:
    """Write down what came of looking at it again."""
    typed = {"note": request.form.get("note", "").strip()}
    try:
        service.review(caller, access_id, http.loaded(_REVIEW, typed)["note"])
    except (Invalid, Conflict) as refused:
        said = "Write down what came of it." if isinstance(refused, Invalid) else refused.detail
        error = {"id": str(access_id), "text": said, "href": f"#note-{access_id}"}
        return _list(caller, [error]), refused.status
    return redirect(url_for("emergency.listed"), 303)


def _form(caller: Caller, typed: dict[str, str], errors: list[dict[str, str]]) -> str:
    mine = queries.running_of(caller.person_id)
    service.note_listed(caller, Permission.SEE_PATIENT, mine)
    return frame.for_staff(
        "coordinator/emergency.html", None, "emergency", values=typed, errors=errors, running=emergencies.running(mine)
    )


def _list(caller: Caller, errors: list[dict[str, str]] | None = None) -> str:
    only_open, organisations = request.args.get("all") is None, caller.organisations(Permission.REVIEW_ACCESS)
    rows = queries.in_organisations(organisations, only_open, _after(), AT_ONCE)
    found = pages.page(rows, AT_ONCE, lambda row: (row.access.created_at, row.access.id))
    service.note_listed(caller, Permission.REVIEW_ACCESS, found.items)
    context = emergencies.to_review(found, caller.person_id, only_open)
    return frame.for_staff("coordinator/emergencies.html", None, "emergencies", errors=errors or [], **context)


def _errors(refused: DomainError) -> list[dict[str, str]]:
    if isinstance(refused, Invalid):
        return [{"text": one["detail"], "href": f"#{one['pointer'].strip('/')}"} for one in refused.errors]
    said = NOT_FOUND if isinstance(refused, NotFound) else refused.detail
    return [{"text": said, "href": "#nhs_number"}]


def _after() -> Any:
    try:
        return pages.position(request.args.get("cursor"))
    except Invalid:
        return None  # somebody typed into the address: the first page
