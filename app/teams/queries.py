"""Reads of teams."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.errors import NotFound
from app.teams.models import Membership, Organisation, Team


def team_in(organisations: Collection[UUID], team_id: UUID) -> Team:
    """A team of one of these organisations; raises NotFound."""
    team = db.session.get(Team, team_id)
    if team is None or team.organisation_id not in organisations:
        raise NotFound
    return team


def teams_in(organisations: Collection[UUID]) -> list[Team]:
    """The teams of these organisations, by name."""
    return list(db.session.scalars(select(Team).where(Team.organisation_id.in_(organisations)).order_by(Team.name)))


def members(team_id: UUID) -> list[Membership]:
    """Who holds which role in a team now."""
    running = (Membership.team_id == team_id, Membership.ended_at.is_(None))
    return list(db.session.scalars(select(Membership).where(*running).order_by(Membership.created_at)))


def holds(team_id: UUID, person_id: UUID, role: str) -> bool:
    """Does this person hold this role in this team now?"""
    where = (Membership.team_id == team_id, Membership.person_id == person_id, Membership.role == role)
    return db.session.scalar(select(Membership.id).where(*where, Membership.ended_at.is_(None))) is not None


def organisation_named(name: str) -> Organisation | None:
    """An organisation by its name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))
