"""One text that came in: who sent it, whom it can be about, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Forbidden, NotFound
from app.identity import queries as people
from app.identity.models import Person
from app.messages.queries import help as help_queries
from app.messages.queries.help import Waiting
from app.notifications import queries as notifications
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import queries
from app.texting.grammar.people import codes
from app.texting.grammar.said import Asked, Called, Known, Said, Unsure
from app.texting.grammar.understanding import understood

CHANNEL: Final = "sms"
# What somebody was asked to measure longer ago is not what a bare number answers.
ANSWERED_WITHIN: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Heard:
    """A text as it is understood. `circles` are the patients it can be about, by their codes, in a fixed order."""

    event: TextReceived
    sender: Person
    sent_at: datetime
    body: str
    circles: dict[str, AdmittedPatient]
    own: str | None  # the code of the sender, where they are the patient
    said: Said | Unsure | None
    waiting: Sequence[Waiting] = ()  # help they were asked for or have taken, as it is numbered; first asked first
    allowed: tuple[AdmittedPatient, By] | None = None  # the sender may do what it asks for, to this patient
    completes: UUID | None = None  # an earlier text, of which this has said whom it is about

    @property
    def who(self) -> str | None:
        """The code of the patient that it names."""
        return getattr(self.said, "who", None)

    def patient(self) -> AdmittedPatient | None:
        """The one patient it is about: named, or the only one; None where that is not certain."""
        if self.who is not None:
            return self.circles.get(self.who)
        return next(iter(self.circles.values())) if len(self.circles) == 1 else None


def hear(event: TextReceived, only: str | None = None, besides: Collection[UUID] = ()) -> Heard:
    """A text with what it says; `only` the code of the patient that it is about, where that is known otherwise.

    `besides` are patients that it can be about too, in whose circle the sender is not.
    """
    inbound = notifications.inbound(event.inbound_id)
    sender = people.person(event.person_id)
    circles, own = _circles(sender.id, besides)
    if only in circles:
        circles, own = {only: circles[only]}, own if own == only else None
    # Asked here, while all their circles are reached: once they are admitted to one of them it is that one alone.
    waiting = help_queries.waiting_for(sender.id)
    asked = _asked(waiting, circles, own, inbound.sent_at)
    here = next(iter(circles.values())).zone if circles else UTC  # a sender says times by the clock on their wall
    known = Known(sender.language, _called(circles), own, asked, inbound.sent_at.astimezone(here))
    words = inbound.body or ""
    return Heard(event, sender, inbound.sent_at, words, circles, own, understood(words, known), waiting)


def admitted(heard: Heard, patient_id: UUID, permission: Permission) -> Heard:
    """With the decision that pages and API ask for too. A refusal is written down at once, so ask before acting."""
    try:
        patient, role = guards.admitted_person(heard.sender.id, patient_id, permission)
    except (NotFound, Forbidden):
        return heard
    return replace(heard, allowed=(patient, By(heard.sender.id, role, CHANNEL)))


def _circles(person_id: UUID, besides: Collection[UUID]) -> tuple[dict[str, AdmittedPatient], str | None]:
    """The sender's own record first, then those in whose circle they are, as they came to them."""
    ids = {*besides, *(patient_id for patient_id, _ in notifications.patients_of(person_id))}
    known = patients.admitted(ids)
    own_first = sorted((known[one] for one in sorted(ids) if one in known), key=lambda one: one.person_id != person_id)
    found = dict(zip(codes([(one.given_name, one.family_name) for one in own_first]), own_first, strict=True))
    own = next((code for code, one in found.items() if one.person_id == person_id), None)
    return found, own


def _called(circles: dict[str, AdmittedPatient]) -> tuple[Called, ...]:
    return tuple(
        Called(code, tuple({one.given_name, texts.name_with_initial(one.given_name, one.family_name)} - {""}))
        for code, one in circles.items()
    )


def _asked(
    waiting: Sequence[Waiting], circles: dict[str, AdmittedPatient], own: str | None, sent_at: datetime
) -> Asked:
    """What this phone may answer: what its owner is still to measure, and a request for help that waits for it.

    Doses are answered before this is asked.
    """
    measures = queries.still_asked(circles[own], sent_at - ANSWERED_WITHIN, sent_at) if own else ()
    # Whom somebody helps is not whom their next text is about: only what they are to measure of themselves is.
    return Asked(tuple(measures), help=bool(waiting), who=own if measures else None)
