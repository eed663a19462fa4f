"""Reads of teams."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, tuple_

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import GIVES, Role, allowed
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.pages import Position
from app.identity.models import DeviceSession, Person
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
    """A team in which the caller holds a role with this permission, by working in it or for all of its organisation.

    Raises NotFound for a team of another organisation, Forbidden for a team they see but do not work in.
    """
    team = team_in(caller.organisations(Permission.SEE_TEAMS), team_id)
    if not any(allowed(role, permission) for role in roles_in(caller, team)):
        raise Forbidden("Your roles in this team do not include this.")
    return team


def roles_in(caller: Caller, team: Team) -> frozenset[Role]:
    """The caller's roles in a team, with those that hold for all of its organisation."""
    held = caller.memberships
    return frozenset(r for here, in_team, r in held if here == team.organisation_id and in_team in (None, team.id))


def giveable(caller: Caller, team: Team) -> frozenset[Role]:
    """The roles that the caller may give and end in a team."""
    given = (GIVES.get(role, frozenset()) for role in roles_in(caller, team))
    return frozenset().union(*given) - {Role.ADMIN}


def members(team_id: UUID) -> list[Member]:
    """Who holds which role in a team now, longest first."""
    running = (Membership.team_id == team_id, Membership.ended_at.is_(None))
    return [
        Member(*row)
        for row in db.session.execute(_MEMBERS.where(*running).order_by(Membership.created_at, Membership.id))
    ]


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


def works_in(person_id: UUID) -> set[UUID]:
    """The organisations in which somebody holds any role now; assembly hands it to identity."""
    held = (Membership.person_id == person_id, Membership.ended_at.is_(None))
    return set(db.session.scalars(select(Membership.organisation_id).where(*held)))


def given_a_role_at(person_id: UUID) -> datetime | None:
    """When somebody was last given one of the roles they hold; assembly hands it to identity."""
    held = (Membership.person_id == person_id, Membership.ended_at.is_(None))
    return db.session.scalar(select(func.max(Membership.given_at)).where(*held))


def holds(team_id: UUID, person_id: UUID, role: str, *, for_now: bool = False) -> bool:
    """Does this person hold this role in this team now? `for_now`: and does it stay so until this transaction ends?"""
    where = (Membership.team_id == team_id, Membership.person_id == person_id, Membership.role == role)
    held = select(Membership.id).where(*where, Membership.ended_at.is_(None))
    if for_now:
        # Waits for whoever is ending the role, and lets them wait for us (service.end_role).
        held = held.with_for_update(read=True, key_share=True)
    return db.session.scalar(held) is not None


def coordinated(person_id: UUID, team_id: UUID) -> int:
    """How many patients of a team have this person as their named coordinator, also where care has ended.

    Teams know no patients: assembly hands in `patients.queries.caseloads.coordinates` under this name.
    """
    count: Callable[[UUID, UUID], int] = current_app.extensions["coordinates"]
    return count(person_id, team_id)


def visited(person_id: UUID, organisation_id: UUID) -> list[tuple[UUID, UUID]]:
    """In whose circles (organisation, patient) somebody is a visitor who works here no more.

    Teams know no patients: assembly hands in `patients.queries.consent.visited_by` under this name.
    """
    find: Callable[[UUID, UUID], list[tuple[UUID, UUID]]] = current_app.extensions["visited"]
    return find(person_id, organisation_id)


def organisation_named(name: str) -> Organisation | None:
    """An organisation by its name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))


def team_named(organisation_id: UUID, name: str) -> Team | None:
    """A team of an organisation by its name."""
    return db.session.scalar(select(Team).where(Team.organisation_id == organisation_id, Team.name == name))


def organisations(organisation_ids: Collection[UUID]) -> list[Organisation]:
    """These organisations, by name."""
    where = Organisation.id.in_(organisation_ids)
    return list(db.session.scalars(select(Organisation).where(where).order_by(Organisation.name)))


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role of a colleague: in a team, or in the whole organisation."""

    id: UUID
    team_id: UUID | None
    team: str | None
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works in an organisation: their roles in it, and how they sign in."""

    person: Person
    last_signed_in_at: datetime | None
    roles: list[HeldRole]


@dataclass(frozen=True, slots=True)
class Staff:
    """Whom a caller may see of an organisation's people: all of them, or those of the teams they lead."""

    organisation_id: UUID
    team_ids: tuple[UUID, ...] | None  # None: all

    def held(self) -> tuple[ColumnElement[bool], ...]:
        of_teams = () if self.team_ids is None else (Membership.team_id.in_(self.team_ids),)
        return (Membership.organisation_id == self.organisation_id, *of_teams)


def staff(caller: Caller, organisation_id: UUID) -> Staff:
    """The people of an organisation whom the caller may see; raises NotFound where that is nobody."""
    places = [
        team
        for organisation, team, role in caller.memberships
        if organisation == organisation_id and allowed(role, Permission.SEE_PEOPLE)
    ]
    if not places:
        raise NotFound
    return Staff(organisation_id, None if None in places else tuple(team for team in places if team))


def colleagues(of: Staff, after: Position | None, limit: int) -> list[Colleague]:
    """Who works here, or was locked here, known last first; one more than `limit`, to know of a next page."""
    where = [_is_colleague(of)]
    if after is not None:
        where.append(tuple_(Person.created_at, Person.id) < tuple_(literal(after.at), literal(after.id)))
    order = (Person.created_at.desc(), Person.id.desc())
    return _with_roles(of, list(db.session.scalars(select(Person).where(*where).order_by(*order).limit(limit + 1))))


def colleague(of: Staff, person_id: UUID) -> Colleague:
    """One of them; raises NotFound."""
    person = db.session.scalar(select(Person).where(_is_colleague(of), Person.id == person_id))
    if person is None:
        raise NotFound
    return _with_roles(of, [person])[0]


def _is_colleague(of: Staff) -> ColumnElement[bool]:
    held = select(Membership.id).where(Membership.person_id == Person.id, *of.held())
    locked_here = and_(Person.locked_at.is_not(None), Person.locked_by == of.organisation_id)
    return held.where(or_(Membership.ended_at.is_(None), locked_here)).exists()


def _with_roles(of: Staff, people: Sequence[Person]) -> list[Colleague]:
    ids = [person.id for person in people]
    held = select(Membership, Team.name).outerjoin(Team, Team.id == Membership.team_id)
    running = held.where(*of.held(), Membership.ended_at.is_(None), Membership.person_id.in_(ids))
    roles: dict[UUID, list[HeldRole]] = {}
    for one, team in db.session.execute(running.order_by(Team.name, Membership.role)):
        roles.setdefault(one.person_id, []).append(HeldRole(one.id, one.team_id, team, one.role, one.created_at))
    begun = select(DeviceSession.person_id, func.max(DeviceSession.created_at)).group_by(DeviceSession.person_id)
    last = {row[0]: row[1] for row in db.session.execute(begun.where(DeviceSession.person_id.in_(ids)))}
    return [Colleague(person, last.get(person.id), roles.get(person.id, [])) for person in people]


def works_here(organisation_id: UUID, person_id: UUID) -> bool:
    """Does this person hold a role in this organisation?"""
    held = (Membership.organisation_id == organisation_id, Membership.person_id == person_id)
    return bool(db.session.scalar(select(select(Membership.id).where(*held, Membership.ended_at.is_(None)).exists())))


def worked_here(organisation_id: UUID, person_id: UUID) -> bool:
    """Does this person hold a role in this organisation, or did they?"""
    held = (Membership.organisation_id == organisation_id, Membership.person_id == person_id)
    return bool(db.session.scalar(select(select(Membership.id).where(*held).exists())))


def ever_here(organisation_id: UUID) -> list[Person]:
    """Everybody who works in this organisation, or has, by name."""
    held = select(Membership.id).where(Membership.person_id == Person.id, Membership.organisation_id == organisation_id)
    order = (Person.family_name, Person.given_name, Person.id)
    return list(db.session.scalars(select(Person).where(held.exists()).order_by(*order)))


def works_outside(organisation_id: UUID, person_id: UUID) -> bool:
    """Does this person hold a role in any other organisation?"""
    held = (Membership.organisation_id != organisation_id, Membership.person_id == person_id)
    return bool(db.session.scalar(select(select(Membership.id).where(*held, Membership.ended_at.is_(None)).exists())))


def able_admins(organisation_id: UUID) -> set[UUID]:
    """The admins of an organisation who can sign in."""
    held = (Membership.organisation_id == organisation_id, Membership.role == Role.ADMIN)
    able = (Membership.ended_at.is_(None), Person.is_active, Person.locked_at.is_(None))
    rows = select(Membership.person_id).join(Person, Person.id == Membership.person_id).where(*held, *able)
    return set(db.session.scalars(rows))
