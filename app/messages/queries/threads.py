"""Reads of threads: those somebody may see, one of them, what was written and done in it, who has read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.access.roles import STAFF
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.identity import queries as identity
from app.identity.models import Person
from app.messages import authorship, listening, receipts, waiting
from app.messages.listening import Listening
from app.messages.models import Thread, ThreadEvent, ThreadMessage, ThreadSeen
from app.messages.queries import answering, readers
from app.patients.admission import AdmittedPatient
from app.patients.by import By

CIRCLE, TEAM = "circle", "team"
_NOTES_FOR_ALL = frozenset({"closed"})  # what was said instead of an answer; other notes are between colleagues
_OPENER, _HOLDER = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class ListedThread:
    """A thread with whoever opened it, who works on it, and how much of it the reader has not read."""

    thread: Thread
    opened_by: Person
    claimed_by: Person | None
    unread: int
    answer_by: datetime | None

    @property
    def version(self) -> int:
        return self.thread.version


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done with a thread."""

    kind: str
    at: datetime
    by: Person
    to: Person | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who has read a message; when is known of the last they read."""

    id: UUID
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message with what its author is to the patient; to its author also who has read it."""

    message: ThreadMessage
    author: Person
    said: str  # "son", "care coordinator"
    read_by: list[Reader]


@dataclass(frozen=True, slots=True)
class ThreadInFull:
    """A thread with its history, and who listens to what is written next."""

    listed: ListedThread
    history: list[Step]
    box: Listening

    @property
    def version(self) -> int:
        return self.listed.version


def visible(patient: AdmittedPatient, kind: str, by: By) -> list[ColumnElement[bool]]:
    """The threads of a kind that somebody admitted may see: with the team, a member those they opened."""
    where = [Thread.patient_id == patient.id, Thread.kind == kind]
    if kind == TEAM and by.role not in waiting.SEE_ALL:
        where.append(Thread.opened_by == by.person_id)
    return where


def listed(
    patient: AdmittedPatient, kind: str, by: By, after: Position | None = None, limit: int = 50
) -> list[ListedThread]:
    """The threads of a kind, last written to first; one more than `limit`, to know of a next page."""
    where = visible(patient, kind, by)
    if after is not None:
        where.append(tuple_(Thread.last_at, Thread.id) < tuple_(literal(after.at), literal(after.id)))
    return _listed(patient, by, where, limit + 1)


def thread(patient: AdmittedPatient, kind: str, thread_id: UUID, by: By) -> ListedThread:
    """One thread that somebody may see. Raises NotFound."""
    found = _listed(patient, by, [*visible(patient, kind, by), Thread.id == thread_id], 1)
    if not found:
        raise NotFound
    return found[0]


def in_full(patient: AdmittedPatient, kind: str, thread_id: UUID, by: By) -> ThreadInFull:
    """One thread with its history and its box. Raises NotFound."""
    one = thread(patient, kind, thread_id, by)
    return ThreadInFull(one, history(one.thread, by), box(patient, kind, by))


def box(patient: AdmittedPatient, kind: str, by: By) -> Listening:
    """Who reads what this person writes now; or why nobody does. The team itself may always write to the patient."""
    if kind == CIRCLE:
        return listening.of_circle(patient, [one.name for one in readers.others(patient, by.person_id)])
    if by.role in STAFF:
        return Listening(readers=patient.name)
    has_somebody = patient.ended_at is None and answering.has_somebody(patient.team_id)
    return listening.of_team(patient, clock.now(), has_somebody=has_somebody)


def history(one: Thread, by: By) -> list[Step]:
    """Who did what, in order; what colleagues noted for each other is for the team."""
    where = ThreadEvent.thread_id == one.id
    rows = db.session.scalars(select(ThreadEvent).where(where).order_by(ThreadEvent.created_at, ThreadEvent.id)).all()
    people = identity.people({who for row in rows for who in (row.by, row.to_id) if who})
    is_staff = by.role in STAFF
    return [
        Step(
            row.kind,
            row.created_at,
            people[row.by],
            people[row.to_id] if row.to_id else None,
            row.note if is_staff or row.kind in _NOTES_FOR_ALL else None,
        )
        for row in rows
        if is_staff or row.kind not in ("passed_on", "let_go")
    ]


def messages(
    patient: AdmittedPatient, one: Thread, by: By, after: Position | None = None, limit: int = 50
) -> list[WrittenMessage]:
    """What was written, newest first; one more than `limit`, to know of a next page."""
    where: list[ColumnElement[bool]] = [ThreadMessage.thread_id == one.id, ThreadMessage.patient_id == patient.id]
    if after is not None:
        where.append(tuple_(ThreadMessage.created_at, ThreadMessage.id) < tuple_(literal(after.at), literal(after.id)))
    order = (ThreadMessage.created_at.desc(), ThreadMessage.id.desc())
    rows = db.session.scalars(select(ThreadMessage).where(*where).order_by(*order).limit(limit + 1)).all()
    return written(patient, rows, by)


def written(patient: AdmittedPatient, rows: Sequence[ThreadMessage], by: By) -> list[WrittenMessage]:
    """These messages of one thread with their authors; those of the reader with who has read them."""
    mine = [row for row in rows if row.author_id == by.person_id]
    seen = _seen(mine[0].thread_id) if mine else {}
    later = _written(mine[0].thread_id, min(row.created_at for row in mine)) if mine else []
    people = identity.people({row.author_id for row in rows} | set(seen))
    ties = readers.relationships([patient.id], {row.author_id for row in rows})
    return [
        WrittenMessage(
            row,
            people[row.author_id],
            authorship.said(row.author_role, ties.get((patient.id, row.author_id)), patient.given_name),
            [
                Reader(read.person_id, people[read.person_id].name, read.at)
                for read in receipts.of(row.created_at, row.author_id, seen, later)
                if row in mine
            ],
        )
        for row in rows
    ]


def unread(patient: AdmittedPatient, kind: str, by: By) -> int:
    """How many messages of others somebody has not read in the threads of a kind."""
    counted = select(func.count()).select_from(Thread).join(ThreadMessage, ThreadMessage.thread_id == Thread.id)
    joined = counted.outerjoin(ThreadSeen, _seen_by(by.person_id))
    return db.session.scalar(joined.where(*visible(patient, kind, by), _is_unread(by.person_id))) or 0


def _listed(patient: AdmittedPatient, by: By, where: list[ColumnElement[bool]], limit: int) -> list[ListedThread]:
    fresh = (
        select(func.count())
        .select_from(ThreadMessage)
        .where(ThreadMessage.thread_id == Thread.id, _is_unread(by.person_id))
        .correlate(Thread, ThreadSeen)
        .scalar_subquery()
    )
    # Whoever works for the team no more has nothing taken.
    holds = and_(_HOLDER.id == Thread.claimed_by, answering.still_answers(Thread.claimed_by, Thread.team_id))
    rows = (
        select(Thread, _OPENER, _HOLDER, fresh)
        .join(_OPENER, _OPENER.id == Thread.opened_by)
        .outerjoin(_HOLDER, holds)
        .outerjoin(ThreadSeen, _seen_by(by.person_id))
        .where(*where)
        .order_by(Thread.last_at.desc(), Thread.id.desc())
        .limit(limit)
    )
    return [
        ListedThread(one, opener, holder, count, _answer_by(patient, one, holder))
        for one, opener, holder, count in db.session.execute(rows.execution_options(populate_existing=True))
    ]


def _answer_by(patient: AdmittedPatient, one: Thread, holder: Person | None) -> datetime | None:
    if one.waiting_since is None:
        return None
    return waiting.answer_by(patient, one.waiting_since, one.claimed_at if holder else None)


def _seen_by(person_id: UUID) -> ColumnElement[bool]:
    return and_(ThreadSeen.thread_id == Thread.id, ThreadSeen.person_id == person_id)


def _is_unread(person_id: UUID) -> ColumnElement[bool]:
    is_new = or_(ThreadSeen.seen_at.is_(None), ThreadMessage.created_at > ThreadSeen.seen_at)
    return and_(is_new, ThreadMessage.author_id != person_id)


def _seen(thread_id: UUID) -> Mapping[UUID, datetime]:
    where = ThreadSeen.thread_id == thread_id
    return {row.person_id: row.seen_at for row in db.session.scalars(select(ThreadSeen).where(where))}


def _written(thread_id: UUID, since: datetime) -> list[tuple[datetime, UUID]]:
    """When, and by whom, what is that old or newer."""
    where = (ThreadMessage.thread_id == thread_id, ThreadMessage.created_at >= since)
    rows = db.session.execute(select(ThreadMessage.created_at, ThreadMessage.author_id).where(*where))
    return [(row.created_at, row.author_id) for row in rows]
