"""Invitations into a team: sent, sent again, taken back; who came is confirmed by whoever asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.http import Routes
from app.identity import queries as identity
from app.identity.queries import Sent
from app.teams import queries, schemas
from app.teams.models import Team
from app.teams.queries import Member
from app.teams.service import inviting

routes = Routes(
    "team invitations",
    __name__,
    url_prefix="/api/teams/<uuid:team_id>/invitations",
    description="Invitations into a team",
)

RUNS = guards.on_caseload(Permission.RUN_TEAM)


def _team(caller: Caller, team_id: UUID) -> Team:
    return queries.team_for(caller, team_id, Permission.RUN_TEAM)


@routes.get("", access=RUNS, gives={200: schemas.TeamInvitations})
def invited(caller: Caller, team_id: UUID) -> dict[str, list[Sent]]:
    """The invitations that wait for somebody, newest first."""
    return {"items": identity.invitations_into(team_id=_team(caller, team_id).id)}


@routes.post("", access=RUNS, takes=schemas.NewTeamInvitation(), gives={201: schemas.TeamInvitation})
def invite(caller: Caller, team_id: UUID, body: dict[str, Any]) -> Sent:
    """Ask somebody into the team; the code goes to their phone or e-mail and is shown nowhere else."""
    kind = "phone" if body["phone"] else "email"
    made = inviting.invite_staff(_team(caller, team_id), Role(body["role"]), kind, body[kind], caller)
    return Sent(made, identity.person(caller.person_id), None)


@routes.post("/<uuid:invitation_id>/resend", access=RUNS, gives={204: None})
def resend(caller: Caller, team_id: UUID, invitation_id: UUID) -> None:
    """Send a new code to the same phone or e-mail; the old one opens nothing any more."""
    inviting.resend(_team(caller, team_id), invitation_id, caller)


@routes.delete("/<uuid:invitation_id>", access=RUNS, gives={204: None})
def revoke(caller: Caller, team_id: UUID, invitation_id: UUID) -> None:
    """Take an invitation back."""
    inviting.revoke(_team(caller, team_id), invitation_id, caller)


@routes.post("/<uuid:invitation_id>/confirm", access=RUNS, keyed=False, gives={201: schemas.TeamRole})
def confirm(caller: Caller, team_id: UUID, invitation_id: UUID) -> Member:
    """Whoever accepted is who was meant: they hold the role."""
    return inviting.confirm(_team(caller, team_id), invitation_id, caller)


@routes.post("/<uuid:invitation_id>/decline", access=RUNS, keyed=False, gives={204: None})
def decline(caller: Caller, team_id: UUID, invitation_id: UUID) -> None:
    """Whoever accepted is not who was meant: they are given nothing."""
    inviting.decline(_team(caller, team_id), invitation_id, caller)
