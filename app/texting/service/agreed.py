"""What a patient says to being asked by text: yes, no, or STOP, which ends every text and so this too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Forbidden, NotFound
from app.notifications import queries as notifications
from app.notifications.events import TextReceived
from app.notifications.models import InboundText
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import queries
from app.programmes.models import TextProgramme
from app.programmes.service import agreeing, running
from app.texting.grammar import words
from app.texting.grammar.said import Command, Unsure
from app.texting.grammar.tokens import tokens, without
from app.texting.service import hearing
from app.texting.service.hearing import Heard

Says = Literal["yes", "no", "stop"]
# Words that may answer anything answer this only where it was the last text to the phone, and not for ever.
ANSWERED_WITHIN: Final = timedelta(days=3)
YES: Final = frozenset({"yes", "y", "yep", "yeah"})
NO: Final = frozenset({"no", "n", "nope"})


@dataclass(frozen=True, slots=True)
class Answered:
    """What they said, and for which of their records."""

    says: Says
    allowed: Sequence[tuple[AdmittedPatient, By]]


def consider(event: TextReceived) -> Answered | None:
    """The answer, where a programme of the sender's own waits for one or runs; None for any other text."""
    mine = queries.running_of(event.person_id)
    if not mine:
        return None
    inbound = notifications.inbound(event.inbound_id)
    if inbound.meaning == "stop":
        return _allowed("stop", mine, event)
    waits = [one for one in mine if one.agreed_at is None]
    says = _says(event, inbound, waits)
    if says == "no" and not waits:
        return _allowed("no", mine, event) if len(mine) == 1 else None
    return _allowed(says, waits[:1], event) if says and waits else None


def answer(answered: Answered) -> None:
    """Begin, or end; STOP is confirmed by the provider, so nothing is said to it."""
    for patient, by in answered.allowed:
        if answered.says == "yes":
            agreeing.agree(patient)
        elif answered.says == "no":
            agreeing.refuse(patient, by)
        else:
            running.end(patient, by.person_id)


def _says(event: TextReceived, inbound: InboundText, waits: Sequence[TextProgramme]) -> Says | None:
    """JOIN and LEAVE are words for this; yes, OK, no and PASS answer what was asked last."""
    heard = hearing.hear(event)
    said = heard.said
    if isinstance(said, Command) and said.word == "join":
        return "yes"
    if _leaves(heard):
        return "no"
    if not waits or not _was_last(event, inbound, waits[0]):
        return None
    if inbound.meaning == "start" or (isinstance(said, Command) and said.word == "ok"):
        return "yes"
    if isinstance(said, Command) and said.word == "pass":
        return "no"
    return _yes_or_no(heard)


def _leaves(heard: Heard) -> bool:
    """LEAVE with their own name; alone, where there is no circle that they could mean."""
    said = heard.said
    if isinstance(said, Command):
        return said.word == "leave" and said.who is not None and said.who == heard.own
    return isinstance(said, Unsure) and said.of == ("leave",) and list(heard.circles) == [heard.own]


def _yes_or_no(heard: Heard) -> Says | None:
    """One word for it, English or of their language."""
    found = without(tokens(heard.body, words.of(heard.sender.language)), {"polite"})
    word = (found[0].name or found[0].raw) if len(found) == 1 else ""
    return "yes" if word in YES else "no" if word in NO else None


def _was_last(event: TextReceived, inbound: InboundText, programme: TextProgramme) -> bool:
    last = notifications.texts_to(event.person_id, inbound.sent_at - ANSWERED_WITHIN, inbound.sent_at)
    return bool(last) and last[0].about_id == programme.id


def _allowed(says: Says, programmes: Sequence[TextProgramme], event: TextReceived) -> Answered | None:
    """With the decision that pages and API ask for too."""
    found: list[tuple[AdmittedPatient, By]] = []
    for one in programmes:
        try:
            patient, role = guards.admitted_person(event.person_id, one.patient_id, Permission.ASK_BY_TEXT)
        except (NotFound, Forbidden):
            continue
        found.append((patient, By(event.person_id, role, hearing.CHANNEL)))
    return Answered(says, found) if found else None
