"""Answers to how a carer is themselves: only where that was the last text to their phone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid5

from app import config
from app.identity import queries as people
from app.messages import carer_questions
from app.messages.service import carers
from app.notifications import queries as notifications
from app.notifications import service as telling
from app.notifications import texts
from app.notifications.events import TextReceived


@dataclass(frozen=True, slots=True)
class Said:
    """The answers of a carer."""

    event: TextReceived
    answers: tuple[int, ...]


def consider(event: TextReceived) -> Said | None:
    """The answers, where the last text asked for them and all of it is certain; None for anything else."""
    inbound = notifications.inbound(event.inbound_id)
    answers = carer_questions.typed(inbound.body or "")
    if answers is None:
        return None
    last = notifications.texts_to(event.person_id, inbound.sent_at - carer_questions.ANSWERED_WITHIN, inbound.sent_at)
    return Said(event, tuple(answers)) if last and last[0].about == carers.ABOUT else None


def answer(said: Said) -> None:
    """Keep them, once, and say thank you."""
    event = said.event
    carers.check_in(event.person_id, uuid5(event.inbound_id, "carer"), said.answers, "sms")
    person = people.person(event.person_id)
    telling.tell(
        organisation_id=event.organisation_id,
        patient_id=event.patient_id,
        recipient_id=person.id,
        about="inbound",
        about_id=event.inbound_id,
        kind="message",
        body=texts.render("carer_thanks", person.language, link=f"{config.current().public_url}/"),
    )
