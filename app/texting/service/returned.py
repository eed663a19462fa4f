"""JOIN and the name of a circle that somebody has left just now: they did not mean to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.errors import Conflict, NotFound
from app.identity import queries as people
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients.queries import ending
from app.patients.service import returning
from app.texting.grammar.said import Command, Unsure
from app.texting.service import hearing
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard

JOIN = "join"


@dataclass(frozen=True, slots=True)
class Back:
    """Somebody wants to be back; its circles are those that they have left."""

    heard: Heard


def consider(event: TextReceived) -> Back | None:
    """None for whatever else, and of whoever has left nothing."""
    if not (notifications.inbound(event.inbound_id).body or "").strip().casefold().startswith(JOIN):
        return None
    person = people.person(event.person_id)
    left = {one.patient_id for one in ending.left_lately(person.id, returning.WITHIN)}
    if not left:
        return None
    heard = hearing.hear(event, besides=left)  # named as they were while all of them were theirs
    if not _is_join(heard):
        return None
    return Back(replace(heard, circles={code: one for code, one in heard.circles.items() if one.id in left}))


def come_back(back: Back) -> None:
    """Give back the place; where it is not certain which, ask."""
    heard = back.heard
    patient = heard.patient()
    if patient is None:
        return answer(heard, "text_back_which", choices=texts.choices(list(heard.circles)))
    try:
        returning.come_back(heard.sender.id, patient)
    except (NotFound, Conflict):
        return answer(heard, "text_nothing_waits")
    return answer(heard, "text_back", patient=texts.name_with_initial(patient.given_name, patient.family_name))


def _is_join(heard: Heard) -> bool:
    said = heard.said
    return (isinstance(said, Command) and said.word == JOIN) or (isinstance(said, Unsure) and said.of == (JOIN,))
