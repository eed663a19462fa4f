"""Write down until when somebody has read a thread."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.messages.models import Thread, ThreadMessage, ThreadSeen
from app.messages.service import locking
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def see(patient: AdmittedPatient, kind: str, thread_id: UUID, by: By, shown: datetime | None = None) -> None:
    """Somebody has read a thread just now; read again with nothing new in it changes nothing. Raises NotFound.

    `shown`: when the last message was written that they were shown, for another may have come meanwhile.
    """
    note(locking.locked(patient, kind, thread_id, by), by.person_id, shown)


def note(thread: Thread, person_id: UUID, shown: datetime | None = None) -> None:
    """The same of a thread that is held: whoever writes to it has read it too."""
    of_others = (ThreadMessage.thread_id == thread.id, ThreadMessage.author_id != person_id)
    newest = db.session.scalar(select(func.max(ThreadMessage.created_at)).where(*of_others))
    theirs = (ThreadSeen.thread_id == thread.id, ThreadSeen.person_id == person_id)
    before = db.session.scalar(select(ThreadSeen.seen_at).where(*theirs))
    if newest is None or (before is not None and before >= newest):
        return
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "organisation_id": thread.organisation_id,
        "patient_id": thread.patient_id,
        "thread_id": thread.id,
        "person_id": person_id,
        "seen_at": clock.now() if shown is None or shown >= newest else shown,
    }
    seen = insert(ThreadSeen).values(row)
    later = {"seen_at": func.greatest(ThreadSeen.seen_at, seen.excluded.seen_at)}
    db.session.execute(seen.on_conflict_do_update(index_elements=("thread_id", "person_id"), set_=later))
