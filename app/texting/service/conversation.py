"""Answer a text: whatever it is about, once, and through the same services as a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import NoneType
from typing import Any, Final, TypeAlias
from uuid import UUID

from app.access.permissions import Permission
from app.core import clock, rows
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.notifications.models import InboundText
from app.texting.grammar.said import Command, Language, Post, Quiet, Readings, Unsure
from app.texting.service import (
    agreed,
    alerted,
    carers,
    doses,
    hearing,
    helped,
    measured,
    nobody,
    opted_in,
    rated,
    returned,
    spoken,
    stepped,
    wishes,
)
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

# What Kith made of a text that it has asked something back about; it is asked once, then people read it.
WHO: Final = "asked who"
UNSURE: Final = "asked again"
LEAVE: Final = "leave"
# How long an answer still belongs to the question.
BELONGS: Final = timedelta(hours=2)
_COMMANDS: Final[dict[str, Callable[[Heard, Command], None]]] = {
    **dict.fromkeys(helped.WORDS, helped.act),
    "status": lambda heard, _: wishes.status(heard),
    "quiet_off": lambda heard, _: wishes.heard_again(heard),
    "leave": wishes.leave,
}
_ACTS: Final[dict[type, Callable[[Heard, Any], None]]] = {
    Readings: measured.record,
    Post: spoken.post,
    NoneType: lambda heard, _: spoken.to_team(heard),
    Quiet: wishes.quiet,
    Language: wishes.language,
}
_PERMISSIONS: Final[dict[type, Permission]] = {
    Readings: Permission.ADD_READINGS,
    Post: Permission.WRITE_POSTS,
    NoneType: Permission.WRITE_TO_TEAM,
}
Answering: TypeAlias = (
    agreed.Answered
    | doses.Received
    | carers.Said
    | rated.Said
    | alerted.Told
    | stepped.Replied
    | returned.Back
    | opted_in.Replied
)
Considered: TypeAlias = Answering | nobody.Nobodys | Heard
_ANSWERS: Final[dict[type, Callable[[Any], None]]] = {
    agreed.Answered: agreed.answer,
    doses.Received: doses.answer,
    carers.Said: carers.answer,
    rated.Said: rated.go_on,
    alerted.Told: alerted.note,
    stepped.Replied: stepped.keep,
    returned.Back: returned.come_back,
    opted_in.Replied: opted_in.heed,
    nobody.Nobodys: nobody.answer,
}


def consider(event: TextReceived) -> Considered | None:
    """What the text says and whether its sender may; None for what the provider itself acts upon."""
    rows.reach(rows.SERVICE)  # run again too: whom it is about is not known before it is read, and the guard narrows it
    inbound = notifications.inbound(event.inbound_id)
    about_asking = agreed.consider(event)
    if about_asking is not None:
        return about_asking
    if inbound.meaning in ("stop", "start", "help"):
        return None
    for one in (doses, carers, rated, alerted, stepped, returned):
        asked_for: Answering | None = one.consider(event)
        if asked_for is not None:
            return asked_for
    heard = _completed(event, inbound) or hearing.hear(event)
    if not heard.circles:
        return nobody.Nobodys(event)
    return opted_in.consider(heard) or _admitted(heard)


def _admitted(heard: Heard) -> Heard:
    """With the decision whether its sender may do what it asks for."""
    if isinstance(heard.said, Unsure) and _is_asked_again(heard):
        heard = replace(heard, said=None)  # asked once; now it is for people
    needed = _needed(heard)
    return hearing.admitted(heard, *needed) if needed else heard


def respond(found: Considered) -> None:
    """Do what it says, and answer."""
    if not isinstance(found, Heard):
        return _ANSWERS[type(found)](found)
    if found.completes is not None:
        notifications.inbound(found.completes).meaning = None
    return _act(found, found.said)


def _needed(heard: Heard) -> tuple[UUID, Permission] | None:
    """Of which patient it needs what; None where it needs nothing, or whom it is about is not certain."""
    said, patient = heard.said, heard.patient()
    if isinstance(said, Command) and said.word in helped.WORDS:
        found = helped.meant(heard, said)
        return (found[0].row.patient_id, Permission.TAKE_HELP) if len(found) == 1 else None
    if said is None:
        patient = heard.circles.get(heard.own or "") or patient
    permission = _PERMISSIONS.get(type(said))
    return (patient.id, permission) if patient and permission else None


def _act(heard: Heard, said: Any) -> None:
    if isinstance(said, Unsure):
        return _ask_back(heard, said)
    if _needed(heard) is None and type(said) in _PERMISSIONS:
        return _ask_who(heard)
    if type(said) in _ACTS:
        return _ACTS[type(said)](heard, said)
    if isinstance(said, Command) and said.word in _COMMANDS:
        return _COMMANDS[said.word](heard, said)
    return answer(heard, "text_nothing_waits")  # an answer to what nobody asked


def _ask_back(heard: Heard, unsure: Unsure) -> None:
    if unsure.why == "who" and len(heard.circles) > 1:
        return _ask_who(heard)
    notifications.inbound(heard.event.inbound_id).meaning = UNSURE
    return answer(heard, "text_unsure_reading" if unsure.about == "readings" else "text_unsure")


def _is_asked_again(heard: Heard) -> bool:
    last = notifications.last_inbound(heard.sender.id, heard.event.inbound_id)
    return last is not None and last.meaning == UNSURE and last.created_at >= clock.now() - BELONGS


def _ask_who(heard: Heard) -> None:
    notifications.inbound(heard.event.inbound_id).meaning = WHO
    answer(heard, "text_who", choices=texts.choices(list(heard.circles)))


def _completed(event: TextReceived, inbound: InboundText) -> Heard | None:
    """An earlier text, of the patient that this one names, where that is what was asked and all that it says."""
    last = notifications.last_inbound(event.person_id, inbound.id)
    if last is None or last.meaning != WHO or last.created_at < inbound.created_at - BELONGS:
        return None
    code = (inbound.body or "").strip(" .!").upper()
    earlier = TextReceived(event.organisation_id, event.patient_id, last.id, event.person_id)
    heard = hearing.hear(earlier, only=code)
    if list(heard.circles) != [code]:
        return None
    if isinstance(heard.said, Unsure) and heard.said.of == (LEAVE,):
        heard = replace(heard, said=Command(LEAVE))  # which circle was all that it did not say
    return replace(heard, completes=last.id)
