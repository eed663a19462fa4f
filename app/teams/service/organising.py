"""Organisations and teams: make them, change a team."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, PreconditionFailed
from app.teams import queries
from app.teams.models import Organisation, Team
from app.teams.service import noting

WEEKDAYS = {day: ["08:00", "18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
# What of a team can be changed, in the words of the audit.
CHANGED = {
    "name": "name",
    "zone": "time zone",
    "service_hours": "hours",
    "out_of_hours_sentence": "words out of hours",
    "out_of_hours_number": "number out of hours",
    "minutes_to_acknowledge": "minutes to acknowledge",
    "lead_id": "lead",
}
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


def organisation_of(administered: Collection[UUID], asked: UUID | None) -> UUID:
    """The organisation an admin means: the one they name, or the only one they administer."""
    if asked is None and len(administered) == 1:
        return next(iter(administered))
    if asked is None or asked not in administered:
        fault = {"pointer": "/organisation_id", "detail": "Name one of the organisations you administer."}
        raise Invalid("Which organisation is it for?", errors=[fault])
    return asked


def add_team(
    organisation_id: UUID, name: str, zone: str = "Europe/London", *, by: Caller | None = None, **details: Any
) -> Team:
    """Make a team with weekly hours in its zone; what is left out is weekdays 8 to 6 and 15 minutes for red."""
    _known_zone(zone)
    _free_name(organisation_id, name)
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
    if by is not None:
        noting.note(by, Permission.CHANGE_TEAMS, "make team", organisation_id, team.id)
    return team


def change_team(team: Team, version: int, changes: dict[str, Any], by: Caller) -> Team:
    """Change a team's name, hours, sentence, number, lead or times; raises PreconditionFailed where it changed.

    Who the lead is, an admin says: raises Forbidden.
    """
    db.session.refresh(team, with_for_update=True)
    if team.version != version:
        raise PreconditionFailed("The team was changed since you read it. Read it again.")
    if "zone" in changes:
        _known_zone(changes["zone"])
    if changes.get("name", team.name) != team.name:
        _free_name(team.organisation_id, changes["name"])
    if "lead_id" in changes:
        _check_lead(team, changes["lead_id"], by)
    if "minutes_to_acknowledge" in changes:
        changes = changes | {"minutes_to_acknowledge": team.minutes_to_acknowledge | changes["minutes_to_acknowledge"]}
    changed = [CHANGED[name] for name, value in changes.items() if getattr(team, name) != value]
    for name, value in changes.items():
        setattr(team, name, value)
    db.session.flush()
    if changed:
        noting.note(by, Permission.RUN_TEAM, f"change team: {', '.join(changed)}", team.organisation_id, team.id)
    return team


def _check_lead(team: Team, lead_id: UUID | None, by: Caller) -> None:
    if Role.LEAD not in queries.giveable(by, team):
        raise Forbidden("Only an admin says who leads a team.")
    if lead_id is not None and not queries.holds(team.id, lead_id, Role.LEAD, for_now=True):
        fault = {"pointer": "/lead_id", "detail": "Holds no role lead in this team."}
        raise Invalid("The lead must hold the role lead in this team.", errors=[fault])


def _free_name(organisation_id: UUID, name: str) -> None:
    # Names of one organisation only: what another calls its teams is none of this one's business.
    if db.session.scalar(select(Team.id).where(Team.organisation_id == organisation_id, Team.name == name)):
        raise Conflict("A team of this name is there already.")


def _known_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("This time zone is not known.", errors=[{"pointer": "/zone", "detail": "unknown"}]) from None
