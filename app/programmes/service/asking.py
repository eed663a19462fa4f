"""Ask for what a plan measures, when its time has come: each time once, however many workers look at it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import backlog, clock
from app.core.db import db
from app.core.ids import new_id
from app.core.logs import describe, log
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.programmes import asking_times, by_text, queries
from app.programmes.asking_times import Slot
from app.programmes.models import SLOT, TextAsk, TextProgramme
from app.programmes.service import saying, silence
from app.protocols import asking
from app.protocols import queries as protocols

# After this nobody is asked any more: the service had been down, and the morning's text must not come in the evening.
TOO_LATE: Final = timedelta(hours=1)
REMIND_AFTER: Final = timedelta(hours=2)
_A_MOMENT: Final = timedelta(microseconds=1)


def ask_due() -> int:
    """Ask all whose time has come; returns how many programmes were looked at. Any number may run at once."""
    agreed = (TextProgramme.agreed_at.is_not(None), TextProgramme.ended_at.is_(None))
    due = select(TextProgramme).where(*agreed, TextProgramme.next_at <= clock.now())
    return backlog.one_by_one("ask by text", due.order_by(TextProgramme.next_at), _ask_or_skip)


def _ask_or_skip(programme: TextProgramme) -> None:
    patient, now = patients.admitted_one(programme.patient_id), clock.now()
    try:
        with db.session.begin_nested():
            _ask(programme, patient, now)
    except Exception as error:  # that nothing was asked is kept: silence that is our own is noticed as well
        log.error("a text programme could not ask", programme=str(programme.id), **describe(error))
        _skip(programme, patient, now)


def record(programme: TextProgramme, patient: AdmittedPatient, facts: dict[str, Any]) -> UUID | None:
    """Keep what was asked; None where that time has been seen to before."""
    row = {
        "id": new_id(),
        "created_at": clock.now(),
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "programme_id": programme.id,
        **facts,
    }
    once = ("patient_id", "local_date", "slot", "kind")
    kept = insert(TextAsk).values(row).on_conflict_do_nothing(index_elements=once)
    made: UUID | None = db.session.scalar(kept.returning(TextAsk.id))
    return made


def _ask(programme: TextProgramme, patient: AdmittedPatient, now: datetime) -> None:
    slot = asking_times.after(programme.next_at - _A_MOMENT, programme.times, patient.zone)
    if slot.begins <= now:
        _see_to(programme, patient, slot, now)
        slot = asking_times.after(slot.begins, programme.times, patient.zone)
    programme.next_at = slot.begins
    if programme.paused_until is not None and programme.paused_until <= slot.day:
        programme.paused_until = None


def _see_to(programme: TextProgramme, patient: AdmittedPatient, slot: Slot, now: datetime) -> None:
    asked = asking.asked(protocols.plans_as_applied(patient))
    measures = by_text.can_be_asked(asking_times.wanted(asked, slot, {}))
    if not measures:
        return
    sent = queries.sent_between(patient, slot.since, slot.until)
    missing = [one for one in measures if not sent[one]]
    if not missing:
        record(programme, patient, _facts(slot, measures, "answered", now))
    elif now - slot.begins > TOO_LATE:
        record(programme, patient, _facts(slot, missing, "not_sent", now))
    elif made := record(programme, patient, _facts(slot, missing, "asked", now)):
        saying.ask_for(patient, made, "text_ask", missing, slot.begins + TOO_LATE)


def _facts(slot: Slot, measures: list[str], state: str, now: datetime) -> dict[str, Any]:
    is_asked = state == "asked"
    return {
        "kind": SLOT,
        "local_date": slot.day,
        "slot": slot.at,
        "slot_at": slot.begins,
        "since": slot.since,
        "until": slot.until,
        "measures": measures,
        "state": state,
        "asked_at": now if is_asked else None,
        "due_at": min(now + REMIND_AFTER, slot.until),
        "settled_at": None if is_asked else now,
    }


def _skip(programme: TextProgramme, patient: AdmittedPatient, now: datetime) -> None:
    """Keep that nothing was asked, and go on at the next time."""
    slot = asking_times.after(programme.next_at - _A_MOMENT, programme.times, patient.zone)
    record(programme, patient, _facts(slot, [], "unasked", now))
    programme.next_at = asking_times.after(max(now, slot.begins), programme.times, patient.zone).begins
    silence.notice(programme, patient, now)
