"""A text of somebody who is in no circle, and answers nothing that they were asked."""

from __future__ import annotations

from dataclasses import dataclass

from app.identity import queries as people
from app.notifications import queries as notifications
from app.notifications.events import TextReceived
from app.notifications.service import unheard


@dataclass(frozen=True, slots=True)
class Nobodys:
    """It is for nobody."""

    event: TextReceived


def answer(found: Nobodys) -> None:
    """Say so: silence could be taken for somebody who reads it."""
    unheard.answer(notifications.inbound(found.event.inbound_id), people.person(found.event.person_id))
