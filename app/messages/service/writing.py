"""Write to a thread: a message that waits for the team, or its answer; writing to a closed one opens it again."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from app.access.roles import STAFF
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.messages.models import Thread, ThreadMessage
from app.messages.queries import threads
from app.messages.service import locking, telling, thread_reading
from app.messages.written import NewMessage
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import consent
from app.todos import service as todos

WAITING_TODO: Final = "message_waiting"


def write(patient: AdmittedPatient, kind: str, thread_id: UUID, new: NewMessage, by: By) -> ThreadMessage:
    """Write a message; sent again it is the same one.

    Raises NotFound, Conflict where nobody would read it and for an id that was used for something else.
    """
    locking.one_at_a_time(patient, new.id)
    thread = locking.locked(patient, kind, thread_id, by)
    where = (ThreadMessage.patient_id == patient.id, ThreadMessage.client_id == new.id)
    known = db.session.scalar(select(ThreadMessage).where(*where))
    if known is not None:
        return _again(known, thread, new, by)
    check_box(patient, kind, by)
    if thread.closed_at is not None:
        _reopen(patient, thread, by)
    return add(patient, thread, new, by)


def check_box(patient: AdmittedPatient, kind: str, by: By) -> None:
    """Raise Conflict, with the reason, where nobody would read it."""
    closed = threads.box(patient, kind, by).closed
    if closed is not None:
        raise Conflict(closed)


def add(patient: AdmittedPatient, thread: Thread, new: NewMessage, by: By) -> ThreadMessage:
    """Put a message into a thread that is held."""
    acting = consent.acting_now(patient, by.person_id)
    now = clock.now()
    message = ThreadMessage(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        thread_id=thread.id,
        author_id=by.person_id,
        author_role=str(by.role),
        acting_for_id=acting.id if acting else None,
        client_id=new.id,
        channel=by.channel,
        created_at=now,
    )
    message.body = new.text
    db.session.add(message)
    thread.last_at = now
    if thread.kind == threads.CIRCLE:
        telling.circle(patient, thread, by)
    elif by.role in STAFF:
        answered(patient, thread, by, new.shown)
        telling.writers(patient, thread, by)
    else:
        _wait(patient, thread, now, by)
    db.session.flush()
    thread_reading.note(thread, by.person_id, new.shown)
    return message


def answered(patient: AdmittedPatient, thread: Thread, by: By, shown: datetime | None = None) -> None:
    """Nobody waits for the team any more, but for whoever wrote after what was `shown` to who answers."""
    thread.waiting_since = waits_still(thread, shown)
    thread.claimed_by = thread.claimed_at = None
    todos.settle(patient.id, WAITING_TODO, str(thread.id), by.person_id)


def waits_still(thread: Thread, shown: datetime | None) -> datetime | None:
    """Since when somebody waits who wrote after what was shown; None: nobody."""
    if thread.waiting_since is None or shown is None:
        return None
    theirs = (ThreadMessage.thread_id == thread.id, ThreadMessage.author_role.not_in([str(role) for role in STAFF]))
    unseen = (ThreadMessage.created_at > shown, ThreadMessage.created_at >= thread.waiting_since)
    return db.session.scalar(select(func.min(ThreadMessage.created_at)).where(*theirs, *unseen))


def _wait(patient: AdmittedPatient, thread: Thread, now: datetime, by: By) -> None:
    if thread.waiting_since is None:
        thread.waiting_since = now
        telling.coordinator(patient, thread, by)


def _reopen(patient: AdmittedPatient, thread: Thread, by: By) -> None:
    thread.closed_at = thread.closed_by = None
    if thread.kind == threads.TEAM:
        thread.team_id = patient.team_id  # whoever looks after them now
    locking.note(thread, "reopened", by.person_id)


def _again(known: ThreadMessage, thread: Thread, new: NewMessage, by: By) -> ThreadMessage:
    if (known.thread_id, known.author_id, known.body) != (thread.id, by.person_id, new.text):
        raise Conflict(locking.SENT_BEFORE)
    return known
