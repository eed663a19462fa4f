"""Reads of the team inbox: what waits for an answer, longest first, whoever has taken it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.access.roles import STAFF, Role
from app.core import clock
from app.core.db import db
from app.core.pages import Position
from app.identity.models import Person
from app.messages import authorship, waiting
from app.messages.models import Thread, ThreadMessage
from app.messages.queries import answering, readers
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient

ANSWER = Permission.ANSWER_MESSAGES
_WRITER, _HOLDER = aliased(Person), aliased(Person)
# The first of those that nobody of the team has answered.
_ASKED = (
    select(ThreadMessage.id)
    .where(ThreadMessage.thread_id == Thread.id, ThreadMessage.created_at >= Thread.waiting_since)
    .where(ThreadMessage.author_role.not_in([str(role) for role in STAFF]))
    .order_by(ThreadMessage.created_at, ThreadMessage.id)
    .limit(1)
    .correlate(Thread)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread that waits for the team: who wrote what, about whom, who has taken it, by when it is to be answered."""

    thread: Thread
    patient: AdmittedPatient
    message: ThreadMessage
    writer: Person
    said: str  # what the writer is to the patient
    claimed_by: Person | None
    answer_by: datetime
    is_overdue: bool  # it is everybody's again


@dataclass(frozen=True, slots=True)
class Count:
    """How many threads wait, and since when the longest."""

    many: int
    since: datetime | None


def waiting_threads(caller: Caller, after: Position | None = None, limit: int = 50) -> list[Waiting]:
    """What waits for the teams of somebody, longest first; one more than `limit`, to know of a next page."""
    where = _theirs(caller)
    if after is not None:
        where.append(tuple_(Thread.waiting_since, Thread.id) > tuple_(literal(after.at), literal(after.id)))
    holds = and_(_HOLDER.id == Thread.claimed_by, answering.still_answers(Thread.claimed_by, Thread.team_id))
    rows = (
        select(Thread, ThreadMessage, _WRITER, _HOLDER)
        .join(Patient, Patient.id == Thread.patient_id)
        .join(ThreadMessage, ThreadMessage.id == _ASKED)
        .join(_WRITER, _WRITER.id == ThreadMessage.author_id)
        .outerjoin(_HOLDER, holds)
        .where(*where)
        .order_by(Thread.waiting_since, Thread.id)
        .limit(limit + 1)
    )
    found = db.session.execute(rows.execution_options(populate_existing=True)).all()
    known = patients.admitted({one.patient_id for one, *_ in found})
    ties = readers.relationships(known, {writer.id for _, _, writer, _ in found})
    return [
        _waiting(known[one.patient_id], one, message, writer, holder, ties.get((one.patient_id, writer.id)))
        for one, message, writer, holder in found
    ]


def _waiting(
    patient: AdmittedPatient, one: Thread, asked: ThreadMessage, writer: Person, holder: Person | None, tie: str | None
) -> Waiting:
    assert one.waiting_since is not None  # that is why it is here
    claimed_at = one.claimed_at if holder else None
    by = waiting.answer_by(patient, one.waiting_since, claimed_at)
    said = authorship.said(asked.author_role, tie, patient.given_name)
    return Waiting(one, patient, asked, writer, said, holder, by, by <= clock.now())


def count(caller: Caller) -> Count:
    """How much waits for the teams of somebody, and since when."""
    counted = select(func.count(), func.min(Thread.waiting_since)).join(Patient, Patient.id == Thread.patient_id)
    return Count(*db.session.execute(counted.where(*_theirs(caller))).one())


def _theirs(caller: Caller) -> list[ColumnElement[bool]]:
    leads = [team for _, team, role in caller.memberships if team and role is Role.LEAD]
    # A record that rests at the patient's wish is for the lead alone.
    open_to_all = or_(Patient.restricted_at.is_(None), Thread.team_id.in_(leads))
    return [Thread.team_id.in_(caller.teams(ANSWER)), Thread.waiting_since.is_not(None), open_to_all]


def position_of(one: Waiting) -> tuple[datetime, UUID]:
    """Where a thread stands in the list."""
    assert one.thread.waiting_since is not None  # that is why it is here
    return one.thread.waiting_since, one.thread.id


def note_look(caller: Caller, seen: Sequence[Waiting]) -> None:
    """Write down whose messages somebody has looked at."""
    for organisation_id in caller.organisations(ANSWER):
        patient_ids = {one.patient.id for one in seen if one.patient.organisation_id == organisation_id}
        guards.note_seen(caller, ANSWER, organisation_id, sorted(patient_ids))
