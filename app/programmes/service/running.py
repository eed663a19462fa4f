"""Put somebody on monitoring by text, pause it, end it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.identity import queries as people
from app.notifications import service as telling
from app.notifications import texts
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.programmes import asking_times, queries
from app.programmes.models import TextAsk, TextProgramme
from app.protocols import asking
from app.protocols import queries as protocols
from app.todos import service as todos

ABOUT: Final = "text_ask"  # what the texts of programmes are about
UNANSWERED: Final = "texts_unanswered"
NO_PHONE: Final = "No mobile phone is known, so no text can be sent. Add one first."
NOTHING_ASKED: Final = "No plan that runs asks for anything each day."
ENDED: Final = "Care with this team has ended, so nobody is asked."


def start(patient: AdmittedPatient, times: Sequence[time], by: By) -> TextProgramme:
    """Ask at these times from the next of them on; running already, the times are changed. Raises Conflict, Invalid."""
    in_order = sorted(one.replace(second=0, microsecond=0) for one in times)
    _may_start(patient, in_order)
    first = asking_times.after(clock.now(), in_order, patient.zone)
    programme = queries.running_for_change(patient)
    if programme is not None:
        programme.times, programme.next_at = in_order, _from_day(programme, patient, first.begins)
        return programme
    programme = TextProgramme(times=in_order, started_by=by.person_id, next_at=first.begins)
    programme.organisation_id, programme.patient_id = patient.organisation_id, patient.id
    db.session.add(programme)
    db.session.flush()
    say(patient, programme.id, "text_ask_begins", by=texts.clock_time(first.begins, clock.now(), patient.zone))
    return programme


def pause(patient: AdmittedPatient, until: date | None) -> None:
    """Ask nothing before this day; None: go on at once. Raises Conflict where nothing runs, Invalid for a past day."""
    programme, now = _running(patient), clock.now()
    if until is not None and until <= clock.today(patient.zone):
        raise Invalid("Choose a day after today.", errors=[{"pointer": "/until", "detail": "is not after today"}])
    programme.paused_until = until
    programme.next_at = _from_day(programme, patient, asking_times.after(now, programme.times, patient.zone).begins)
    if until is not None:
        _call_off(programme, now)


def end(patient: AdmittedPatient, by: UUID | None) -> None:
    """Ask no more, from this commit on; nothing where nothing runs. `by` None: care has ended."""
    programme, now = queries.running(patient), clock.now()
    if programme is None:
        return
    programme.ended_at, programme.ended_by = now, by
    _call_off(programme, now)
    todos.settle(patient.id, UNANSWERED, str(programme.id), by or patient.coordinator_id)


def move(patient: AdmittedPatient) -> None:
    """The patient lives by another clock: the next time is by that one."""
    programme = queries.running_for_change(patient)
    if programme is not None:
        upcoming = asking_times.after(clock.now(), programme.times, patient.zone)
        programme.next_at = _from_day(programme, patient, upcoming.begins)


def say(patient: AdmittedPatient, about_id: UUID, template: str, until: datetime | None = None, **words: str) -> None:
    """Text the patient, at once: it is what they asked for, so no quiet hours hold it back."""
    person = people.person(patient.person_id)
    known = {"reader": texts.first_name(person.given_name), **words}
    telling.tell(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        recipient_id=person.id,
        about=ABOUT,
        about_id=about_id,
        kind="reminder",
        body=texts.render_known(template, person.language, known),
        useful_until=until,
    )


def _may_start(patient: AdmittedPatient, times: Sequence[time]) -> None:
    if patient.ended_at is not None:
        raise Conflict(ENDED)
    if people.person(patient.person_id).phone_index is None:
        raise Conflict(NO_PHONE)
    if not asking_times.most_a_day(asking.asked(protocols.plans_as_applied(patient))):
        raise Conflict(NOTHING_ASKED)
    wrong = asking_times.fault(times)
    if wrong:
        raise Invalid(wrong, errors=[{"pointer": "/times", "detail": wrong}])


def _running(patient: AdmittedPatient) -> TextProgramme:
    programme = queries.running_for_change(patient)
    if programme is None:
        raise Conflict("Nothing is asked by text, so there is nothing to pause.")
    return programme


def _from_day(programme: TextProgramme, patient: AdmittedPatient, begins: datetime) -> datetime:
    """The first time from then on that is in no pause."""
    if programme.paused_until is None:
        return begins
    first = asking_times.slots(programme.paused_until, programme.times, patient.zone)[0].begins
    return max(first, begins)


def _call_off(programme: TextProgramme, now: datetime) -> None:
    """What waits for an answer waits no more, and a text that has not left stays here."""
    waiting = (TextAsk.programme_id == programme.id, TextAsk.state == "asked")
    telling.withdraw([programme.id, *db.session.scalars(select(TextAsk.id).where(*waiting))])
    db.session.execute(update(TextAsk).where(*waiting).values(state="called_off", settled_at=now))
