"""OK or PASS of somebody who was asked to help with a step of a goal, where that was the last text to their phone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.access.permissions import Permission
from app.core.errors import Conflict
from app.goals.queries import helping as queries
from app.goals.service import helping, telling
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.texting.grammar.said import Command
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
    step_id: UUID | None  # None: it is not said for which patient
    helps: bool
    choices: tuple[str, ...] = ()


def consider(event: TextReceived) -> Replied | None:
    """None where the last text asked for something else, or nothing waits for an answer."""
    inbound = notifications.inbound(event.inbound_id)
    sent = notifications.texts_to(event.person_id, inbound.sent_at - ANSWERED_WITHIN, inbound.sent_at)
    last = next((one.about_id for one in sent if one.about != ANSWERED), None)
    place = {one.about_id: number for number, one in reversed(list(enumerate(sent)))}
    asked = [one for one in queries.asked_of(event.person_id) if telling.asking(one.step.id) in place]
    if last not in {telling.asking(one.step.id) for one in asked}:
        return None
    heard = hearing.hear(event, besides={one.patient_id for one in asked})
    said = heard.said
    if not isinstance(said, Command) or said.word not in (*YES, NO):
        return None
    meant = {code: one for code, one in heard.circles.items() if one.id in {each.patient_id for each in asked}}
    if said.who is not None:
        meant = {code: one for code, one in meant.items() if code == said.who}
    if len(meant) != 1:
        return Replied(heard, None, said.word in YES, tuple(meant)) if meant else None
    ((_, patient),) = meant.items()
    newest = min(
        (one for one in asked if one.patient_id == patient.id), key=lambda one: place[telling.asking(one.step.id)]
    )
    heard = hearing.admitted(replace(heard, circles={"": patient}), patient.id, Permission.HELP_WITH_GOALS)
    return Replied(heard, newest.step.id, said.word in YES) if heard.allowed else None


def keep(replied: Replied) -> None:
    """Write it down; the patient is told by it."""
    heard = replied.heard
    if replied.step_id is None:
        word = YES[0] if replied.helps else NO
        return answer(heard, "text_who", choices=texts.choices([f"{word.upper()} {code}" for code in replied.choices]))
    assert heard.allowed is not None  # it was considered only so
    patient, by = heard.allowed
    act = helping.accept if replied.helps else helping.decline
    try:
        act(patient, replied.step_id, by)
    except Conflict:
        return answer(heard, "text_nothing_waits")
    named = texts.name_with_initial(patient.given_name, patient.family_name)
    return answer(heard, "goal_help_yes" if replied.helps else "goal_help_no", patient=named)
