"""Take what waits in the inbox, pass it on, let it go. Of several at once exactly one has it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.identity import queries as identity
from app.identity.models import Person
from app.messages import waiting
from app.messages.models import Thread
from app.messages.queries import answering, threads
from app.messages.service import locking, telling
from app.patients.admission import AdmittedPatient
from app.patients.by import By

NOBODY_WAITS: Final = "Nobody waits for an answer here any more."
NOT_YOURS: Final = "You have not taken this."
NO_COLLEAGUE: Final = "Choose somebody who answers messages of this team."


def claim(patient: AdmittedPatient, thread_id: UUID, by: By) -> Thread:
    """Take a thread that waits; raises NotFound, and Conflict naming who has it.

    What somebody took and did not answer by the end of their working day is everybody's again.
    """
    thread = _waiting(patient, thread_id, by)
    if (holder := _holder(patient, thread)) is not None:
        if holder.id == by.person_id:
            return thread
        raise _taken(holder)
    _give(thread, by.person_id)
    locking.note(thread, "claimed", by.person_id)
    return thread


def pass_on(patient: AdmittedPatient, thread_id: UUID, to_id: UUID, words: str, by: By) -> Thread:
    """Give a thread that waits to a colleague, with a note for them, who is told.

    Raises NotFound, Conflict while somebody else has it, Invalid for whoever answers no messages of this team.
    """
    thread = _waiting(patient, thread_id, by)
    holder = _holder(patient, thread)
    if holder is not None and holder.id != by.person_id:
        raise _taken(holder)
    if to_id == by.person_id or not answering.answers(patient.team_id, to_id):
        raise Invalid(NO_COLLEAGUE, errors=[{"pointer": "/to_id", "detail": NO_COLLEAGUE}])
    _give(thread, to_id)
    locking.note(thread, "passed_on", by.person_id, to=to_id, words=words)
    telling.colleague(patient, thread, to_id)
    return thread


def let_go(patient: AdmittedPatient, thread_id: UUID, by: By, words: str | None = None) -> Thread:
    """Put back what one has taken; raises NotFound, and Conflict for what one has not."""
    thread = _waiting(patient, thread_id, by)
    if thread.claimed_by != by.person_id:
        raise Conflict(NOT_YOURS)
    put_back(thread, by.person_id, words)
    return thread


def put_back(thread: Thread, by: UUID, words: str | None) -> None:
    """Nobody has it any more."""
    thread.claimed_by = thread.claimed_at = None
    db.session.flush()
    locking.note(thread, "let_go", by, words=words)


def _waiting(patient: AdmittedPatient, thread_id: UUID, by: By) -> Thread:
    thread = locking.locked(patient, threads.TEAM, thread_id, by)
    if thread.waiting_since is None:
        raise Conflict(NOBODY_WAITS)
    return thread


def _holder(patient: AdmittedPatient, thread: Thread) -> Person | None:
    """Who has it, still answers for the team, and is not late with it."""
    if thread.claimed_by is None or thread.waiting_since is None:
        return None
    if waiting.is_overdue(patient, thread.waiting_since, thread.claimed_at, clock.now()):
        return None
    return identity.person(thread.claimed_by) if answering.answers(patient.team_id, thread.claimed_by) else None


def _give(thread: Thread, person_id: UUID) -> None:
    thread.claimed_by, thread.claimed_at = person_id, clock.now()
    db.session.flush()


def _taken(holder: Person) -> Conflict:
    return Conflict(f"{holder.name} has this already.", claimed_by=holder.name)
