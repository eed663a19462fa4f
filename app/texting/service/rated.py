"""How life is going, over texts: RATE begins, one part of life is asked for at a time, a number or SKIP answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from app.access.permissions import Permission
from app.core.errors import Conflict, Forbidden, Invalid
from app.identity import queries as people
from app.messages.service import carers
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes.service import saying
from app.ratings.queries import drafts
from app.ratings.queries.drafts import Draft
from app.ratings.service import area_by_area, courses
from app.ratings.service.area_by_area import Asking, Finished
from app.texting.grammar import words
from app.texting.grammar.tokens import tokens
from app.texting.service import hearing
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

SKIP: Final = "skip"
ASK_FOR_NUMBERS: Final = (saying.ABOUT, carers.ABOUT)  # of something else


class GoOn(Protocol):
    """Keep what was said, if anything, and say what comes next."""

    def __call__(self, patient: AdmittedPatient, *, by: By) -> Asking | Finished: ...


@dataclass(frozen=True, slots=True)
class Said:
    """A text about a rating: what is to be done with it, and what is asked for now."""

    heard: Heard
    go_on: GoOn
    waiting: Draft | None


def consider(event: TextReceived) -> Said | None:
    """RATE of a patient, or an answer where a part of life was asked for last; None for anything else."""
    inbound = notifications.inbound(event.inbound_id)
    typed = (inbound.body or "").strip(" .!").lower()
    if not (typed == SKIP or _is_number(typed) or _is_begin(event, typed)):
        return None
    heard = hearing.hear(event)
    waiting = next(iter(drafts.asked_of(heard.sender.id)), None)
    if not (typed == SKIP or _is_number(typed)):
        own = heard.circles.get(heard.own or "")
        return _admitted(heard, own, partial(area_by_area.ask_next, code=courses.DEFAULT), waiting) if own else None
    if waiting is None or _was_asked_for_more(event, waiting):
        return None
    patient = next((one for one in heard.circles.values() if one.id == waiting.row.patient_id), None)
    score = None if typed == SKIP else int(typed)
    go_on = partial(area_by_area.answer, code=waiting.row.code, area=waiting.row.asked or "", score=score)
    return _admitted(heard, patient, go_on, waiting) if patient else None


def go_on(said: Said) -> None:
    """Keep it, and ask for the next part of life, or say thank you."""
    assert said.heard.allowed is not None  # it was considered only so
    patient, by = said.heard.allowed
    try:
        found = said.go_on(patient, by=by)
    except Invalid:
        return _ask_again(said)
    except (Conflict, Forbidden):
        return answer(said.heard, "text_rating_closed")
    if isinstance(found, Finished):
        return answer(said.heard, "text_rating_sent" if found.rating else "text_rating_empty")
    asks = question(found)
    # The same number again is another answer: each question is its own for the guard against machines.
    return answer(replace(said.heard, body=asks), "text_rating_ask", question=asks)


def question(asking: Asking) -> str:
    """One part of life in as many words as a text has room for; with the ends of the scale, where they fit."""
    one, area = asking.instrument, asking.area
    begins = f"{asking.number} of {asking.of}. {area.name}. {area.asks}"
    whole = f"{begins} {one.lowest}: {area.low}. {one.highest}: {area.high}."
    short = f"{asking.number} of {asking.of}. {area.name}, {one.lowest} to {one.highest}."
    return texts.question(whole) or texts.question(begins) or texts.question(short)


def _ask_again(said: Said) -> None:
    """A number off the scale: the same question once more."""
    one = said.waiting
    assert one is not None
    assert one.row.asked is not None
    area = one.instrument.area(one.row.asked)
    assert area is not None
    asking = Asking(one.row.client_id, one.instrument, area, one.instrument.place(area.code) + 1)
    answer(said.heard, "text_rating_off", question=question(asking))


def _admitted(heard: Heard, patient: AdmittedPatient, go_on: GoOn, waiting: Draft | None) -> Said | None:
    heard = hearing.admitted(heard, patient.id, Permission.RATE)
    return Said(heard, go_on, waiting) if heard.allowed else None


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 4


def _is_begin(event: TextReceived, typed: str) -> bool:
    """The word alone, in the sender's language."""
    found = tokens(typed, words.of(people.person(event.person_id).language))
    return len(found) == 1 and found[0].name == "rate"


def _was_asked_for_more(event: TextReceived, waiting: Draft) -> bool:
    """Was another number asked for by text after the part of life? Then one alone is not certain."""
    inbound = notifications.inbound(event.inbound_id)
    since = notifications.texts_to(event.person_id, waiting.row.touched_at, inbound.sent_at)
    return any(one.about in ASK_FOR_NUMBERS for one in since)
