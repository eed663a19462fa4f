"""One thread, waited for and as it stands; what was sent once is done once; what was done is written down."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select, text

from app.core.db import db
from app.core.errors import NotFound
from app.messages.models import Thread, ThreadEvent
from app.messages.queries import threads
from app.patients.admission import AdmittedPatient
from app.patients.by import By

SENT_BEFORE: Final = "This id was used before for something else. Nothing was changed."
_ONE_AT_A_TIME: Final = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def one_at_a_time(patient: AdmittedPatient, client_id: UUID) -> None:
    """Wait while the same thing, sent twice, is being worked on."""
    db.session.execute(_ONE_AT_A_TIME, {"key": f"message {patient.id} {client_id}"})


def locked(patient: AdmittedPatient, kind: str, thread_id: UUID, by: By) -> Thread:
    """A thread that somebody may see, waited for. Raises NotFound."""
    where = (*threads.visible(patient, kind, by), Thread.id == thread_id)
    found = db.session.scalar(select(Thread).where(*where).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def note(thread: Thread, kind: str, by: UUID, *, to: UUID | None = None, words: str | None = None) -> None:
    """Write down what was done with a thread."""
    event = ThreadEvent(
        organisation_id=thread.organisation_id,
        patient_id=thread.patient_id,
        thread_id=thread.id,
        kind=kind,
        by=by,
        to_id=to,
    )
    event.note = words
    db.session.add(event)
    db.session.flush()
