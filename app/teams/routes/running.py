"""Teams, their hours and who works in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.http import Routes
from app.identity import introductions
from app.teams import queries, schemas, service
from app.teams.models import Team
from app.teams.queries import Member

routes = Routes("teams", __name__, url_prefix="/api/teams", description="Teams, their hours and their roles")

P = Permission
SEES = guards.on_caseload(P.SEE_TEAMS)
RUNS = guards.on_caseload(P.RUN_TEAM)


@routes.get("", access=SEES, gives={200: schemas.Teams})
def teams(caller: Caller) -> dict[str, Any]:
    """The teams of the caller's organisations."""
    return {"items": queries.teams_in(caller.organisations(P.SEE_TEAMS))}


@routes.post("", access=guards.on_caseload(P.CHANGE_TEAMS), takes=schemas.NewTeam(), gives={201: schemas.Team})
def add_team(caller: Caller, body: dict[str, Any]) -> Team:
    """Make a team."""
    here = service.organisation_of(caller.organisations(P.CHANGE_TEAMS), body.pop("organisation_id"))
    return service.add_team(here, **body, by=caller)


@routes.get("/<uuid:team_id>", access=SEES, gives={200: schemas.Team})
def team(caller: Caller, team_id: UUID) -> Team:
    """One team; its ETag is needed to change it."""
    return queries.team_in(caller.organisations(P.SEE_TEAMS), team_id)


@routes.patch("/<uuid:team_id>", access=RUNS, takes=schemas.TeamChange(), gives={200: schemas.Team})
def change_team(caller: Caller, team_id: UUID, version: int, body: dict[str, Any]) -> Team:
    """Change a team's hours, zone, sentence and number out of hours, times to acknowledge; an admin also its lead."""
    return service.change_team(queries.team_for(caller, team_id, P.RUN_TEAM), version, body, caller)


@routes.get("/<uuid:team_id>/members", access=SEES, gives={200: schemas.TeamRoles})
def members(caller: Caller, team_id: UUID) -> dict[str, list[Member]]:
    """Who holds which role in a team now."""
    return {"items": queries.members(queries.team_in(caller.organisations(P.SEE_TEAMS), team_id).id)}


@routes.post("/<uuid:team_id>/members", access=RUNS, takes=schemas.NewTeamRole(), gives={201: schemas.TeamRole})
def give_role(caller: Caller, team_id: UUID, body: dict[str, Any]) -> Member:
    """Give a colleague or somebody new a role; others who are known are invited. Only an admin makes a lead."""
    known, role = queries.team_for(caller, team_id, P.RUN_TEAM), Role(body.pop("role"))
    return service.introduce(known, introductions.introduced(**body), role, caller)


@routes.delete("/<uuid:team_id>/members/<uuid:membership_id>", access=RUNS, gives={204: None})
def end_role(caller: Caller, team_id: UUID, membership_id: UUID) -> None:
    """End a role; refused while it is a named coordinator's or the lead's."""
    service.end_role(queries.team_for(caller, team_id, P.RUN_TEAM), membership_id, caller)
