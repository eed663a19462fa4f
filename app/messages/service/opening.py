"""Open a thread within the circle, or with the team."""

from __future__ import annotations

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict
from app.messages.models import Thread, ThreadMessage
from app.messages.queries import threads
from app.messages.service import locking, writing
from app.messages.written import NewMessage, NewThread
from app.patients.admission import AdmittedPatient
from app.patients.by import By


def open_thread(patient: AdmittedPatient, kind: str, new: NewThread, by: By) -> Thread:
    """Open a thread with its first message; sent again it is the same one.

    Raises Conflict where nobody would read it, and for an id that was used for something else.
    """
    locking.one_at_a_time(patient, new.id)
    where = (Thread.patient_id == patient.id, Thread.client_id == new.id)
    known = db.session.scalar(select(Thread).where(*where))
    if known is not None:
        return _again(known, kind, new, by)
    said = (ThreadMessage.patient_id == patient.id, ThreadMessage.client_id == new.id)
    if db.session.scalar(select(ThreadMessage.id).where(*said)) is not None:
        raise Conflict(locking.SENT_BEFORE)
    writing.check_box(patient, kind, by)
    thread = Thread(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        kind=kind,
        team_id=patient.team_id if kind == threads.TEAM else None,
        opened_by=by.person_id,
        client_id=new.id,
        last_at=clock.now(),
    )
    thread.topic = new.topic
    db.session.add(thread)
    db.session.flush()
    locking.note(thread, "opened", by.person_id)
    writing.add(patient, thread, NewMessage(new.id, new.text), by)
    return thread


def _again(known: Thread, kind: str, new: NewThread, by: By) -> Thread:
    first = ThreadMessage.thread_id == known.id, ThreadMessage.client_id == new.id
    message = db.session.scalars(select(ThreadMessage).where(*first)).one()
    if (known.opened_by, known.kind, known.topic, message.body) != (by.person_id, kind, new.topic, new.text):
        raise Conflict(locking.SENT_BEFORE)
    return known
