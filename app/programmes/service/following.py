"""What becomes of what was asked by text: answered, reminded of once, missed; and measured again after a rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from app.alerts.models import Finding
from app.core import backlog, clock
from app.core.db import db
from app.notifications import queries as notifications
from app.notifications import service as telling
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.programmes import asking_times, by_text, queries
from app.programmes.models import REPEAT, SLOT, TextAsk, TextProgramme
from app.programmes.service import asking, saying, silence
from app.todos import service as todos

REPEAT_WITHIN: Final = timedelta(hours=2)
_REACHED: Final = frozenset({"accepted", "delivered", "unknown"})
_LEFT: Final = frozenset({"undelivered", "failed"})
_A_MOMENT: Final = timedelta(microseconds=1)


def follow_due() -> int:
    """See what came of what was asked; returns how many were looked at. Any number may run at once.

    Programme and ask are held together or not at all: whoever answers holds the programme first.
    """
    mine = TextProgramme.id == TextAsk.programme_id
    due = select(TextAsk).join(TextProgramme, mine).where(TextAsk.state == "asked", TextAsk.due_at <= clock.now())
    hold = (TextProgramme, TextAsk)
    return backlog.one_by_one("follow texts", due.order_by(TextAsk.due_at), _follow, when=TextAsk.due_at, hold=hold)


def came(patient: AdmittedPatient) -> None:
    """Something came just now: what it answers waits no more, and nobody need ask why nothing comes."""
    programme = queries.running_for_change(patient)
    if programme is None:
        return
    waiting = select(TextAsk).where(TextAsk.programme_id == programme.id, TextAsk.state == "asked")
    for one in db.session.scalars(waiting.with_for_update()):
        if not _missing(one, patient):
            _settle(one, "answered", clock.now())
    _calm(programme, patient)


def calm() -> None:
    """Settle the to-dos about people of whom something has come since."""
    runs = (TextProgramme.agreed_at.is_not(None), TextProgramme.ended_at.is_(None))
    asked_about = (TextProgramme.escalated_at.is_not(None), *runs)
    found = db.session.scalars(select(TextProgramme).where(*asked_about).with_for_update(skip_locked=True)).all()
    backlog.each("calm", found, lambda one: _calm(one, patients.admitted_one(one.patient_id)))


def ask_to_repeat() -> None:
    """Ask those to measure again who have not, when half of the time is over in which their plan waits for it."""
    backlog.each("ask to repeat", queries.waiting_for_repeat(clock.now()), _ask_to_repeat)


def _ask_to_repeat(finding: Finding) -> None:
    patient, now = patients.admitted_one(finding.patient_id), clock.now()
    programme = queries.running_for_change(patient)
    if programme is None or not by_text.can_be_asked([finding.measure]):
        return
    slot = asking_times.holding(finding.measured_at, programme.times, patient.zone)
    facts = {
        "kind": REPEAT,
        "local_date": slot.day,
        "slot": slot.at,
        "slot_at": now,
        "since": finding.measured_at + _A_MOMENT,
        "until": now + REPEAT_WITHIN,
        "measures": [finding.measure],
        "state": "asked",
        "asked_at": now,
        "due_at": now + REPEAT_WITHIN,
        "settled_at": None,
    }
    made = asking.record(programme, patient, facts)  # once for each time of the day: nobody is to measure for ever
    if made is not None:
        saying.ask_for(patient, made, "text_ask_repeat", [finding.measure], finding.repeat_until)


def _follow(one: TextAsk) -> None:
    patient, now = patients.admitted_one(one.patient_id), clock.now()
    missing = _missing(one, patient)
    if not missing:
        return _settle(one, "answered", now)
    if not any(told.state in _REACHED for told in notifications.told_of(one.id)):
        return _not_reached(one, patient, now)
    if one.kind == SLOT and one.reminded_at is None and now < one.until and now - one.due_at < asking.TOO_LATE:
        return _remind(one, patient, missing, now)
    if now < one.until:
        one.due_at = one.until
        return None
    _settle(one, "missed", now)
    return _notice(one, patient, now) if one.kind == SLOT else None


def _remind(one: TextAsk, patient: AdmittedPatient, missing: Sequence[str], now: datetime) -> None:
    one.reminded_at, one.due_at = now, one.until
    until = min(one.until, now + asking.TOO_LATE)
    saying.ask_for(patient, one.id, "text_ask_again", missing, until)


def _missing(one: TextAsk, patient: AdmittedPatient) -> list[str]:
    sent = queries.sent_between(patient, one.since, one.until)
    return [measure for measure in one.measures if not sent[measure]]


def _settle(one: TextAsk, state: str, now: datetime) -> None:
    one.state, one.settled_at = state, now
    db.session.flush()


def _not_reached(one: TextAsk, patient: AdmittedPatient, now: datetime) -> None:
    """It never left, or their phone did not take it: then nobody else would notice that nothing is heard of them."""
    left = any(told.state in _LEFT for told in notifications.told_of(one.id))
    telling.withdraw([one.id])
    _settle(one, "unreached" if left else "not_sent", now)
    if left and one.kind == SLOT:
        _notice(one, patient, now)


def _notice(one: TextAsk, patient: AdmittedPatient, now: datetime) -> None:
    silence.notice(db.session.get_one(TextProgramme, one.programme_id, populate_existing=True), patient, now)


def _calm(programme: TextProgramme, patient: AdmittedPatient) -> None:
    if programme.agreed_at is None or programme.escalated_at is None:
        return
    if queries.came_since(patient, programme.escalated_at):
        programme.escalated_at = None
        todos.settle(patient.id, silence.UNANSWERED, str(programme.id), patient.person_id)
