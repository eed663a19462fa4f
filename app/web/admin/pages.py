"""The organisation: its teams and people, a team made, an administrator made or ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import http
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.core.http import Pages
from app.identity import introductions
from app.teams import queries as teams
from app.teams import schemas
from app.teams import service as staffing
from app.web import frame
from app.web.admin import gathering, team_form

pages = Pages("admin", __name__, url_prefix="/admin")

P = Permission
SEES, CHANGES = guards.on_caseload(P.SEE_PEOPLE), guards.on_caseload(P.CHANGE_PEOPLE)
MAKES = guards.on_caseload(P.CHANGE_TEAMS)
HERE = "/organisations/<uuid:organisation_id>"
SAID = {
    "admin": "They administer the organisation now.",
    "unlocked": "The account is open again.",
    "admin-ended": "They do not administer the organisation any more.",
}
REFUSED = (Invalid, Conflict, Forbidden)
_NEW_TEAM, _NEW_ADMIN = schemas.NewTeam(), schemas.NewAdmin()


@pages.get("/", access=SEES)
def start(caller: Caller) -> Any:
    """The first organisation by name in which the caller sees people."""
    first = teams.organisations(caller.organisations(P.SEE_PEOPLE))[0]
    return redirect(url_for("admin.organisation", organisation_id=first.id), 303)


@pages.get(HERE, access=SEES)
def organisation(caller: Caller, organisation_id: UUID) -> str:
    """Teams and people."""
    context = gathering.for_organisation(caller, organisation_id)
    return frame.for_staff("admin/organisation.html", None, "people", **context, **said(SAID))


@pages.get(f"{HERE}/teams/new", access=MAKES)
def new_team(caller: Caller, organisation_id: UUID) -> str:
    """The form of a new team, filled in with what is usual."""
    return _team_form(caller, organisation_id, team_form.usual(), [])


@pages.post(f"{HERE}/teams/new", access=MAKES)
def make_team(caller: Caller, organisation_id: UUID) -> Any:
    """Make a team, and go to its page."""
    typed = request.form.to_dict()
    try:
        body = http.loaded(_NEW_TEAM, team_form.body(typed, with_lead=False))
        body.pop("organisation_id")
        made = staffing.add_team(administered(caller, organisation_id), **body, by=caller)
    except REFUSED as fault:
        return _team_form(caller, organisation_id, typed, team_form.faults(fault)), fault.status
    return redirect(url_for("admin_team.team", team_id=made.id, said="made"), 303)


@pages.get(f"{HERE}/admins/new", access=CHANGES)
def new_admin(caller: Caller, organisation_id: UUID) -> str:
    """The form of a new administrator."""
    return _admin_form(caller, organisation_id, {}, [])


@pages.post(f"{HERE}/admins", access=CHANGES)
def add_admin(caller: Caller, organisation_id: UUID) -> Any:
    """Make somebody an administrator."""
    here, typed = administered(caller, organisation_id), request.form.to_dict()
    try:
        body = http.loaded(_NEW_ADMIN, fields(typed, "given_name", "family_name", "email"))
        staffing.introduce_admin(here, introductions.introduced(**body), caller)
    except REFUSED as fault:
        return _admin_form(caller, organisation_id, typed, faults(fault, "given_name")), fault.status
    return redirect(url_for("admin.organisation", organisation_id=here, said="admin"), 303)


@pages.post(f"{HERE}/admins/<uuid:membership_id>/end", access=CHANGES)
def end_admin(caller: Caller, organisation_id: UUID, membership_id: UUID) -> Any:
    """End an administrator's role."""
    staffing.end_admin(administered(caller, organisation_id), membership_id, caller)
    return redirect(url_for("admin.organisation", organisation_id=organisation_id, said="admin-ended"), 303)


def administered(caller: Caller, organisation_id: UUID) -> UUID:
    """An organisation that the caller administers; raises NotFound."""
    if organisation_id not in caller.organisations(P.CHANGE_PEOPLE):
        raise NotFound
    return organisation_id


def said(words: dict[str, str]) -> dict[str, str | None]:
    """What was just done, by the word in the address."""
    return {"message": words.get(request.args.get("said", ""))}


def fields(typed: dict[str, str], *names: str) -> dict[str, str]:
    """The fields of a form that a schema is to read."""
    return {name: typed.get(name, "").strip() for name in names}


def faults(fault: DomainError, first: str) -> list[dict[str, str]]:
    """What was refused, each with the field to go to; what concerns no field leads to the first."""
    named = {one["pointer"].strip("/").split("/")[0]: _in_words(one, fault) for one in fault.errors}
    return [{"text": text, "href": f"#{field}"} for field, text in named.items()] or [
        {"text": fault.detail, "href": f"#{first}"}
    ]


def _in_words(one: dict[str, str], fault: DomainError) -> str:
    # What a service says of a field is written for people; what a schema says of it is said here.
    return one["detail"] if one["detail"] == fault.detail else SAYS.get(one["pointer"], one["detail"])


SAYS = {
    "/given_name": "Write the first name",
    "/family_name": "Write the last name",
    "/email": "Write an e-mail address such as anna.lind@nhs.net",
    "/role": "Choose a role",
    "/person_id": "Choose whom to search for",
    "/day": "Choose a day",
    "/from_id": "Choose whose patients are handed over",
    "/to_id": "Choose who has them from now on",
    "/team": "Write the name of the team",
    "/phone": "Write a mobile number or an e-mail address",
    "/reason": "Write how you checked who they are, in 20 characters or more",
    "/ends_on": "Choose the last day",
    "/agreement": "Write how and when it was agreed, in 20 characters or more",
    "/organisation": "Write the name of the organisation",
}


def _team_form(caller: Caller, organisation_id: UUID, values: dict[str, str], errors: list[dict[str, str]]) -> str:
    back = url_for("admin.organisation", organisation_id=administered(caller, organisation_id))
    return frame.for_staff(
        "admin/team_form.html",
        None,
        "people",
        heading="Make a team",
        button_words="Make this team",
        action=url_for("admin.make_team", organisation_id=organisation_id),
        version=None,
        back={"href": back, "text": "Teams and people"},
        **gathering.for_team_form(caller, None, values, errors),
    )


def _admin_form(caller: Caller, organisation_id: UUID, values: dict[str, str], errors: list[dict[str, str]]) -> str:
    (here,) = teams.organisations([administered(caller, organisation_id)])
    return frame.for_staff(
        "admin/new_admin.html",
        None,
        "people",
        organisation=here.name,
        action=url_for("admin.add_admin", organisation_id=here.id),
        back={"href": url_for("admin.organisation", organisation_id=here.id), "text": "Teams and people"},
        values=values,
        errors=errors,
    )
