"""A text that could not be handled: people of the team hear of it at once, and call whoever sent it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core import backlog, clock, rows
from app.core.db import db
from app.core.logs import describe, log
from app.identity import queries as people
from app.identity.models import Person
from app.notifications import queries as notifications
from app.notifications.events import TextReceived
from app.notifications.models import InboundText
from app.notifications.service import receiving, unheard
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.protocols.content import Severity
from app.texting.service import joining
from app.todos import service as todos

KIND: Final = "text_unread"
GIVEN: Final = "given to people"  # what became of a text that no machine could handle
# Where a worker works its task has been tried five times by then. What its sender texted afterwards stood behind it,
# and is tried before anybody takes it for one that cannot be handled.
WAITS_AT_MOST: Final = timedelta(minutes=10)
AT_ONCE: Final = 50
_READ: Final = "“{body}” Call {given} now."
_ASK: Final = (
    "It may be about {patient} or about somebody else in whose circle {given} is, so it is not shown here. "
    "Call {given} now and ask."
)


def tell_people(event: TextReceived, rerun_id: UUID) -> None:
    """Something failed, and it is tried again: until it succeeds a person has it, as urgent as red."""
    _tell(people.person(event.person_id), notifications.inbound(event.inbound_id), event.patient_id)


def handled_after_all(event: TextReceived, rerun_id: UUID) -> None:
    """The re-run succeeded: nobody need call any more."""
    with rows.within(rows.SERVICE):
        for patient in _concerned(event.person_id, event.patient_id):
            todos.settle(patient.id, KIND, str(event.inbound_id), event.person_id)


def give_to_people() -> int:
    """Take from the machine what it could not even begin with, and tell its sender so; returns how many.

    One that could be given to nobody waits on, as the check of operators says; the others need not.
    """
    left = receiving.unhandled_since(clock.now() - WAITS_AT_MOST)
    return backlog.one_by_one("give people the texts that wait", left, _give, at_once=AT_ONCE)


def _give(inbound: InboundText) -> None:
    inbound.handled_at, person = clock.now(), _sender(inbound)
    receiving.go_on_after(inbound)
    if person is None:
        return joining.say_how(inbound)
    concerned = notifications.concerned(person.id, clock.now())
    if concerned is None:
        return unheard.answer(inbound, person)
    inbound.meaning = GIVEN
    is_shown = _tell(person, inbound, concerned[0])
    return _say(person, inbound, "text_to_team" if is_shown else "text_unsure")


def _sender(inbound: InboundText) -> Person | None:
    """Whoever has this phone; where nobody has it any more, whoever had it when the text came."""
    now = people.person_by_contact(inbound.sender or "")
    return people.person(inbound.person_id) if now is None and inbound.person_id else now


def _tell(person: Person, inbound: InboundText, otherwise: UUID | None = None) -> bool:
    """Ask the coordinator of each patient it can be about; whether they may read it: where it is of one patient."""
    found = _concerned(person.id, otherwise)
    for patient in found:
        at = inbound.sent_at.astimezone(patient.team_zone)
        words = (_READ if len(found) == 1 else _ASK).format(
            body=inbound.body, given=person.given_name, patient=patient.given_name
        )
        reason = f"A text of {person.name} of {at:%H:%M} on {at.day} {at:%B} could not be handled. {words}"
        todos.add(patient, KIND, str(inbound.id), reason, patient.look_at_by(Severity.RED, clock.now()))
    return len(found) == 1


def _concerned(person_id: UUID, otherwise: UUID | None) -> Sequence[AdmittedPatient]:
    ids = [one for one, _ in notifications.patients_of(person_id)] or ([otherwise] if otherwise else [])
    return list(patients.admitted(ids).values())


def _say(person: Person, inbound: InboundText, template: str) -> None:
    """What keeps a text from being handled may keep an answer from being written."""
    try:
        with db.session.begin_nested():
            unheard.say_back(inbound, person, template)
    except Exception as error:  # people have it: that must stand
        log.error("a text given to people was not answered", inbound=str(inbound.id), **describe(error))
