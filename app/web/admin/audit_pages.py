"""What those who work here did: the audit of an organisation, searched by person and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import request, url_for

from app.access import guards
from app.access.guards import Caller
from app.core import clock, http
from app.core import pages as lists
from app.core.errors import Invalid
from app.core.http import Pages
from app.patients import enrolment
from app.records.queries.audit_search import Act
from app.records.schemas import audit_search as schemas
from app.records.service import searching
from app.teams import queries as teams
from app.web import frame, moments
from app.web.admin.pages import administered, faults

pages = Pages("admin_audit", __name__, url_prefix="/admin/organisations/<uuid:organisation_id>/audit")

AT_ONCE: Final = 200
_FORM = schemas.AuditForm()


@pages.get("", access=guards.on_caseload(searching.P))
def search(caller: Caller, organisation_id: UUID) -> Any:
    """The form, and what was found for it."""
    here, asked = administered(caller, organisation_id), _asked()
    if not any(asked.values()):
        return _shown(here, {"day": clock.today(enrolment.LONDON).isoformat()})
    return _searched(caller, here, asked)


def _searched(caller: Caller, here: UUID, asked: dict[str, str]) -> Any:
    """What was found, or what is wrong with what was asked."""
    try:
        query = http.loaded(_FORM, asked | {"limit": AT_ONCE, "cursor": request.args.get("cursor")})
        after = lists.position(query.pop("cursor"))
        rows = searching.search(caller, here, after=after, **query)
    except Invalid as fault:
        return _shown(here, asked, errors=faults(fault, "day")), fault.status
    found = lists.page(rows, AT_ONCE, lambda row: (row.look.at, row.look.id))
    return _shown(here, asked, found=_found(found.items, query["day"]), earlier=found.next)


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in ("person_id", "day")}


def _shown(
    organisation_id: UUID,
    values: dict[str, str],
    found: dict[str, Any] | None = None,
    errors: list[dict[str, str]] | None = None,
    earlier: str | None = None,
) -> str:
    chosen = values.get("person_id", "")
    people = [{"value": str(one.id), "text": one.name} for one in teams.ever_here(organisation_id)]
    offered = [{**one, "selected": one["value"] == chosen} for one in people]
    here = url_for("admin_audit.search", organisation_id=organisation_id)
    onward: dict[str, Any] = {"organisation_id": organisation_id, **values, "cursor": earlier}
    return frame.for_staff(
        "admin/audit.html",
        None,
        "people",
        action=here,
        people=[{"value": "", "text": "Choose somebody"}, *offered],
        name=next((one["text"] for one in offered if one["selected"]), ""),
        values=values,
        errors=errors or [],
        found=found,
        earlier_href=url_for("admin_audit.search", **onward) if earlier else None,
        back={"href": url_for("admin.organisation", organisation_id=organisation_id), "text": "Teams and people"},
    )


def _found(acts: Sequence[Act], day: date) -> dict[str, Any]:
    lines = [
        {
            "at": {
                "iso": act.look.at.isoformat(),
                "words": act.look.at.astimezone(enrolment.LONDON).strftime("%H:%M"),
            },
            "sentence": act.sentence,
            "refused": act.look.is_refused or act.look.is_in_vain,
        }
        for act in acts
    ]
    return {"day": moments.full(day), "lines": lines}
