"""How many patients each coordinator of a team has: numbers only, for those who read no records."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import column, func, select, table

from app.core.db import db

# What the guard sees of every record: ids and days, and nothing that says who somebody is. An admin counts by it.
_PATIENT = table("guard_patient", column("team_id"), column("coordinator_id"), column("ended_at")).c


def caseloads(team_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """Team -> named coordinator -> running patients; 0 for whoever is named only where care has ended."""
    whose = (_PATIENT.team_id, _PATIENT.coordinator_id)
    running = func.count().filter(_PATIENT.ended_at.is_(None))
    counts: dict[UUID, dict[UUID, int]] = {team_id: {} for team_id in team_ids}
    theirs = select(*whose, running).where(_PATIENT.team_id.in_(team_ids)).group_by(*whose)
    for team_id, person_id, count in db.session.execute(theirs):
        counts[team_id][person_id] = count
    return counts


def coordinates(person_id: UUID, team_id: UUID) -> int:
    """How many patients of a team this person is the named coordinator of.

    Those too whose care has ended: what is open about them, and what is still to come, has this owner.
    """
    theirs = (_PATIENT.team_id == team_id, _PATIENT.coordinator_id == person_id)
    return db.session.scalar(select(func.count()).where(*theirs)) or 0
