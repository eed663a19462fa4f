"""Accounts of those who work here: locked, unlocked, signed out everywhere."""

from __future__ import annotations

from uuid import UUID

from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.identity import service as identity
from app.identity.models import Person
from app.identity.service import second_factors
from app.teams import queries
from app.teams.service import admins, noting

LOCKED_ELSEWHERE = "Another organisation that they work for locked this account. An administrator there can open it."


def lock(organisation_id: UUID, person_id: UUID, by: Caller) -> None:
    """Refuse a person's sessions and sign-ins from this commit on; what Kith tells them still reaches them.

    Raises NotFound for somebody who does not work here, Conflict for oneself, for the last admin, and for somebody who
    works elsewhere too: one organisation must not keep another's staff from their patients.
    """
    admins.one_at_a_time(organisation_id)
    person = _known(queries.works_here(organisation_id, person_id), person_id)
    if person.id == by.person_id:
        raise Conflict("Nobody locks their own account. Another admin can.")
    _check_ours_alone(organisation_id, person)
    admins.check_another_stays(organisation_id, person.id)
    if person.locked_at is None:
        person.locked_at, person.locked_by = clock.now(), organisation_id
    identity.sign_out_everywhere(person.id)
    noting.note(by, Permission.CHANGE_PEOPLE, "lock account", organisation_id, person.id)


def unlock(organisation_id: UUID, person_id: UUID, by: Caller) -> None:
    """Let a person sign in again, also one whose roles have ended; the sessions from before the lock stay ended.

    Only whoever set a lock lifts it; once they work there no more, whoever they work for may too. Raises NotFound for
    somebody who neither works here nor was locked here, Conflict for a lock that holds elsewhere.
    """
    person = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    locker = person.locked_by if person else None
    if person is None or not (locker == organisation_id or queries.works_here(organisation_id, person_id)):
        raise NotFound
    if locker not in (None, organisation_id) and queries.works_here(locker, person_id):
        raise Conflict(LOCKED_ELSEWHERE)
    person.locked_at = person.locked_by = None
    noting.note(by, Permission.CHANGE_PEOPLE, "unlock account", organisation_id, person.id)


def sign_out(organisation_id: UUID, person_id: UUID, by: Caller) -> None:
    """End every session of a person who works here and nowhere else, as after a lost phone."""
    person = _known(queries.works_here(organisation_id, person_id), person_id)
    _check_ours_alone(organisation_id, person)
    identity.sign_out_everywhere(person.id)
    noting.note(by, Permission.CHANGE_PEOPLE, "sign out everywhere", organisation_id, person.id)


def _check_ours_alone(organisation_id: UUID, person: Person) -> None:
    if queries.works_outside(organisation_id, person.id):
        raise Conflict(second_factors.NOT_OURS_ALONE)


def _known(is_ours: bool, person_id: UUID) -> Person:
    if not is_ours:
        raise NotFound
    return db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
