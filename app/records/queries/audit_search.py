"""What somebody who works here did on one day, and what was done to them, as the audit of the organisation has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, literal, or_, select, tuple_

from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.identity.models import Person
from app.patients import enrolment
from app.records import working
from app.records.telling import Look
from app.teams import queries as teams

ELSEWHERE: Final = "Somebody who does not work here"


@dataclass(frozen=True, slots=True)
class Act:
    """One line: when, and what in words."""

    look: Look
    sentence: str


def acts(organisation_id: UUID, person_id: UUID, day: date, after: Position | None, limit: int) -> list[Act]:
    """What a colleague did on a day, last first; one more than `limit`, to know of a next page.

    A day is one of London, as on the pages of an organisation. Raises NotFound for somebody who never worked here.
    """
    known = {person.id: person for person in teams.ever_here(organisation_id)}
    if person_id not in known:
        raise NotFound
    rows = db.session.scalars(_rows(organisation_id, person_id, day, after).limit(limit + 1)).all()
    named = {team.id: team.name for team in teams.teams_in([organisation_id])}
    named |= {one: person.name for one, person in known.items()}
    return _told(rows, named, known)


def _rows(organisation_id: UUID, person_id: UUID, day: date, after: Position | None) -> Select[AuditEntry]:
    begins = datetime.combine(day, time(), enrolment.LONDON)
    within = (AuditEntry.created_at >= begins, AuditEntry.created_at < begins + timedelta(days=1))
    # The two indexes that serve this: of who did it, and of to whom where no patient is named.
    theirs = or_(
        AuditEntry.actor_id == person_id, and_(AuditEntry.subject_id == person_id, AuditEntry.patient_id.is_(None))
    )
    found = select(AuditEntry).where(AuditEntry.organisation_id == organisation_id, theirs, *within)
    if after is not None:
        found = found.where(tuple_(AuditEntry.created_at, AuditEntry.id) < tuple_(literal(after.at), literal(after.id)))
    return found.order_by(AuditEntry.created_at.desc(), AuditEntry.id.desc())


def _told(rows: Sequence[AuditEntry], named: dict[UUID, str], known: dict[UUID, Person]) -> list[Act]:
    found = []
    for row in rows:
        look = Look(
            row.id, row.created_at, row.actor_id, row.on_behalf_of, row.role, row.action, row.purpose, row.subject_id
        )
        who = known[row.actor_id].name if row.actor_id in known else ELSEWHERE
        found.append(Act(look, working.sentence(look, who, named.get(row.subject_id) if row.subject_id else None)))
    return found
