"""Reads of visits: when they are and how they went. What was written of them is in visit_notes.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, tuple_

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Page, page, position
from app.identity import queries as people
from app.messages import visit_watch
from app.messages.models import Visit, VisitPlan
from app.messages.queries import visible
from app.patients.admission import AdmittedPatient

# Called off without a word is what a plan, since changed, makes no more: it is nobody's business.
IS_THERE: Final = or_(Visit.state != "called_off", Visit.why_sealed.is_not(None))
NEAR: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Shown:
    """A visit as everybody reads it who may see visits."""

    id: UUID
    plan_id: UUID | None
    local_date: date
    what: str
    visitor_id: UUID | None
    visitor: str | None
    due_at: datetime
    minutes: int
    state: str
    arrived_at: datetime | None
    arrival: str | None
    left_at: datetime | None
    why: str | None
    is_unexpected: bool
    is_late: bool
    is_short: bool
    hidden_from_circle: bool
    version: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Of which time."""

    since: datetime | None = None
    until: datetime | None = None


def visits(patient: AdmittedPatient, which: Filter, limit: int, cursor: str | None) -> Page[Shown]:
    """A page of visits, the last first."""
    where: list[ColumnElement[bool]] = [*_theirs(patient), IS_THERE]
    if which.since is not None:
        where.append(Visit.due_at >= which.since)
    if which.until is not None:
        where.append(Visit.due_at < which.until)
    if (after := position(cursor)) is not None:
        where.append(tuple_(Visit.due_at, Visit.id) < tuple_(literal(after.at), literal(after.id)))
    asked = select(Visit).where(*where).order_by(Visit.due_at.desc(), Visit.id.desc()).limit(limit + 1)
    return page(shown(db.session.scalars(asked).all()), limit, lambda one: (one.due_at, one.id))


def coming(patient: AdmittedPatient, since: datetime, until: datetime) -> list[Shown]:
    """The visits of a time, in order."""
    where = (*_theirs(patient), Visit.due_at >= since, Visit.due_at < until, IS_THERE)
    return shown(db.session.scalars(select(Visit).where(*where).order_by(Visit.due_at, Visit.id)).all())


def expected(patient: AdmittedPatient) -> list[Shown]:
    """The visits that somebody may be here for now: the nearest first."""
    now = clock.now()
    where = (Visit.state.in_(("planned", "missed")), Visit.due_at.between(now - 2 * NEAR, now + NEAR))
    found = db.session.scalars(select(Visit).where(*_theirs(patient), *where)).all()
    return sorted(shown(found), key=lambda one: abs(one.due_at - now))


def visit(patient: AdmittedPatient, visit_id: UUID) -> Shown:
    """One visit, by its id or by the one that a phone gave it. Raises NotFound."""
    return shown([row(patient, visit_id)])[0]


def row(patient: AdmittedPatient, visit_id: UUID, *, locked: bool = False) -> Visit:
    """The row of one visit; `locked`: held until the transaction ends. Raises NotFound."""
    asked = select(Visit).where(*_theirs(patient), _named(visit_id), IS_THERE)
    if locked:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(asked).first()
    if found is None:
        raise NotFound
    return found


def is_kept(patient: AdmittedPatient, visit_id: UUID) -> bool:
    """Is there a visit of this id that is kept from the circle, whoever asks?"""
    kept = exists().where(Visit.patient_id == patient.id, _named(visit_id), Visit.hidden_at.is_not(None))
    return bool(db.session.scalar(select(kept)))


def _theirs(patient: AdmittedPatient) -> tuple[ColumnElement[bool], ...]:
    """The visits to this patient of which whoever was admitted may know."""
    return (Visit.patient_id == patient.id, *visible.visits(patient))


def _named(visit_id: UUID) -> ColumnElement[bool]:
    # A phone without a signal knows a visit that nobody expected by the id it chose itself.
    return or_(Visit.id == visit_id, and_(Visit.client_id == visit_id, Visit.plan_id.is_(None)))


def shown(rows: Sequence[Visit]) -> list[Shown]:
    """These visits with the names of who is expected or was there."""
    known = people.people({one.visitor_id for one in rows if one.visitor_id is not None})
    now = clock.now()
    return [_shown(one, known[one.visitor_id].name if one.visitor_id else None, now) for one in rows]


def facts(one: Visit) -> visit_watch.Visit:
    """What matters of a visit to whoever watches over it."""
    told = one.late_told_at is not None
    return visit_watch.Visit(one.due_at, one.minutes, one.late_after, one.arrived_at, one.left_at, told)


def _shown(one: Visit, visitor: str | None, now: datetime) -> Shown:
    known = facts(one)
    return Shown(
        id=one.id,
        plan_id=one.plan_id,
        local_date=one.local_date,
        what=one.what or "",
        visitor_id=one.visitor_id,
        visitor=visitor,
        due_at=one.due_at,
        minutes=one.minutes,
        state=one.state,
        arrived_at=one.arrived_at,
        arrival=one.arrival,
        left_at=one.left_at,
        why=one.why,
        is_unexpected=one.minutes == 0,
        is_late=one.state == "planned" and now >= visit_watch.late_at(known),
        is_short=visit_watch.is_short(known),
        hidden_from_circle=one.hidden_at is not None,
        version=one.version,
    )


def plans(patient: AdmittedPatient) -> Sequence[VisitPlan]:
    """The plans that run, first made first."""
    running = (VisitPlan.patient_id == patient.id, VisitPlan.ended_at.is_(None))
    return db.session.scalars(select(VisitPlan).where(*running).order_by(VisitPlan.created_at, VisitPlan.id)).all()


def plan(patient: AdmittedPatient, plan_id: UUID, *, locked: bool = False) -> VisitPlan:
    """One plan, that has ended too. Raises NotFound."""
    asked = select(VisitPlan).where(VisitPlan.id == plan_id, VisitPlan.patient_id == patient.id)
    if locked:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found
