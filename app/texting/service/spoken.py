"""Words for people: a post to the circle, and whatever Kith does not understand, which the team reads."""

from __future__ import annotations

from typing import Final
from uuid import uuid5

from app.core import clock
from app.core.errors import Conflict, DomainError
from app.messages import waiting
from app.messages.feed_entering import NewPost
from app.messages.models import Thread
from app.messages.queries import by_text
from app.messages.service import opening, posting, writing
from app.messages.written import NewMessage, NewThread
from app.patients.admission import AdmittedPatient
from app.texting.grammar.said import Post
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

TOPIC: Final = "By text message"


def post(heard: Heard, said: Post) -> None:
    """Put the words into the feed of this circle."""
    if heard.allowed is None:
        return answer(heard, "text_not_yours")
    allowed, by = heard.allowed
    try:
        posting.post(allowed, NewPost(uuid5(heard.event.inbound_id, "post"), said.words), by)
    except DomainError:
        return answer(heard, "text_not_posted")
    return answer(heard, "text_posted")


def to_team(heard: Heard) -> None:
    """Give a text that is none of ours to the people of the team: it stands in their inbox, and somebody answers it."""
    if heard.allowed is None or not heard.body.strip():
        return answer(heard, "text_not_understood")
    allowed, by = heard.allowed
    one = uuid5(heard.event.inbound_id, "message")
    running = by_text.running(allowed, heard.sender.id)
    try:
        if running is None:
            opening.open_thread(allowed, "team", NewThread(one, TOPIC, heard.body), by)
        else:
            writing.write(allowed, "team", running.id, NewMessage(one, heard.body), by)
    except Conflict:
        return answer(heard, "text_care_ended")
    return None if running is not None and _is_talked_in(allowed, running) else answer(heard, "text_to_team")


def _is_talked_in(patient: AdmittedPatient, thread: Thread) -> bool:
    """While somebody of the team is talking there, no machine speaks between them; not when they have gone home."""
    now = clock.now()
    if thread.claimed_at is None or not patient.team_is_there(now):
        return False
    return not waiting.is_overdue(patient, thread.waiting_since or now, thread.claimed_at, now)
