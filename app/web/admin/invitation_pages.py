"""Somebody asked into a team from its page, and confirmed or turned away once they came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import http
from app.core.errors import TooMany
from app.core.http import Pages
from app.teams import queries as teams
from app.teams import schemas
from app.teams.models import Team
from app.teams.service import inviting
from app.web.admin import team_pages
from app.web.admin.pages import REFUSED, faults, fields

pages = Pages("admin_invitations", __name__, url_prefix="/admin/teams/<uuid:team_id>/invitations")

RUNS = guards.on_caseload(Permission.RUN_TEAM)
ONE = "/<uuid:invitation_id>"
_NEW = schemas.NewTeamInvitation()


@pages.post("", access=RUNS)
def invite(caller: Caller, team_id: UUID) -> Any:
    """Ask somebody into the team by their phone or e-mail."""
    typed = request.form.to_dict()
    contact, role = typed.get("contact", "").strip(), fields(typed, "invited_role")["invited_role"]
    kind = "email" if "@" in contact else "phone"

    def act(team: Team) -> None:
        body = http.loaded(_NEW, {"role": role, kind: contact})
        inviting.invite_staff(team, Role(body["role"]), kind, body[kind], caller)

    return _done(caller, team_id, "invited", act, typed)


@pages.post(f"{ONE}/confirm", access=RUNS)
def confirm(caller: Caller, team_id: UUID, invitation_id: UUID) -> Any:
    """It is who was meant."""
    return _done(caller, team_id, "given", lambda team: inviting.confirm(team, invitation_id, caller))


@pages.post(f"{ONE}/decline", access=RUNS)
def decline(caller: Caller, team_id: UUID, invitation_id: UUID) -> Any:
    """It is not who was meant."""
    return _done(caller, team_id, "declined", lambda team: inviting.decline(team, invitation_id, caller))


@pages.post(f"{ONE}/resend", access=RUNS)
def resend(caller: Caller, team_id: UUID, invitation_id: UUID) -> Any:
    """Send a new code."""
    return _done(caller, team_id, "resent", lambda team: inviting.resend(team, invitation_id, caller))


@pages.post(f"{ONE}/revoke", access=RUNS)
def revoke(caller: Caller, team_id: UUID, invitation_id: UUID) -> Any:
    """Take an invitation back."""
    return _done(caller, team_id, "revoked", lambda team: inviting.revoke(team, invitation_id, caller))


def _done(
    caller: Caller, team_id: UUID, done: str, act: Callable[[Team], Any], typed: dict[str, str] | None = None
) -> Any:
    team = teams.team_for(caller, team_id, Permission.RUN_TEAM)
    try:
        act(team)
    except (*REFUSED, TooMany) as fault:
        return team_pages.shown(caller, team, typed, _beside(faults(fault, "contact"))), fault.status
    return redirect(url_for("admin_team.team", team_id=team_id, said=done), 303)


def _beside(found: list[dict[str, str]]) -> list[dict[str, str]]:
    # The form has one field for phone and e-mail, and another role than the form beside it.
    places = {"#phone": "#contact", "#email": "#contact", "#role": "#invited_role"}
    return [{**one, "href": places.get(one["href"], one["href"])} for one in found]
