"""Reads of teams."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import Row, Select, select

from app.access.guards import Caller
from app.access.permissions import Permission
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.identity.models import Person
from app.teams.models import Membership, Organisation, Team


@dataclass(frozen=True, slots=True)
class Member:
    """A role somebody holds in a team."""

    id: UUID
    person_id: UUID
    given_name: str
    family_name: str
    role: str
    since: datetime


def team_in(organisations: Collection[UUID], team_id: UUID) -> Team:
    """A team of one of these organisations; raises NotFound."""
    team = db.session.get(Team, team_id)
    if team is None or team.organisation_id not in organisations:
        raise NotFound
    return team


def teams_in(organisations: Collection[UUID]) -> list[Team]:
    """The teams of these organisations, by name."""
    return list(db.session.scalars(select(Team).where(Team.organisation_id.in_(organisations)).order_by(Team.name)))


def team_for(caller: Caller, team_id: UUID, permission: Permission) -> Team:
    """A team in which the caller holds a role with this permission.

    Raises NotFound for a team of another organisation, Forbidden for a team they see but do not work in.
    """
    team = team_in(caller.organisations(Permission.SEE_TEAMS), team_id)
    if team.id not in caller.teams(permission):
        raise Forbidden("Your roles in this team do not include this.")
    return team


def members(team_id: UUID) -> list[Member]:
    """Who holds which role in a team now, longest first."""
    running = (Membership.team_id == team_id, Membership.ended_at.is_(None))
    return [Member(*row) for row in db.session.execute(_MEMBERS.where(*running).order_by(Membership.created_at))]


def member(membership_id: UUID) -> Member:
    """One role, with its holder's name."""
    return Member(*db.session.execute(_MEMBERS.where(Membership.id == membership_id)).one())


_MEMBERS: Select[UUID, UUID, str, str, str, datetime] = select(
    Membership.id, Person.id, Person.given_name, Person.family_name, Membership.role, Membership.created_at
).join(Person, Person.id == Membership.person_id)


def roles_of(person_id: UUID) -> Sequence[Row[Membership, str, str | None]]:
    """The roles a person holds now, each with the names of its organisation and its team."""
    held = select(Membership, Organisation.name, Team.name).select_from(Membership).join(Organisation)
    running = (Membership.person_id == person_id, Membership.ended_at.is_(None))
    return db.session.execute(held.outerjoin(Team, Team.id == Membership.team_id).where(*running)).all()


def holds(team_id: UUID, person_id: UUID, role: str, *, for_now: bool = False) -> bool:
    """Does this person hold this role in this team now? `for_now`: and does it stay so until this transaction ends?"""
    where = (Membership.team_id == team_id, Membership.person_id == person_id, Membership.role == role)
    held = select(Membership.id).where(*where, Membership.ended_at.is_(None))
    if for_now:
        # Waits for whoever is ending the role, and lets them wait for us (service.end_role).
        held = held.with_for_update(read=True, key_share=True)
    return db.session.scalar(held) is not None


def coordinated(person_id: UUID, team_id: UUID) -> int:
    """How many running patients of a team have this person as their named coordinator.

    Teams know no patients: assembly hands in `patients.queries.coordinates` under this name.
    """
    count: Callable[[UUID, UUID], int] = current_app.extensions["coordinates"]
    return count(person_id, team_id)


def organisation_named(name: str) -> Organisation | None:
    """An organisation by its name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))
