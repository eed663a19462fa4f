"""What the pages of threads are made from: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import request, url_for

from app.access.permissions import Permission
from app.core import clock
from app.core import pages as paging
from app.core.errors import DomainError
from app.core.ids import new_id
from app.messages.listening import Listening
from app.messages.queries import threads
from app.messages.queries.threads import CIRCLE, TEAM
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import frame, looking
from app.web.patient import thread_words
from app.web.patient.sharing import Shown, whose

AT_ONCE: Final = 50
SAID: Final = {"sent": "It is sent.", "closed": "It is closed. Writing here opens it again."}
ASKED: Final = {
    "topic": "Say in a few words what it is about, 100 characters at most",
    "text": "Write your message first, 4000 characters at most",
}
_MAY: Final = {TEAM: Permission.WRITE_TO_TEAM, CIRCLE: Permission.SEE_FEED}


def refused(typed: Mapping[str, Any], why: DomainError) -> Shown:
    """The form as it was sent, with a plain word beside each field."""
    shown = Shown.refused(typed, why)
    return Shown(typed, {name: ASKED.get(name, text) for name, text in shown.errors.items()})


def for_list(patient: AdmittedPatient, kind: str, by: By, cursor: str | None) -> dict[str, Any]:
    """The threads of a kind, last written to first."""
    rows = threads.listed(patient, kind, by, paging.position(cursor), AT_ONCE)
    page = paging.page(rows, AT_ONCE, lambda row: (row.thread.last_at, row.thread.id))
    now, box = clock.now(), threads.box(patient, kind, by)
    can_write = kind == TEAM or looking.may(Permission.WRITE_POSTS)
    other = CIRCLE if kind == TEAM else TEAM
    return _both(patient, kind, box) | {
        "threads": [
            thread_words.listed(one, now, patient.zone, _thread(patient, kind, one.thread.id)) for one in page.items
        ],
        "new_href": _here(patient, kind, "_new") if can_write and box.is_open else None,
        "other_href": _here(patient, other) if looking.may(_MAY[other]) else None,
        "next_href": _here(patient, kind, cursor=page.next) if page.next else None,
    }


def for_new(patient: AdmittedPatient, kind: str, by: By, shown: Shown) -> dict[str, Any]:
    """The form of a new topic."""
    box = threads.box(patient, kind, by)
    return _both(patient, kind, box) | {
        "form_id": shown.get("id") or str(new_id()),
        "topic": shown.get("topic"),
        "text": shown.get("text"),
        "action": _here(patient, kind, "_open"),
        "back_href": _here(patient, kind),
        **shown.context(),
    }


def for_thread(patient: AdmittedPatient, kind: str, thread_id: UUID, by: By, shown: Shown) -> dict[str, Any]:
    """One thread, its last messages, and the box to write in. Raises NotFound."""
    full, now, zone = threads.in_full(patient, kind, thread_id, by), clock.now(), patient.zone
    one, thread = full.listed, full.listed.thread
    rows = threads.messages(patient, thread, by, paging.position(request.args.get("cursor")), AT_ONCE)
    page = paging.page(rows, AT_ONCE, lambda row: (row.message.created_at, row.message.id))
    can_write = kind == TEAM or looking.may(Permission.WRITE_POSTS)
    waits = thread.waiting_since is not None
    return _both(patient, kind, full.box) | {
        "topic": thread.topic,
        "said": SAID.get(request.args.get("said", "")),
        "state": thread_words.state(one, now, zone),
        "closed": thread_words.closed(one, full.history, now, zone),
        "shown": thread_words.shown(page.items),
        "messages": thread_words.messages(page.items, by.person_id, now, zone),
        "earlier_href": _thread(patient, kind, thread.id, cursor=page.next) if page.next else None,
        "history": thread_words.steps(full.history, now, zone),
        "can_write": can_write,
        "form_id": shown.get("id") or str(new_id()),
        "text": shown.get("text"),
        "action": _thread(patient, kind, thread.id),
        "close_action": _thread(patient, kind, thread.id, "_close")
        if can_write and thread.closed_at is None and not waits
        else None,
        "back_href": _here(patient, kind),
        **shown.context(),
    }


def _both(patient: AdmittedPatient, kind: str, box: Listening) -> dict[str, Any]:
    """Whose it is, who listens, and why nobody does."""
    is_team = kind == TEAM
    heard = frame.listening(patient, clock.now()) if is_team else thread_words.circle_listening(box)
    return {
        "is_team": is_team,
        "whose": whose(patient),
        "team": patient.team_name,
        "why_closed": box.closed,
        "heard": heard,
    }


def _here(patient: AdmittedPatient, kind: str, what: str = "", **more: Any) -> str:
    return url_for(f"my_threads.{kind}{what}", patient_id=patient.id, **more)


def _thread(patient: AdmittedPatient, kind: str, thread_id: UUID, what: str = "_thread", **more: Any) -> str:
    return _here(patient, kind, what, thread_id=thread_id, **more)
