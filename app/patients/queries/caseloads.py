"""How many patients each coordinator of a team has: numbers only, for those who read no records."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import column, func, select, table

from app.core.db import db

# What the guard sees of every record: ids and days, and nothing that says who somebody is. An admin counts by it.
_PATIENT = table("guard_patient", column("team_id"), column("coordinator_id"), column("ended_at")).c


def caseloads(team_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """Team -> named coordinator -> running patients, for those who have any."""
    whose = (_PATIENT.team_id, _PATIENT.coordinator_id)
    running = (_PATIENT.team_id.in_(team_ids), _PATIENT.ended_at.is_(None))
    counts: dict[UUID, dict[UUID, int]] = {team_id: {} for team_id in team_ids}
    for team_id, person_id, count in db.session.execute(select(*whose, func.count()).where(*running).group_by(*whose)):
        counts[team_id][person_id] = count
    return counts


def coordinates(person_id: UUID, team_id: UUID) -> int:
    """How many running patients of a team this person is the named coordinator of."""
    return caseloads([team_id])[team_id].get(person_id, 0)
