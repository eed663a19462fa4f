"""Who works in an organisation, their accounts, and its admins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import pages
from app.core.errors import NotFound
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.identity import introductions
from app.teams import queries, schemas, service
from app.teams.queries import Colleague, Member

routes = Routes("people", __name__, url_prefix="/api/organisations", description="Who works in an organisation")

P = Permission
SEES = guards.on_caseload(P.SEE_PEOPLE)
CHANGES = guards.on_caseload(P.CHANGE_PEOPLE)
PERSON = "/<uuid:organisation_id>/people/<uuid:person_id>"


@routes.get("/<uuid:organisation_id>/people", access=SEES, query=PageQuery(), gives={200: schemas.Colleagues})
def people(caller: Caller, organisation_id: UUID, query: dict[str, Any]) -> Page[Colleague]:
    """Who works here and how they sign in, known last first; a lead sees the people of their own teams."""
    of = queries.staff(caller, organisation_id)
    rows = queries.colleagues(of, pages.position(query["cursor"]), query["limit"])
    return pages.page(rows, query["limit"], lambda row: (row.person.created_at, row.person.id))


@routes.get(PERSON, access=SEES, gives={200: schemas.Colleague})
def person(caller: Caller, organisation_id: UUID, person_id: UUID) -> Colleague:
    """One of them."""
    return queries.colleague(queries.staff(caller, organisation_id), person_id)


@routes.post(f"{PERSON}/lock", access=CHANGES, keyed=False, gives={200: schemas.Colleague})
def lock(caller: Caller, organisation_id: UUID, person_id: UUID) -> Colleague:
    """Lock an account: every session is refused at once, and sign-in too; alerts still reach the person."""
    service.lock(_administered(caller, organisation_id), person_id, caller)
    return queries.colleague(queries.staff(caller, organisation_id), person_id)


@routes.post(f"{PERSON}/unlock", access=CHANGES, keyed=False, gives={204: None})
def unlock(caller: Caller, organisation_id: UUID, person_id: UUID) -> None:
    """Let a locked person sign in again."""
    service.unlock(_administered(caller, organisation_id), person_id, caller)


@routes.post(f"{PERSON}/sign-out", access=CHANGES, keyed=False, gives={204: None})
def sign_out(caller: Caller, organisation_id: UUID, person_id: UUID) -> None:
    """End every session of a person, as after a lost phone."""
    service.sign_out(_administered(caller, organisation_id), person_id, caller)


@routes.post("/<uuid:organisation_id>/admins", access=CHANGES, takes=schemas.NewAdmin(), gives={201: schemas.TeamRole})
def add_admin(caller: Caller, organisation_id: UUID, body: dict[str, Any]) -> Member:
    """Make a colleague or somebody new an admin; others who are known are invited into a team first."""
    here = _administered(caller, organisation_id)
    return service.introduce_admin(here, introductions.introduced(**body), caller)


@routes.delete("/<uuid:organisation_id>/admins/<uuid:membership_id>", access=CHANGES, gives={204: None})
def end_admin(caller: Caller, organisation_id: UUID, membership_id: UUID) -> None:
    """End an admin's role; never one's own, never the last one's."""
    service.end_admin(_administered(caller, organisation_id), membership_id, caller)


def _administered(caller: Caller, organisation_id: UUID) -> UUID:
    if organisation_id not in caller.organisations(P.CHANGE_PEOPLE):
        raise NotFound
    return organisation_id
