"""Write down until when somebody has read a thread."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.messages.models import Thread, ThreadSeen
from app.messages.queries import threads
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def see(patient: AdmittedPatient, kind: str, thread_id: UUID, by: By) -> None:
    """Somebody has read a thread just now; read again with nothing new in it changes nothing. Raises NotFound."""
    thread = threads.thread(patient, kind, thread_id, by)
    if thread.unread:
        until(thread.thread, by.person_id, clock.now())


def until(thread: Thread, person_id: UUID, at: datetime) -> None:
    """They have read it until then; of two at once the later holds."""
    row = {
        "id": new_id(),
        "created_at": at,
        "organisation_id": thread.organisation_id,
        "patient_id": thread.patient_id,
        "thread_id": thread.id,
        "person_id": person_id,
        "seen_at": at,
    }
    seen = insert(ThreadSeen).values(row)
    later = {"seen_at": func.greatest(ThreadSeen.seen_at, seen.excluded.seen_at)}
    db.session.execute(seen.on_conflict_do_update(index_elements=("thread_id", "person_id"), set_=later))
