"""JOIN by text: an invited phone says yes, with the name that whoever invited them is asked to confirm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core import limits, rows
from app.core.errors import Conflict, Invalid, TooMany
from app.identity import queries as people
from app.identity.service import joining_by_text
from app.notifications import queries as notifications
from app.notifications.events import InvitedTexted
from app.notifications.models import InboundText
from app.notifications.service import agreeing, posting

_SAID: Final = re.compile(
    r"\s*join\b[\s:,.!-]*(?P<given>[^\W\d_][\w'’-]*)?\s*(?P<family>[^\W\d_][\w '’-]*)?\W*", re.IGNORECASE
)
MOST_A_DAY: Final = 5
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an invited phone has said; given None: not JOIN."""

    inbound_id: UUID
    invitation_id: UUID
    phone: str
    is_known: bool
    given: str | None
    family: str | None


def consider(event: InvitedTexted) -> Answered:
    """What the text says."""
    rows.reach(rows.SERVICE)  # run again too: whose phone it is is not of one patient
    inbound = notifications.inbound(event.inbound_id)
    phone = inbound.sender or ""
    said = _SAID.fullmatch(inbound.body or "")
    given, family = (said["given"], said["family"]) if said else (None, None)
    is_known = people.person_by_contact(phone) is not None
    return Answered(inbound.id, event.invitation_id, phone, is_known and said is not None, given, family)


def join(answered: Answered) -> None:
    """Accept the invitation, or say once more how to."""
    if not answered.is_known and not (answered.given and answered.family):
        return _answer(answered, "join_how")
    try:
        person = joining_by_text.accept(answered.invitation_id, answered.given or "", answered.family or "")
    except (Conflict, Invalid):
        return _answer(answered, "join_closed")
    agreeing.agree(person.id)  # by their own reply
    return _answer(answered, "join_asked")


def say_how(inbound: InboundText) -> None:
    """To an invited phone whose text could not be handled; nothing to one that nobody waits for."""
    phone = inbound.sender or ""
    if invitation := joining_by_text.waiting_for(phone):
        _answer(Answered(inbound.id, invitation.id, phone, False, None, None), "join_how")


def _answer(answered: Answered, template: str) -> None:
    """To a phone that may be anybody's: nothing of whom it is about, and not without end."""
    try:
        limits.spend(f"join answers {answered.phone}", allowed=MOST_A_DAY, per=DAY)
    except TooMany:
        return
    posting.post(None, "phone", template, {}, "message", about_id=answered.inbound_id, address=answered.phone)
