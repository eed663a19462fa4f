"""Roles in a team: given and ended by leads in their own, by admins in all teams of their organisation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.identity import queries as people
from app.identity import service as identity
from app.identity.introductions import Introduced
from app.identity.models import Person
from app.identity.service import inviting as invitations
from app.teams import queries
from app.teams.events import DutyEnded
from app.teams.models import Membership, Team
from app.teams.queries import Member
from app.teams.service import noting

NOT_ONESELF = "Nobody gives a role to themselves. Another admin or lead can."
KNOWN = "They are known already, and do not work here. Invite them into a team first: they have to accept it."


def introduce(team: Team, who: Introduced, role: Role, by: Caller) -> Member:
    """Give a role in a team to a colleague or to somebody new; raises Forbidden, and Conflict as `met` does."""
    check_may_give(team, role, by)
    person = met(team.organisation_id, who, by)
    membership = give_role(team.organisation_id, team.id, person.id, role)
    noting.note(by, Permission.RUN_TEAM, f"give role {role}", team.organisation_id, person.id)
    return queries.member(membership.id)


def met(organisation_id: UUID, who: Introduced, by: Caller) -> Person:
    """Whoever works or worked here with these contacts, else somebody new, stored.

    Somebody who is known by other things than work here has to accept it first: whoever runs an organisation may lock
    the accounts of those who work in it. Raises Conflict for them, Forbidden for oneself.
    """
    known = identity.Acquaintances([who])
    person = known.meet(who)
    if person.id == by.person_id:
        raise Forbidden(NOT_ONESELF)
    if person.id in known.ids and not queries.worked_here(organisation_id, person.id):
        raise Conflict(KNOWN)
    db.session.add(person)
    db.session.flush()
    return person


def check_may_give(team: Team, role: Role, by: Caller) -> None:
    """Raises Forbidden where this caller may not give, nor end, this role in this team."""
    if role not in queries.giveable(by, team):
        raise Forbidden("Only an admin gives and ends the role of a lead.")


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
    membership.given_at, membership.ended_at = clock.now(), None
    db.session.add(membership)
    db.session.flush()
    return membership


def end_role(team: Team, membership_id: UUID, by: Caller | None = None) -> None:
    """End a role from this commit on.

    Raises NotFound for a role of another team, Forbidden where `by` may not end it, Conflict while somebody still
    depends on it: the patients whose named coordinator holds it, or the team whose lead does.
    """
    membership = db.session.get(Membership, membership_id, with_for_update=True, populate_existing=True)
    if membership is None or membership.team_id != team.id or membership.ended_at:
        raise NotFound
    role = Role(membership.role)
    if by is not None:
        check_may_give(team, role, by)
    _check_nobody_depends_on(membership, team)
    end(membership)
    if by is not None:
        noting.note(by, Permission.RUN_TEAM, f"end role {role}", team.organisation_id, membership.person_id)


def end(membership: Membership) -> None:
    """End a role now. Publishes DutyEnded for each circle that somebody visited by their work, if this was the last."""
    # Of two roles of one person that end at once the second waits here, and then sees that it was the last.
    db.session.get_one(Person, membership.person_id, with_for_update={"key_share": True})
    membership.ended_at = clock.now()
    db.session.flush()
    invitations.close_of(membership.person_id, membership.organisation_id)
    for organisation_id, patient_id in queries.visited(membership.person_id, membership.organisation_id):
        events.publish(DutyEnded(organisation_id, patient_id, membership.person_id))


def _check_nobody_depends_on(membership: Membership, team: Team) -> None:
    if membership.role == Role.COORDINATOR and (count := queries.coordinated(membership.person_id, team.id)):
        patients = "1 patient has" if count == 1 else f"{count} patients have"
        first = "Name another coordinator for them first, also where care has ended."
        raise Conflict(f"{patients} this person as named coordinator. {first}")
    db.session.refresh(team)
    if membership.role == Role.LEAD and team.lead_id == membership.person_id:
        raise Conflict("This person is the team's lead. Name another lead first.")
