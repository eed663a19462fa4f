"""How life is going, over texts: RATE begins, one part of life is asked for at a time, a number or SKIP answers it."""

from __future__ import annotations

from collections.abc import Mapping
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
from app.ratings.instrument import Area, Instrument
from app.ratings.queries import drafts
from app.ratings.queries.drafts import Draft
from app.ratings.service import area_by_area, courses
from app.ratings.service.area_by_area import Asking, Finished
from app.texting.grammar import words
from app.texting.grammar.tokens import tokens
from app.texting.service import hearing
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

BEGIN: Final = "rate"
SKIP: Final = "skip"
ANSWERED: Final = "inbound"
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
    is_certain: bool = True  # not where another number was asked for since: it may be either


def consider(event: TextReceived) -> Said | None:
    """RATE of a patient, or an answer where a part of life was asked for last; None for anything else."""
    inbound = notifications.inbound(event.inbound_id)
    typed = _typed(inbound.body or "", people.person(event.person_id).language)
    if typed is None:
        return None
    heard = hearing.hear(event)
    waiting = next(iter(drafts.asked_of(heard.sender.id)), None)
    if typed == BEGIN:
        own = heard.circles.get(heard.own or "")
        return _admitted(heard, own, partial(area_by_area.ask_next, code=courses.DEFAULT), waiting) if own else None
    if waiting is None:
        return None
    patient = next((one for one in heard.circles.values() if one.id == waiting.row.patient_id), None)
    return _answering(heard, patient, waiting, typed) if patient else None


def _answering(heard: Heard, patient: AdmittedPatient, waiting: Draft, typed: str) -> Said | None:
    """To the part of life that its sender was asked for when they sent it; only that is what they can have meant."""
    since = notifications.texts_to(heard.sender.id, waiting.row.touched_at, heard.sent_at)
    score = None if typed == SKIP else int(typed)
    if any(one.about in ASK_FOR_NUMBERS for one in since):
        one = waiting.instrument
        if score is None or not one.lowest <= score <= one.highest:
            return None
        found = _admitted(heard, patient, partial(area_by_area.ask_next, code=waiting.row.code), waiting)
        return replace(found, is_certain=False) if found else None
    if all(one.about != ANSWERED for one in since):  # sent before the question left: it is asked again
        return _admitted(heard, patient, partial(area_by_area.ask_next, code=waiting.row.code), waiting)
    go_on = partial(area_by_area.answer, code=waiting.row.code, area=waiting.row.asked or "", score=score)
    return _admitted(heard, patient, go_on, waiting)


def go_on(said: Said) -> None:
    """Keep it, and ask for the next part of life, or say thank you."""
    assert said.heard.allowed is not None  # it was considered only so
    patient, by = said.heard.allowed
    if not said.is_certain:
        return answer(said.heard, "text_unsure_reading")
    try:
        found = said.go_on(patient, by=by)
    except Invalid:
        return _ask_again(said)
    except (Conflict, Forbidden):
        return answer(said.heard, "text_rating_closed")
    if isinstance(found, Finished):
        return answer(said.heard, "text_rating_sent" if found.rating else "text_rating_empty")
    return _ask(said.heard, "text_rating_ask", found)


def _ask(heard: Heard, template: str, asking: Asking) -> None:
    """Ask for one part of life in as many words as a text has room for, in the sender's language if it has them."""
    one = asking.instrument
    language, areas = _said_in(one, heard.sender.language)
    area = areas.get(asking.area.code, asking.area)
    ends = f"({one.lowest}: {area.low} - {one.highest}: {area.high})"
    scale = f"({one.lowest} - {one.highest})"
    ways = (f"{area.name}: {area.asks} {ends}", f"{area.name}: {area.asks} {scale}", f"{area.name} {scale}")
    place = {"number": str(asking.number), "of": str(asking.of)}
    asks = texts.fullest(template, language, "question", ways, **place) or ways[-1]
    # The same number again is another answer: each question is its own for the guard against machines.
    answer(replace(heard, body=asks), template, language, question=asks, **place)


def _said_in(one: Instrument, language: str) -> tuple[str, Mapping[str, Area]]:
    """The areas in this language, where these words may be sent to somebody; as the instrument was written, else."""
    code = texts.language_sent(language)
    said = one.says.get(code)
    if said is None or not texts.may_be_sent(code, is_approved=bool(said.approved_by)):
        return one.language, {}
    return code, said.areas


def _ask_again(said: Said) -> None:
    """A number off the scale: the same question once more."""
    one = said.waiting
    assert one is not None
    assert one.row.asked is not None
    area = one.instrument.area(one.row.asked)
    assert area is not None
    asking = Asking(one.row.client_id, one.instrument, area, one.instrument.place(area.code) + 1)
    _ask(said.heard, "text_rating_off", asking)


def _admitted(heard: Heard, patient: AdmittedPatient, go_on: GoOn, waiting: Draft | None) -> Said | None:
    heard = hearing.admitted(heard, patient.id, Permission.RATE)
    return Said(heard, go_on, waiting) if heard.allowed else None


def _typed(body: str, language: str) -> str | None:
    """The word to begin, the word to skip or a number, alone, in the sender's language."""
    found = tokens(body, words.of(language))
    if len(found) != 1:
        return None
    (one,) = found
    if one.kind == "number":
        return one.raw if one.raw.isdigit() and len(one.raw) < 4 else None
    return one.name if one.name in (BEGIN, SKIP) else None
