"""Answers about doses by text: of what had gone to this phone when they were sent, by whoever may record doses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from app.access import guards
from app.access.permissions import Permission
from app.access.roles import Role
from app.core.errors import DomainError, Forbidden, NotFound
from app.identity import queries as people
from app.medicines.entering import NewAnswer
from app.medicines.service import answering
from app.medicines.service.answering import Answered
from app.medicines.ticking import Outcome
from app.notifications import queries as notifications
from app.notifications import service as telling
from app.notifications import texts
from app.notifications.events import TextReceived
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.texting.grammar import doses as grammar
from app.texting.grammar import understanding
from app.texting.grammar.doses import DoseReply, Unsure
from app.texting.service import reminded
from app.texting.service.reminded import Reminded, Seen

# Nobody takes a dose so long before its time; also the clock of twelve hours.
_HALF_A_DAY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Received:
    """A text about doses from somebody who had been reminded of some."""

    event: TextReceived
    sent_at: datetime
    said: DoseReply | Unsure
    last: Reminded  # of which they were reminded last
    meant: Sequence[Reminded]  # what it can be about; nothing is recorded unless it is one
    admitted: tuple[AdmittedPatient, Role] | None  # None: they may not record its doses, or not any more


def consider(event: TextReceived) -> Received | None:
    """What the text says, if it is about doses that this person had been reminded of by text when they sent it."""
    inbound = notifications.inbound(event.inbound_id)
    body = understanding.in_english(inbound.body or "", people.person(event.person_id).language)
    if inbound.meaning in ("stop", "help") or not grammar.begins_like_one(body):
        return None
    seen = reminded.seen(event.person_id, inbound.sent_at)
    said = grammar.dose_reply(body, seen.names) if seen else None
    if seen is None or said is None:
        return None
    meant = seen.meant_by(said) if isinstance(said, DoseReply) else []
    if not _is_for_us(said, seen, meant):
        return None
    admitted = _admitted(event.person_id, meant[0].patient.id) if len(meant) == 1 else None
    return Received(event, inbound.sent_at, said, seen.reminded[0], meant, admitted)


def _is_for_us(said: DoseReply | Unsure, seen: Seen, meant: Sequence[Reminded]) -> bool:
    """A word that may answer anything answers what was asked last, unless it names the time of a dose."""
    names_a_time = isinstance(said, DoseReply) and any(one.at == said.at for one in meant)
    return said.is_plain or names_a_time or seen.was_last(meant or seen.reminded)


def answer(received: Received) -> None:
    """Record it, and say in one text what came of it."""
    said, meant = received.said, received.meant
    if isinstance(said, Unsure) or not meant:
        return _ask_back(received, "dose_say_again")
    if len(meant) > 1 or not (meant[0].is_whole or _names_all(said, meant[0])):
        return _ask_which(received)
    if received.admitted is None:
        return _ask_back(received, "dose_not_yours")
    asked = _asked(received, said, meant[0])
    if asked is None:
        return _ask_back(received, "dose_say_again")
    if not asked:
        return _ask_back(received, "dose_not_now")
    return _record(received, *received.admitted, asked)


def _names_all(said: DoseReply, meant: Reminded) -> bool:
    """Whether it says the time, and so all that was due then: the numbers of one text are not those of another."""
    return said.at == meant.at and not said.numbers


def _record(received: Received, patient: AdmittedPatient, role: Role, asked: Sequence[NewAnswer]) -> None:
    try:
        told = answering.answer(patient, asked, By(received.event.person_id, role, "sms"))
    except DomainError:
        return _ask_back(received, "dose_say_again")
    template = _template(told)
    variables = {"by": _taken_at(patient, told)} if template == "dose_recorded_before" else {}
    return _reply(received, template, **variables)


def _admitted(person_id: UUID, patient_id: UUID) -> tuple[AdmittedPatient, Role] | None:
    """The same decision as everywhere; a refusal is written down at once, so it is asked before anything is done."""
    try:
        return guards.admitted_person(person_id, patient_id, Permission.RECORD_DOSES)
    except (NotFound, Forbidden):
        return None


def _asked(received: Received, said: DoseReply, meant: Reminded) -> list[NewAnswer] | None:
    """The answers that the text comes to; None where it is not certain. What was withdrawn since is left out."""
    numbered = meant.numbered
    if not set(said.numbers) <= set(range(1, len(numbered) + 1)):
        return None
    all_of_it = list(dict.fromkeys((*numbered, *meant.doses)))
    chosen = [numbered[number - 1] for number in dict.fromkeys(said.numbers)] or all_of_it
    taken_at = _taken(said, meant, received.sent_at)
    if taken_at is None:
        return None
    inbound_id = received.event.inbound_id
    return [_new(inbound_id, dose_id, said, taken_at) for dose_id in chosen if dose_id in meant.doses]


def _new(inbound_id: UUID, dose_id: UUID, said: DoseReply, taken_at: datetime) -> NewAnswer:
    # The id follows from the text's own, so that a text which is handled again is the same answer.
    at = taken_at if said.answer in ("taken", "two_taken") else None
    return NewAnswer(uuid5(inbound_id, str(dose_id)), dose_id, said.answer, at, said.minutes)


def _taken(said: DoseReply, meant: Reminded, sent_at: datetime) -> datetime | None:
    """The last time that the clock on the wall said so before the text; None where another hour is likelier."""
    if said.at is None:
        return sent_at
    zone = meant.patient.zone
    today = sent_at.astimezone(zone).date()
    days = (datetime.combine(today - timedelta(days=back), said.at, zone).astimezone(sent_at.tzinfo) for back in (0, 1))
    at = next(day for day in days if day <= sent_at)
    evening = at + _HALF_A_DAY  # 8:30 may be half past eight in the evening
    is_evening = said.at.hour < 12 and evening <= sent_at and abs(evening - meant.due_at) < abs(at - meant.due_at)
    return None if at < meant.due_at - _HALF_A_DAY or is_evening else at


def _template(told: Sequence[Answered]) -> str:
    outcomes = {one.outcome for one in told}
    if any(one.answer == "two_taken" for one in told):  # whatever came of it, safety comes first
        return "dose_twice"
    if any(one.asks_two for one in told):
        return "dose_recorded_before"
    if Outcome.RECORDED_OTHERWISE in outcomes:
        return "dose_recorded_otherwise"
    if outcomes & {Outcome.TOO_LATE, Outcome.NOT_YET}:
        return "dose_not_now"
    return "dose_later" if any(one.answer == "later" for one in told) else "dose_recorded"


def _taken_at(patient: AdmittedPatient, told: Sequence[Answered]) -> str:
    taken = [one.dose.taken_at for one in told if one.dose.taken_at is not None]
    return f"{min(taken).astimezone(patient.zone):%H:%M}" if taken else ""


def _ask_which(received: Received) -> None:
    """One question that an answer of the right words settles; where no words can, the app is named."""
    one = received.meant[0]
    rivals = [other for other in received.meant[1:] if other.at == one.at]
    by = f"{one.at:%H:%M}"
    if not rivals:
        return _ask_back(received, "dose_which", by=by)
    names = [rival.name for rival in (one, *rivals)]
    if all(names) and len(set(names)) == len(names):
        return _ask_back(received, "dose_which_for", by=by, patient=one.name)
    return _ask_back(received, "dose_not_now")


def _ask_back(received: Received, template: str, **variables: str) -> None:
    """Say why nothing was recorded; to somebody who says that two were taken, what to do comes first."""
    if received.said.answer == "two_taken":
        return _reply(received, "dose_twice_unclear")
    return _reply(received, template, **variables)


def _reply(received: Received, template: str, **variables: str) -> None:
    """One text back; it names no medicine."""
    person = people.person(received.event.person_id)
    patient = received.meant[0].patient if received.meant else received.last.patient
    telling.tell(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        recipient_id=person.id,
        about="inbound",
        about_id=received.event.inbound_id,
        kind="message",
        body=texts.render(template, person.language, **variables),
    )
