"""Admins of an organisation: the first by command, others by an admin, and there is always one left."""

from __future__ import annotations

from uuid import UUID

from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.identity import service as identity
from app.identity.introductions import Introduced
from app.teams import queries
from app.teams.models import Membership, Organisation
from app.teams.queries import Member
from app.teams.service import noting, organising, roles

LAST = "This is the only admin who can still sign in. Make another admin first."


def add_admin(organisation: str, given_name: str, family_name: str, email: str, password: str) -> Membership:
    """Make a person an admin of an organisation, and the organisation where there is none of this name.

    Raises Conflict where the e-mail is somebody's already: a command must not change another person's password.
    """
    if not (organisation and given_name and family_name):
        raise Invalid("The organisation and both names are needed.")
    person = identity.add_person(given_name, family_name, email=email, password=password)
    known = queries.organisation_named(organisation) or organising.add_organisation(organisation)
    noting.by_operator("give role admin", known.id, person.id)
    return roles.give_role(known.id, None, person.id, Role.ADMIN)


def introduce_admin(organisation_id: UUID, who: Introduced, by: Caller) -> Member:
    """Make a colleague, or somebody new, an admin of an organisation; raises Forbidden, Conflict."""
    person = roles.met(organisation_id, who, by)
    membership = roles.give_role(organisation_id, None, person.id, Role.ADMIN)
    noting.note(by, Permission.CHANGE_PEOPLE, "give role admin", organisation_id, person.id)
    return queries.member(membership.id)


def end_admin(organisation_id: UUID, membership_id: UUID, by: Caller) -> None:
    """End an admin's role from this commit on; raises Conflict for one's own and for the last admin's."""
    one_at_a_time(organisation_id)
    membership = db.session.get(Membership, membership_id, populate_existing=True)
    running = membership is not None and membership.role == Role.ADMIN and membership.ended_at is None
    if membership is None or not running or membership.organisation_id != organisation_id:
        raise NotFound
    if membership.person_id == by.person_id:
        raise Conflict("Nobody ends their own role as admin. Another admin can.")
    check_another_stays(organisation_id, membership.person_id)
    roles.end(membership)
    noting.note(by, Permission.CHANGE_PEOPLE, "end role admin", organisation_id, membership.person_id)


def one_at_a_time(organisation_id: UUID) -> None:
    """Have changes of an organisation's admins follow each other: two who end each other must not both succeed."""
    db.session.get_one(Organisation, organisation_id, with_for_update=True)


def check_another_stays(organisation_id: UUID, person_id: UUID) -> None:
    """Raises Conflict where nobody but this person can administer the organisation."""
    if not queries.able_admins(organisation_id) - {person_id}:
        raise Conflict(LAST)
