"""Use cases of teams: make organisations and teams, give and end roles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.identity import queries as people
from app.identity import service as identity
from app.identity.introductions import Introduced
from app.teams import queries
from app.teams.models import Membership, Organisation, Team
from app.teams.queries import Member

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


def organisation_of(administered: Collection[UUID], asked: UUID | None) -> UUID:
    """The organisation an admin means: the one they name, or the only one they administer."""
    if asked is None and len(administered) == 1:
        return next(iter(administered))
    if asked is None or asked not in administered:
        fault = {"pointer": "/organisation_id", "detail": "Name one of the organisations you administer."}
        raise Invalid("Which organisation is it for?", errors=[fault])
    return asked


def add_admin(organisation: str, given_name: str, family_name: str, email: str, password: str) -> Membership:
    """Make a person an admin of an organisation, and the organisation where there is none of this name.

    Raises Conflict where the e-mail is somebody's already: a command must not change another person's password.
    """
    if not (organisation and given_name and family_name):
        raise Invalid("The organisation and both names are needed.")
    person = identity.add_person(given_name, family_name, email=email, password=password)
    known = queries.organisation_named(organisation) or add_organisation(organisation)
    return give_role(known.id, None, person.id, Role.ADMIN)


def add_team(organisation_id: UUID, name: str, zone: str = "Europe/London", **details: Any) -> Team:
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
    return team


def change_team(team: Team, version: int, changes: dict[str, Any]) -> Team:
    """Change a team's name, hours, sentence, number, lead or times; raises PreconditionFailed where it changed."""
    db.session.refresh(team, with_for_update=True)
    if team.version != version:
        raise PreconditionFailed("The team was changed since you read it. Read it again.")
    if "zone" in changes:
        _known_zone(changes["zone"])
    if changes.get("name", team.name) != team.name:
        _free_name(team.organisation_id, changes["name"])
    lead = changes.get("lead_id")
    if lead is not None and not queries.holds(team.id, lead, Role.LEAD, for_now=True):
        fault = {"pointer": "/lead_id", "detail": "Holds no role lead in this team."}
        raise Invalid("The lead must hold the role lead in this team.", errors=[fault])
    if "minutes_to_acknowledge" in changes:
        changes = changes | {"minutes_to_acknowledge": team.minutes_to_acknowledge | changes["minutes_to_acknowledge"]}
    for name, value in changes.items():
        setattr(team, name, value)
    db.session.flush()
    return team


def introduce(team: Team, who: Introduced, role: Role) -> Member:
    """Give a role in a team to a person who is found or made by their contacts."""
    person = identity.meet(who)
    return queries.member(give_role(team.organisation_id, team.id, person.id, role).id)


def give_role(organisation_id: UUID, team_id: UUID | None, person_id: UUID, role: Role) -> Membership:
    """Give a person a role in a team, or (admin) in the whole organisation."""
    people.person(person_id)
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
    """End a role from this commit on.

    Raises NotFound for a role of another team, Conflict while somebody still depends on it: the running patients whose
    named coordinator holds it, or the team whose lead does.
    """
    membership = db.session.get(Membership, membership_id, with_for_update=True, populate_existing=True)
    if membership is None or membership.team_id != team.id or membership.ended_at:
        raise NotFound
    if membership.role == Role.COORDINATOR and (count := queries.coordinated(membership.person_id, team.id)):
        patients = "1 patient has" if count == 1 else f"{count} patients have"
        raise Conflict(f"{patients} this person as named coordinator. Name another coordinator for them first.")
    db.session.refresh(team)
    if membership.role == Role.LEAD and team.lead_id == membership.person_id:
        raise Conflict("This person is the team's lead. Name another lead first.")
    membership.ended_at = clock.now()


def _free_name(organisation_id: UUID, name: str) -> None:
    if db.session.scalar(select(Team.id).where(Team.organisation_id == organisation_id, Team.name == name)):
        raise Conflict("A team of this name is there already.")


def _known_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("This time zone is not known.", errors=[{"pointer": "/zone", "detail": "unknown"}]) from None
