"""Threads over the API: within the circle, and with the team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.messages.queries import threads
from app.messages.queries.threads import CIRCLE, TEAM, ListedThread, ThreadInFull, WrittenMessage
from app.messages.schemas import threads as schemas
from app.messages.service import closing, opening, thread_reading, writing
from app.messages.written import NewMessage, NewThread
from app.patients.admission import AdmittedPatient
from app.patients.by import By

routes = Routes("threads", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Threads")
SEE, WRITE = guards.on_patient(Permission.SEE_FEED), guards.on_patient(Permission.WRITE_POSTS)
TO_TEAM = guards.on_patient(Permission.WRITE_TO_TEAM)
ONE, ONE_WITH_TEAM = "/threads/<uuid:thread_id>", "/team-threads/<uuid:thread_id>"
NEW, MESSAGE, CLOSING = schemas.NewThreadSchema(), schemas.NewMessageSchema(), schemas.ThreadClosing()


def by() -> By:
    """Who calls, and as what the guard let them in."""
    return By(guards.caller().person_id, g.role)


@routes.get("/threads", access=SEE, query=PageQuery(), gives={200: schemas.Threads})
def in_circle(patient: AdmittedPatient, query: dict[str, Any]) -> Page[ListedThread]:
    """The threads of the circle, last written to first."""
    return _listed(patient, CIRCLE, query)


@routes.post("/threads", access=WRITE, keyed=False, takes=NEW, gives={201: schemas.Thread})
def open_in_circle(patient: AdmittedPatient, body: NewThread) -> ListedThread:
    """Open a thread within the circle; 409, with the reason, where nobody else would read it."""
    return _opened(patient, CIRCLE, body)


@routes.get(ONE, access=SEE, gives={200: schemas.ThreadInFull})
def one_in_circle(patient: AdmittedPatient, thread_id: UUID) -> ThreadInFull:
    """One thread of the circle with its history, and who reads what is written next."""
    return threads.in_full(patient, CIRCLE, thread_id, by())


@routes.get(f"{ONE}/messages", access=SEE, query=PageQuery(), gives={200: schemas.Messages})
def messages_in_circle(patient: AdmittedPatient, thread_id: UUID, query: dict[str, Any]) -> Page[WrittenMessage]:
    """What was written to it, newest first."""
    return _messages(patient, CIRCLE, thread_id, query)


@routes.post(f"{ONE}/messages", access=WRITE, keyed=False, takes=MESSAGE, gives={201: schemas.ThreadMessage})
def write_in_circle(patient: AdmittedPatient, thread_id: UUID, body: NewMessage) -> WrittenMessage:
    """Write to it; a closed one is open again."""
    return _written(patient, CIRCLE, thread_id, body)


@routes.post(f"{ONE}/seen", access=SEE, keyed=False, gives={204: None})
def seen_in_circle(patient: AdmittedPatient, thread_id: UUID) -> None:
    """Say that one has read it until now."""
    thread_reading.see(patient, CIRCLE, thread_id, by())


@routes.post(f"{ONE}/close", access=WRITE, keyed=False, gives={200: schemas.Thread})
def close_in_circle(patient: AdmittedPatient, thread_id: UUID) -> ListedThread:
    """Close it, for now."""
    closing.close(patient, CIRCLE, thread_id, by())
    return threads.thread(patient, CIRCLE, thread_id, by())


@routes.get("/team-threads", access=TO_TEAM, query=PageQuery(), gives={200: schemas.Threads})
def with_team(patient: AdmittedPatient, query: dict[str, Any]) -> Page[ListedThread]:
    """The threads with the team, last written to first; a member of the circle sees those they opened."""
    return _listed(patient, TEAM, query)


@routes.post("/team-threads", access=TO_TEAM, keyed=False, takes=NEW, gives={201: schemas.Thread})
def open_with_team(patient: AdmittedPatient, body: NewThread) -> ListedThread:
    """Write to the team under a new topic; 409, with the reason, where nobody would read it."""
    return _opened(patient, TEAM, body)


@routes.get(ONE_WITH_TEAM, access=TO_TEAM, gives={200: schemas.ThreadInFull})
def one_with_team(patient: AdmittedPatient, thread_id: UUID) -> ThreadInFull:
    """One thread with the team, with its history, and who reads what is written next."""
    return threads.in_full(patient, TEAM, thread_id, by())


@routes.get(f"{ONE_WITH_TEAM}/messages", access=TO_TEAM, query=PageQuery(), gives={200: schemas.Messages})
def messages_with_team(patient: AdmittedPatient, thread_id: UUID, query: dict[str, Any]) -> Page[WrittenMessage]:
    """What was written to it, newest first."""
    return _messages(patient, TEAM, thread_id, query)


@routes.post(
    f"{ONE_WITH_TEAM}/messages", access=TO_TEAM, keyed=False, takes=MESSAGE, gives={201: schemas.ThreadMessage}
)
def write_with_team(patient: AdmittedPatient, thread_id: UUID, body: NewMessage) -> WrittenMessage:
    """Write to the team, or as one of it answer; a closed one is open again."""
    return _written(patient, TEAM, thread_id, body)


@routes.post(f"{ONE_WITH_TEAM}/seen", access=TO_TEAM, keyed=False, gives={204: None})
def seen_with_team(patient: AdmittedPatient, thread_id: UUID) -> None:
    """Say that one has read it until now."""
    thread_reading.see(patient, TEAM, thread_id, by())


@routes.post(f"{ONE_WITH_TEAM}/close", access=TO_TEAM, keyed=False, takes=CLOSING, gives={200: schemas.Thread})
def close_with_team(patient: AdmittedPatient, thread_id: UUID, body: dict[str, Any]) -> ListedThread:
    """Close it, for now; while somebody waits only the team can, and says how they were answered."""
    closing.close(patient, TEAM, thread_id, by(), body["note"], body["shown"])
    return threads.thread(patient, TEAM, thread_id, by())


def _listed(patient: AdmittedPatient, kind: str, query: dict[str, Any]) -> Page[ListedThread]:
    rows = threads.listed(patient, kind, by(), pages.position(query["cursor"]), query["limit"])
    return pages.page(rows, query["limit"], lambda row: (row.thread.last_at, row.thread.id))


def _opened(patient: AdmittedPatient, kind: str, new: NewThread) -> ListedThread:
    made = opening.open_thread(patient, kind, new, by())
    return threads.thread(patient, kind, made.id, by())


def _messages(patient: AdmittedPatient, kind: str, thread_id: UUID, query: dict[str, Any]) -> Page[WrittenMessage]:
    one = threads.thread(patient, kind, thread_id, by()).thread
    rows = threads.messages(patient, one, by(), pages.position(query["cursor"]), query["limit"])
    return pages.page(rows, query["limit"], lambda row: (row.message.created_at, row.message.id))


def _written(patient: AdmittedPatient, kind: str, thread_id: UUID, new: NewMessage) -> WrittenMessage:
    return threads.written(patient, [writing.write(patient, kind, thread_id, new, by())], by())[0]
