"""Use cases of teams: make organisations and teams, give and end roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.identity import queries as identity
from app.teams import queries
from app.teams.models import Membership, Organisation, Team

WEEKDAYS = {day: ["08:00", "18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
MINUTES = {"emergency": 15, "red": 15, "amber": 480}
OUT_OF_HOURS = "Nobody in the team is watching now. If you need help before then, call 111, or 999 in an emergency."


def add_organisation(name: str) -> Organisation:
    """Make an organisation; raises Conflict where the name is taken."""
    if queries.organisation_named(name):
        raise Conflict("An organisation of this name is there already.")
    organisation = Organisation(name=name)
    db.session.add(organisation)
    db.session.flush()
    return organisation


def add_team(organisation_id: UUID, name: str, zone: str = "Europe/London", **details: Any) -> Team:
    """Make a team with weekly hours in its zone; what is left out is weekdays 8 to 6 and 15 minutes for red."""
    _known_zone(zone)
    if db.session.scalar(select(Team.id).where(Team.organisation_id == organisation_id, Team.name == name)):
        raise Conflict("A team of this name is there already.")
    team = Team(
        organisation_id=organisation_id,
        name=name,
        zone=zone,
        service_hours=details.get("service_hours", WEEKDAYS),
        out_of_hours_sentence=details.get("out_of_hours_sentence", OUT_OF_HOURS),
        out_of_hours_number=details.get("out_of_hours_number", "111"),
        minutes_to_acknowledge=MINUTES | details.get("minutes_to_acknowledge", {}),
    )
    db.session.add(team)
    db.session.flush()
    return team


def change_team(team: Team, version: int, changes: dict[str, Any]) -> Team:
    """Change a team's hours, sentence, number, lead or times; raises PreconditionFailed where it changed meanwhile."""
    if team.version != version:
        raise PreconditionFailed("The team was changed since you read it. Read it again.")
    if "zone" in changes:
        _known_zone(changes["zone"])
    lead = changes.get("lead_id")
    if lead is not None and not queries.holds(team.id, lead, Role.LEAD):
        raise Invalid("The lead must hold the role lead in this team.")
    for name, value in changes.items():
        setattr(team, name, value)
    db.session.flush()
    return team


def give_role(organisation_id: UUID, team_id: UUID | None, person_id: UUID, role: Role) -> Membership:
    """Give a person a role in a team, or (admin) in the whole organisation."""
    identity.person(person_id)
    known = db.session.scalar(
        select(Membership).where(
            Membership.organisation_id == organisation_id,
            Membership.team_id.is_not_distinct_from(team_id),
            Membership.person_id == person_id,
            Membership.role == role,
        )
    )
    membership = known or Membership(
        organisation_id=organisation_id, team_id=team_id, person_id=person_id, role=str(role)
    )
    membership.ended_at = None
    db.session.add(membership)
    db.session.flush()
    return membership


def end_role(team: Team, membership_id: UUID) -> None:
    """End a role from this commit on; raises NotFound for a role of another team."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.team_id != team.id or membership.ended_at:
        raise NotFound
    membership.ended_at = clock.now()


def _known_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Invalid("This time zone is not known.", errors=[{"pointer": "/zone", "detail": "unknown"}]) from None
