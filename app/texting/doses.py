"""Answers about doses by text: of the last reminder that went to this phone, by whoever may record doses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from app.access import guards
from app.access.permissions import Permission
from app.access.roles import Role
from app.core import clock
from app.core.errors import DomainError, Forbidden, NotFound
from app.identity import queries as people
from app.medicines import queries as medicines
from app.medicines.entering import NewAnswer
from app.medicines.models import Reminder
from app.medicines.service import answering
from app.medicines.service.acting import By
from app.medicines.service.answering import Answered
from app.medicines.ticking import Outcome
from app.notifications import queries as notifications
from app.notifications import service as telling
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients.admission import AdmittedPatient
from app.texting import grammar
from app.texting.grammar import DoseReply, Unsure

# A reminder older than this is not what somebody answers.
ANSWERED_WITHIN: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Received:
    """A text that begins like an answer about doses, from somebody who was reminded."""

    event: TextReceived
    said: DoseReply | Unsure
    reminder: Reminder
    admitted: tuple[AdmittedPatient, Role] | None  # None: they may not record doses, or not any more


def consider(event: TextReceived) -> Received | None:
    """What the text says, if it is about doses and this person was reminded of some."""
    inbound = notifications.inbound(event.inbound_id)
    if inbound.meaning in ("stop", "help"):
        return None
    said = grammar.dose_reply(inbound.body or "")
    reminder = medicines.last_reminder(event.person_id, clock.now() - ANSWERED_WITHIN) if said else None
    if said is None or reminder is None:
        return None
    return Received(event, said, reminder, _admitted(event.person_id, reminder.patient_id))


def answer(received: Received) -> None:
    """Record it, and say in one text what came of it."""
    if received.admitted is None:
        return _reply(received, "dose_not_yours")
    patient, role = received.admitted
    asked = _asked(patient, received)
    if asked is None:
        return _reply(received, "dose_say_again")
    try:
        told = answering.answer(patient, asked, By(received.event.person_id, role, "sms"))
    except DomainError:
        return _reply(received, "dose_say_again")
    return _reply(received, _template(told), at=_said_at(patient, told))


def _admitted(person_id: UUID, patient_id: UUID) -> tuple[AdmittedPatient, Role] | None:
    """The same decision as everywhere; a refusal is written down at once, so it is asked before anything is done."""
    try:
        return guards.admitted_person(person_id, patient_id, Permission.RECORD_DOSES)
    except (NotFound, Forbidden):
        return None


def _asked(patient: AdmittedPatient, received: Received) -> list[NewAnswer] | None:
    """The answers that the text comes to; None where it is not certain."""
    said, dose_ids = received.said, received.reminder.dose_ids
    if isinstance(said, Unsure) or not set(said.numbers) <= set(range(1, len(dose_ids) + 1)):
        return None
    chosen = [dose_ids[number - 1] for number in dict.fromkeys(said.numbers)] or dose_ids
    taken_at = _instant(patient, said, clock.today(patient.zone))
    return [_new(received.event.inbound_id, dose_id, said, taken_at) for dose_id in chosen]


def _new(inbound_id: UUID, dose_id: UUID, said: DoseReply, taken_at: datetime | None) -> NewAnswer:
    # The id follows from the text's own, so that a text which is handled again is the same answer.
    return NewAnswer(uuid5(inbound_id, str(dose_id)), dose_id, said.answer, taken_at, said.minutes)


def _instant(patient: AdmittedPatient, said: DoseReply, today: date) -> datetime | None:
    """A time of today, or of yesterday where today's is still to come."""
    if said.at is None:
        return None
    at = datetime.combine(today, said.at, patient.zone)
    return at if at <= clock.now() else at - timedelta(days=1)


def _template(told: Sequence[Answered]) -> str:
    outcomes = {one.outcome for one in told}
    if any(one.asks_two for one in told):
        return "dose_recorded_before"
    if Outcome.RECORDED_OTHERWISE in outcomes:
        return "dose_recorded_otherwise"
    if outcomes & {Outcome.TOO_LATE, Outcome.NOT_YET}:
        return "dose_not_now"
    if any(one.answer == "two_taken" for one in told):
        return "dose_twice"
    if any(one.answer == "later" for one in told):
        return "dose_later"
    return "dose_recorded"


def _said_at(patient: AdmittedPatient, told: Sequence[Answered]) -> str:
    taken = [one.dose.taken_at for one in told if one.dose.taken_at is not None]
    return f"{min(taken).astimezone(patient.zone):%H:%M}" if taken else ""


def _reply(received: Received, template: str, at: str = "") -> None:
    """One text back; it names no medicine."""
    person = people.person(received.event.person_id)
    variables = {"by": at} if template == "dose_recorded_before" else {}
    telling.tell(
        organisation_id=received.reminder.organisation_id,
        patient_id=received.reminder.patient_id,
        recipient_id=person.id,
        about="inbound",
        about_id=received.event.inbound_id,
        kind="message",
        body=texts.render(template, person.language, **variables),
    )
