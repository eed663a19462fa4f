"""Reads of who answers what is written to a team."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.permissions import Permission
from app.access.roles import MAY
from app.core.db import db
from app.identity.models import Person
from app.teams.models import Membership

_ROLES = [str(role) for role, allowed in MAY.items() if Permission.ANSWER_MESSAGES in allowed]
_ABLE = (Membership.ended_at.is_(None), Membership.role.in_(_ROLES), Person.is_active, Person.locked_at.is_(None))


def colleagues(team_id: UUID) -> list[Person]:
    """Whoever answers messages of this team and can sign in, by name."""
    held = select(Membership.id).where(Membership.person_id == Person.id, Membership.team_id == team_id, *_ABLE)
    return list(db.session.scalars(select(Person).where(held.exists()).order_by(Person.family_name, Person.given_name)))


def has_somebody(team_id: UUID) -> bool:
    """Is there anybody who could read what is written to this team?"""
    held = select(Membership.id).join(Person, Person.id == Membership.person_id)
    return db.session.scalar(held.where(Membership.team_id == team_id, *_ABLE).limit(1)) is not None


def answers(team_id: UUID, person_id: UUID) -> bool:
    """Does this person answer messages of this team, and can they sign in?"""
    return person_id in answering(team_id, {person_id})


def answering(team_id: UUID, person_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who do."""
    held = select(Membership.person_id).join(Person, Person.id == Membership.person_id)
    where = (Membership.team_id == team_id, Membership.person_id.in_(person_ids), *_ABLE)
    return set(db.session.scalars(held.where(*where)))


def still_answers(
    person: InstrumentedAttribute[UUID | None], team: InstrumentedAttribute[UUID | None]
) -> ColumnElement[bool]:
    """The same of the person and the team that a row names."""
    held = select(Membership.id).join(Person, Person.id == Membership.person_id)
    return held.where(Membership.person_id == person, Membership.team_id == team, *_ABLE).exists()
