"""OK or PASS of somebody who was asked to help with a step of a goal, where that was the last text to their phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.access.permissions import Permission
from app.core.errors import Conflict
from app.goals.queries import helping as queries
from app.goals.service import helping, telling
from app.identity import queries as people
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients import queries as patients
from app.texting.grammar.said import Command, Known
from app.texting.grammar.understanding import understood
from app.texting.service import hearing
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

YES: Final = ("ok", "go")
NO: Final = "pass"
ANSWERED: Final = "inbound"
ANSWERED_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Replied:
    """Whether somebody helps with a step."""

    heard: Heard
    step_id: UUID
    helps: bool


def consider(event: TextReceived) -> Replied | None:
    """None where the last text asked for something else, or nothing waits for an answer."""
    inbound = notifications.inbound(event.inbound_id)
    sender = people.person(event.person_id)
    said = understood(inbound.body or "", Known(sender.language))
    if not isinstance(said, Command) or said.word not in (*YES, NO):
        return None
    sent = notifications.texts_to(sender.id, inbound.sent_at - ANSWERED_WITHIN, inbound.sent_at)
    last = next((one for one in sent if one.about != ANSWERED), None)
    asked = next(
        (one for one in queries.asked_of(sender.id) if last and telling.asking(one.step.id) == last.about_id), None
    )
    if asked is None:
        return None
    patient = patients.admitted_one(asked.patient_id)
    heard = Heard(event, sender, inbound.sent_at, inbound.body or "", {"": patient}, None, said)
    heard = hearing.admitted(heard, patient.id, Permission.HELP_WITH_GOALS)
    return Replied(heard, asked.step.id, said.word in YES) if heard.allowed else None


def keep(replied: Replied) -> None:
    """Write it down; the patient is told by it."""
    heard = replied.heard
    assert heard.allowed is not None  # it was considered only so
    patient, by = heard.allowed
    act = helping.accept if replied.helps else helping.decline
    try:
        act(patient, replied.step_id, by)
    except Conflict:
        return answer(heard, "text_nothing_waits")
    named = texts.name_with_initial(patient.given_name, patient.family_name)
    return answer(heard, "goal_help_yes" if replied.helps else "goal_help_no", patient=named)
