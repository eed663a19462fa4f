"""Keep it true who has what of the inbox: with a patient who moves, after a role that ended, past the working day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, cast, func, or_, select
from sqlalchemy.types import Text

from app.core import backlog, clock
from app.core.db import db
from app.messages import waiting
from app.messages.models import Thread
from app.messages.queries import answering, threads
from app.messages.service import claiming
from app.messages.service.writing import WAITING_TODO
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.todos import service as todos
from app.todos.models import Todo

GONE: Final = "They answer messages of this team no more."


def follow(patient_id: UUID) -> None:
    """The open threads of a patient go with them to their team; whoever is not of it has nothing taken any more."""
    patient = patients.admitted([patient_id])[patient_id]  # read anew: it has just changed
    where = (Thread.patient_id == patient_id, Thread.kind == threads.TEAM, Thread.closed_at.is_(None))
    found = _locked(select(Thread.id).where(*where))
    for thread in found:
        thread.team_id = patient.team_id
    stay = answering.answering(patient.team_id, {one.claimed_by for one in found if one.claimed_by})
    for thread in found:
        if thread.claimed_by is not None and thread.claimed_by not in stay:
            claiming.put_back(thread, thread.claimed_by, GONE)
    db.session.flush()


def let_go_of_absent() -> int:
    """Put back what is taken by somebody who answers for its team no more; returns how many."""
    gone = and_(Thread.claimed_by.is_not(None), ~answering.still_answers(Thread.claimed_by, Thread.team_id))
    return backlog.one_by_one("let go of the absent", select(Thread).where(gone).order_by(Thread.id), _let_go)


def _let_go(thread: Thread) -> None:
    assert thread.claimed_by is not None  # that is why it is here
    claiming.put_back(thread, thread.claimed_by, GONE)


def ask_for_answers() -> int:
    """Ask the named coordinator to see to what was not answered by the end of the working day; returns how many.

    Once for each time that somebody took it.
    """
    begun = func.coalesce(Thread.claimed_at, Thread.waiting_since)
    same = (Todo.patient_id == Thread.patient_id, Todo.kind == WAITING_TODO, Todo.cause == cast(Thread.id, Text))
    asked = select(Todo.id).where(*same, or_(Todo.done_at.is_(None), Todo.created_at >= begun)).exists()
    waits = select(Thread).where(Thread.waiting_since.is_not(None), ~asked).order_by(Thread.id)
    late = []

    def ask(thread: Thread) -> None:
        patient = patients.admitted_one(thread.patient_id)
        if _is_overdue(patient, thread):
            todos.add(patient, WAITING_TODO, str(thread.id), _reason(patient, thread), clock.now())
            late.append(thread.id)

    backlog.each("ask for answers", db.session.scalars(waits).all(), ask)
    return len(late)


def _is_overdue(patient: AdmittedPatient, one: Thread) -> bool:
    assert one.waiting_since is not None  # that is why it is looked at
    return waiting.is_overdue(patient, one.waiting_since, one.claimed_at, clock.now())


def _reason(patient: AdmittedPatient, one: Thread) -> str:
    assert one.waiting_since is not None
    at = one.waiting_since.astimezone(patient.team_zone)
    taken = " Somebody has taken it, and it is everybody’s again." if one.claimed_by else ""
    return f"A message to the team waits for an answer since {at:%H:%M} on {at:%A} {at.day} {at:%B}.{taken}"


def _locked(ids: Select[UUID]) -> Sequence[Thread]:
    chosen = select(Thread).where(Thread.id.in_(ids)).order_by(Thread.id)
    held = chosen.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(held).all()
