"""One team: who works in it, its hours and words, roles given and ended, patients handed over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import http
from app.core.errors import PreconditionFailed
from app.core.http import Pages
from app.identity import introductions
from app.patients.schemas import shared_care as patient_schemas
from app.patients.service import handing_over
from app.teams import queries as teams
from app.teams import schemas
from app.teams import service as staffing
from app.teams.models import Team
from app.web import frame
from app.web.admin import gathering, team_form
from app.web.admin import pages as organisation_pages
from app.web.admin.pages import REFUSED, faults, fields

pages = Pages("admin_team", __name__, url_prefix="/admin/teams")

P = Permission
RUNS = guards.on_caseload(P.RUN_TEAM)
TEAM = "/<uuid:team_id>"
SAID = {
    "made": "The team is made. Give people roles in it, so that somebody can enrol patients.",
    "changed": "The changes are saved.",
    "given": "The role is given.",
    "ended": "The role has ended.",
    "handed-over": "All patients are handed over.",
    "invited": "The invitation is sent. They have 72 hours; then you confirm who came.",
    "resent": "A new code is sent. The old one opens nothing any more.",
    "revoked": "The invitation is taken back.",
    "declined": "They were given nothing.",
}
_CHANGE, _NEW_ROLE, _HAND_OVER = schemas.TeamChange(), schemas.NewTeamRole(), patient_schemas.HandOver()


@pages.get(TEAM, access=guards.on_caseload(P.SEE_PEOPLE))
def team(caller: Caller, team_id: UUID) -> str:
    """One team."""
    return shown(caller, teams.team_for(caller, team_id, P.SEE_PEOPLE))


@pages.get(f"{TEAM}/change", access=RUNS)
def change(caller: Caller, team_id: UUID) -> str:
    """The form of a team."""
    known = teams.team_for(caller, team_id, P.RUN_TEAM)
    return _form(caller, known, team_form.of_team(known), [])


@pages.post(f"{TEAM}/change", access=RUNS)
def save(caller: Caller, team_id: UUID) -> Any:
    """Change a team, unless somebody else did since its form was opened."""
    known, typed = teams.team_for(caller, team_id, P.RUN_TEAM), request.form.to_dict()
    names_lead = Role.LEAD in teams.giveable(caller, known)
    try:
        body = http.loaded(_CHANGE, team_form.body(typed, with_lead=names_lead))
        staffing.change_team(known, _version(typed), body, caller)
    except (*REFUSED, PreconditionFailed) as fault:
        return _form(caller, known, typed, team_form.faults(fault)), fault.status
    return redirect(url_for("admin_team.team", team_id=team_id, said="changed"), 303)


@pages.post(f"{TEAM}/roles", access=RUNS)
def give_role(caller: Caller, team_id: UUID) -> Any:
    """Give somebody a role."""
    known, typed = teams.team_for(caller, team_id, P.RUN_TEAM), request.form.to_dict()
    try:
        body = http.loaded(_NEW_ROLE, fields(typed, "given_name", "family_name", "email", "role"))
        role = Role(body.pop("role"))
        staffing.introduce(known, introductions.introduced(**body), role, caller)
    except REFUSED as fault:
        return shown(caller, known, typed, faults(fault, "given_name")), fault.status
    return redirect(url_for("admin_team.team", team_id=team_id, said="given"), 303)


@pages.post(f"{TEAM}/roles/<uuid:membership_id>/end", access=RUNS)
def end_role(caller: Caller, team_id: UUID, membership_id: UUID) -> Any:
    """End a role, unless somebody depends on it."""
    known = teams.team_for(caller, team_id, P.RUN_TEAM)
    try:
        staffing.end_role(known, membership_id, caller)
    except REFUSED as fault:
        return shown(caller, known, {}, faults(fault, "people")), fault.status
    return redirect(url_for("admin_team.team", team_id=team_id, said="ended"), 303)


@pages.post(f"{TEAM}/hand-over", access=guards.on_caseload(P.HAND_OVER))
def hand_over(caller: Caller, team_id: UUID) -> Any:
    """Hand all patients of one coordinator over to another."""
    known, typed = teams.team_for(caller, team_id, P.HAND_OVER), request.form.to_dict()
    try:
        body = http.loaded(_HAND_OVER, fields(typed, "from_id", "to_id"))
        handing_over.hand_over_all(known, body["from_id"], body["to_id"], caller)
    except REFUSED as fault:
        return shown(caller, known, typed, faults(fault, "from_id")), fault.status
    return redirect(url_for("admin_team.team", team_id=team_id, said="handed-over"), 303)


def shown(
    caller: Caller, known: Team, values: dict[str, str] | None = None, errors: list[dict[str, str]] | None = None
) -> str:
    """The page of a team, with what was typed and what was refused."""
    context = gathering.for_team(caller, known, values or {}, errors or [])
    return frame.for_staff("admin/team.html", known, "people", **context, **organisation_pages.said(SAID))


def _form(caller: Caller, known: Team, values: dict[str, str], errors: list[dict[str, str]]) -> str:
    return frame.for_staff(
        "admin/team_form.html",
        known,
        "people",
        heading=f"Change {known.name}",
        button_words="Save",
        action=url_for("admin_team.save", team_id=known.id),
        version=values.get("version", known.version),
        back={"href": url_for("admin_team.team", team_id=known.id), "text": known.name},
        **gathering.for_team_form(caller, known, values, errors),
    )


def _version(typed: dict[str, str]) -> int:
    text = typed.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1
