"""How many patients each coordinator of a team has: numbers only, for those who read no records."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import db
from app.patients.models import Patient


def caseloads(team_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """Team -> named coordinator -> running patients, for those who have any."""
    columns = (Patient.team_id, Patient.coordinator_id)
    running = (Patient.team_id.in_(team_ids), Patient.ended_at.is_(None))
    counts: dict[UUID, dict[UUID, int]] = {team_id: {} for team_id in team_ids}
    for team_id, person_id, count in db.session.execute(
        select(*columns, func.count()).where(*running).group_by(*columns)
    ):
        counts[team_id][person_id] = count
    return counts
