"""Figures of a team over the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import NotFound
from app.core.http import Routes
from app.reports import figures, queries, schemas
from app.teams import queries as teams

routes = Routes("reports", __name__, url_prefix="/api", description="Figures of a team")


@routes.get(
    "/teams/<uuid:team_id>/figures",
    access=guards.on_caseload(Permission.SEE_FIGURES),
    query=schemas.FiguresQuery(),
    gives={200: schemas.TeamFigures},
)
def team_figures(caller: Caller, team_id: UUID, query: dict[str, Any]) -> dict[str, Any]:
    """Ratings due and done, how far people have come, goals by state; small numbers are hidden."""
    if team_id not in caller.teams(Permission.SEE_FIGURES):
        raise NotFound
    team = teams.team_in(caller.organisations(Permission.SEE_FIGURES), team_id)
    today = clock.today(ZoneInfo(team.zone))
    return figures.without_few(queries.figures(team.id, query["code"], query["voice"], today))
