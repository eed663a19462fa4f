"""What the pages of the team inbox are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from app.access.guards import Caller
from app.core import clock
from app.core import pages as paging
from app.core.errors import DomainError
from app.core.ids import new_id
from app.messages.queries import answering, inbox, threads
from app.messages.queries.inbox import Count, Waiting
from app.messages.queries.threads import TEAM
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.teams.models import Team
from app.web import moments
from app.web.coordinator import strip
from app.web.patient import thread_words
from app.web.patient.sharing import Shown

AT_ONCE: Final = 50
SAID: Final = {
    "sent": "It is sent.",
    "claimed": "You have this now.",
    "passed_on": "It is passed on, and your colleague is told.",
    "let_go": "It is back in the inbox for everybody.",
    "closed": "It is closed. Writing in it opens it again.",
}
ASKED: Final = {
    "to_id": "Choose a colleague",
    "pass_note": "Write a note for your colleague",
    "text": "Write your answer first, 4000 characters at most",
}


def refused(typed: Mapping[str, Any], why: DomainError, fields: Mapping[str, str]) -> Shown:
    """A form as it was sent, with what is wrong beside the fields as this page names them."""
    shown = Shown.refused(typed, why)
    errors = {fields.get(name, name): text for name, text in shown.errors.items()}
    renamed = {fields.get(name, name): text for name, text in typed.items()}
    return Shown(renamed, {name: ASKED.get(name, text) for name, text in errors.items()})


def for_inbox(caller: Caller, team: Team, cursor: str | None) -> dict[str, Any]:
    """What waits, in three parts: for everybody, with the caller, with colleagues. The look is noted."""
    rows = inbox.waiting_threads(caller, paging.position(cursor), AT_ONCE)
    page = paging.page(rows, AT_ONCE, inbox.position_of)
    inbox.note_look(caller, page.items)
    zone = ZoneInfo(team.zone)
    shown = [(_whose(one, caller), _row(one, zone)) for one in page.items]
    return {
        "team": team.name,
        "parts": [
            {"key": key, "title": title, "rows": [row for whose, row in shown if whose == key]}
            for key, title in (("all", "Waiting for anybody"), ("mine", "With you"), ("others", "With a colleague"))
        ],
        "is_empty": not shown,
        "next_href": url_for("team_inbox.listed", cursor=page.next) if page.next else None,
    }


def waits(count: Count, zone: ZoneInfo) -> dict[str, str] | None:
    """A line for the worklist: how many messages wait; None where none does."""
    if not count.since:
        return None
    many = "1 message waits" if count.many == 1 else f"{count.many} messages wait"
    since = moments.words(count.since, clock.now(), zone)
    return {"words": f"{many} for an answer, the longest since {since}", "href": url_for("team_inbox.listed")}


def _whose(one: Waiting, caller: Caller) -> str:
    if one.claimed_by is None or one.is_overdue:
        return "all"
    return "mine" if one.claimed_by.id == caller.person_id else "others"


def _row(one: Waiting, zone: ZoneInfo) -> dict[str, Any]:
    now, since = clock.now(), one.thread.waiting_since
    assert since is not None  # that is why it is here
    return {
        "id": str(one.thread.id),
        "href": url_for("team_inbox.thread", patient_id=one.patient.id, thread_id=one.thread.id),
        "patient": one.patient.name,
        "writer": f"{one.writer.name}, {one.said}",
        "topic": one.thread.topic,
        "text": one.message.body,
        "since": moments.moment(since, now, zone),
        "due": moments.remaining(one.answer_by, now, zone),
        "holder": one.claimed_by.name if one.claimed_by else None,
        "is_overdue": one.is_overdue,
    }


def for_patient(patient: AdmittedPatient, by: By, cursor: str | None) -> dict[str, Any]:
    """Everything that was written with one patient and their circle."""
    rows = threads.listed(patient, TEAM, by, paging.position(cursor), AT_ONCE)
    page = paging.page(rows, AT_ONCE, lambda row: (row.thread.last_at, row.thread.id))
    now, zone = clock.now(), patient.team_zone
    return _about(patient) | {
        "threads": [
            thread_words.listed(
                one, now, zone, url_for("team_inbox.thread", patient_id=patient.id, thread_id=one.thread.id)
            )
            for one in page.items
        ],
        "new_href": url_for("team_inbox.new", patient_id=patient.id),
        "next_href": url_for("team_inbox.of_patient", patient_id=patient.id, cursor=page.next) if page.next else None,
    }


def for_new(patient: AdmittedPatient, shown: Shown) -> dict[str, Any]:
    """The form of a new topic."""
    return _about(patient) | {
        "form_id": shown.get("id") or str(new_id()),
        "topic": shown.get("topic"),
        "text": shown.get("text"),
        "action": url_for("team_inbox.open_thread", patient_id=patient.id),
        **shown.context(),
    }


def for_thread(
    patient: AdmittedPatient, thread_id: UUID, by: By, shown: Shown, asked: Mapping[str, str]
) -> dict[str, Any]:
    """One thread with everything that can be done with it. Raises NotFound."""
    full, now, zone = threads.in_full(patient, TEAM, thread_id, by), clock.now(), patient.team_zone
    one, thread = full.listed, full.listed.thread
    rows = threads.messages(patient, thread, by, paging.position(asked.get("cursor")), AT_ONCE)
    page = paging.page(rows, AT_ONCE, lambda row: (row.message.created_at, row.message.id))
    where: dict[str, Any] = {"patient_id": patient.id, "thread_id": thread.id}
    return _about(patient) | {
        "topic": thread.topic,
        "said": SAID.get(asked.get("said", "")),
        "shown": thread_words.shown(page.items),
        "messages": thread_words.messages(page.items, by.person_id, now, zone),
        "earlier_href": url_for("team_inbox.thread", **where, cursor=page.next) if page.next else None,
        "history": thread_words.steps(full.history, now, zone),
        "closed": thread_words.closed(one, full.history, now, zone),
        "colleagues": [
            {"value": str(person.id), "text": person.name}
            for person in answering.colleagues(patient.team_id)
            if person.id != by.person_id
        ],
        "url": {
            what: url_for(f"team_inbox.{what}", **where) for what in ("claim", "pass_on", "let_go", "answer", "close")
        },
        "form_id": shown.get("id") or str(new_id()),
        "typed": shown.typed,
        **_standing(patient, one, by),
        **shown.context(),
    }


def _standing(patient: AdmittedPatient, one: threads.ListedThread, by: By) -> dict[str, Any]:
    """Whether somebody waits, until when, and who has it."""
    now = clock.now()
    is_late = one.answer_by is not None and one.answer_by <= now
    holder = one.claimed_by
    is_mine = holder is not None and holder.id == by.person_id
    return {
        "waits": one.answer_by is not None,
        "due": moments.remaining(one.answer_by, now, patient.team_zone) if one.answer_by else None,
        "holder": holder.name if holder else None,
        "is_mine": is_mine,
        "is_late": is_late,
        "can_claim": one.answer_by is not None and (holder is None or is_late),
        "can_give": one.answer_by is not None and (holder is None or is_mine or is_late),
    }


def _about(patient: AdmittedPatient) -> dict[str, Any]:
    return {
        "patient": strip.strip(patients.whole_record(patient.id), clock.now()),
        "given_name": patient.given_name,
        "messages_href": url_for("team_inbox.of_patient", patient_id=patient.id),
        "inbox_href": url_for("team_inbox.listed"),
    }
