"""Change the times of monitoring by text, pause it, end it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, PreconditionFailed
from app.notifications.service import taking_back
from app.patients.admission import AdmittedPatient
from app.programmes import asking_times, by_text, queries
from app.programmes.models import TextAsk, TextProgramme
from app.programmes.service import silence
from app.protocols import queries as protocols
from app.todos import service as todos

UNAGREED: Final = "texts_not_agreed"
NOTHING_ASKED: Final = "No plan that runs asks each day for anything that a text can ask for."
NOTHING_RUNS: Final = "Nothing is asked by text, so there is nothing to change."
NOT_AGREED: Final = "They have not replied yet, so nothing is asked and there is nothing to pause."


def change_times(patient: AdmittedPatient, programme_id: UUID, times: Sequence[time], version: int) -> TextProgramme:
    """Ask at these times from the next of them on. Raises NotFound, Conflict, Invalid, PreconditionFailed."""
    ordered = in_order(times)
    may_ask_at(patient, ordered)
    programme = _running(patient, programme_id)
    if programme.version != version:
        raise PreconditionFailed("This was changed since you read it. Read it again.")
    programme.times = ordered
    programme.next_at = next_time(programme, patient)
    db.session.flush()
    return programme


def pause(patient: AdmittedPatient, programme_id: UUID, until: date | None) -> TextProgramme:
    """Ask nothing before this day; None: go on at once. Raises NotFound, Conflict where nothing is asked, Invalid."""
    programme, now = _running(patient, programme_id), clock.now()
    if programme.agreed_at is None:
        raise Conflict(NOT_AGREED)
    if until is not None and until <= clock.today(patient.zone):
        raise Invalid("Choose a day after today.", errors=[{"pointer": "/until", "detail": "is not after today"}])
    programme.paused_until = until
    programme.next_at = next_time(programme, patient)
    if until is not None:
        _call_off(programme, now)
    db.session.flush()
    return programme


def end(patient: AdmittedPatient, by: UUID | None) -> TextProgramme | None:
    """Ask no more, from this commit on; nothing where nothing runs. `by` None: care has ended."""
    programme, now = queries.running_for_change(patient), clock.now()
    if programme is None:
        return None
    programme.ended_at, programme.ended_by = now, by
    _call_off(programme, now)
    for kind in (silence.UNANSWERED, UNAGREED):
        todos.settle(patient.id, kind, str(programme.id), by or patient.coordinator_id)
    db.session.flush()
    return programme


def end_one(patient: AdmittedPatient, programme_id: UUID, by: UUID) -> TextProgramme:
    """End this one; ended before it stays as it is. Raises NotFound."""
    programme = queries.one(patient, programme_id)
    return programme if programme.ended_at is not None else end(patient, by) or programme


def move(patient: AdmittedPatient) -> None:
    """The patient lives by another clock: the next time is by that one."""
    programme = queries.running_for_change(patient)
    if programme is not None:
        programme.next_at = next_time(programme, patient)


def in_order(times: Sequence[time]) -> list[time]:
    """Whole minutes in the order of the day."""
    return sorted(one.replace(second=0, microsecond=0) for one in times)


def may_ask_at(patient: AdmittedPatient, times: Sequence[time]) -> None:
    """Raises Conflict where no plan asks for anything, Invalid for times that cannot be."""
    if not by_text.asked_by_text(protocols.plans_as_applied(patient)):
        raise Conflict(NOTHING_ASKED)
    wrong = asking_times.fault(times)
    if wrong:
        raise Invalid(wrong, errors=[{"pointer": "/times", "detail": wrong}])


def next_time(programme: TextProgramme, patient: AdmittedPatient) -> datetime:
    """The next time from now on that is in no pause."""
    begins = asking_times.after(clock.now(), programme.times, patient.zone).begins
    if programme.paused_until is None:
        return begins
    first = asking_times.slots(programme.paused_until, programme.times, patient.zone)[0].begins
    return max(first, begins)


def _running(patient: AdmittedPatient, programme_id: UUID) -> TextProgramme:
    programme = queries.one_for_change(patient, programme_id)
    if programme.ended_at is not None:
        raise Conflict(NOTHING_RUNS)
    return programme


def _call_off(programme: TextProgramme, now: datetime) -> None:
    """What waits for an answer waits no more, and a text that has not left stays here."""
    waiting = (TextAsk.programme_id == programme.id, TextAsk.state == "asked")
    taking_back.take_back([programme.id, *db.session.scalars(select(TextAsk.id).where(*waiting))])
    db.session.execute(update(TextAsk).where(*waiting).values(state="called_off", settled_at=now))
