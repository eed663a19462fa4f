"""Readings by text: kept once, judged like any other, answered in the plan's own words to the patient's own phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from app.alerts.service import replies
from app.core.db import db
from app.core.errors import Conflict
from app.core.logs import describe, log
from app.notifications import texts
from app.patients.admission import AdmittedPatient
from app.programmes.service import following
from app.protocols.content import Severity
from app.readings import service as readings
from app.readings.intake import Entry
from app.readings.replies import Reply
from app.readings.service import Outcome, Received
from app.texting.grammar.said import Readings
from app.texting.service.answering import answer
from app.texting.service.hearing import Heard


def record(heard: Heard, said: Readings) -> None:
    """Record what was measured, and say what came of it."""
    if heard.allowed is None:
        return answer(heard, "text_not_yours")
    allowed, by = heard.allowed
    try:
        received = readings.record(allowed, _entries(heard, said, allowed), by=by.person_id, sent_at=heard.sent_at)
    except Conflict:
        return answer(heard, "text_care_ended")
    if any(one.outcome is not Outcome.STORED for one in received):
        return answer(heard, "text_impossible")
    _apart("see what was waited for", lambda: following.came(allowed))
    return _apart("answer", lambda: _answered(heard, allowed, received))


def _apart(what: str, work: Callable[[], None]) -> None:
    """The readings and their alerts stand whatever becomes of this."""
    try:
        with db.session.begin_nested():
            work()
    except Exception as error:
        log.error("readings by text are kept without this", left_out=what, **describe(error))


def _entries(heard: Heard, said: Readings, patient: AdmittedPatient) -> list[Entry]:
    """The ids follow from the text's own, so that a text which is handled again is the same readings."""
    measured_at = _when(said, heard.sent_at, patient)
    context: dict[str, Any] = {"meal": said.meal, "on_oxygen": said.on_oxygen}
    given = {name: value for name, value in context.items() if value is not None}
    return [
        Entry(
            uuid5(heard.event.inbound_id, str(number)),
            one.measure,
            measured_at,
            **one.entered,  # type: ignore[arg-type]
            context=given,
            source="sms",
        )
        for number, one in enumerate(said.readings)
    ]


def _when(said: Readings, sent_at: datetime, patient: AdmittedPatient) -> datetime:
    """The time it says, by the clock where the patient lives; else when it was sent."""
    if said.at is None and not said.days_ago:
        return sent_at
    here = sent_at.astimezone(patient.zone)
    day = here.date() - timedelta(days=said.days_ago)
    return datetime.combine(day, said.at or here.time(), patient.zone).astimezone(sent_at.tzinfo)


def _answered(heard: Heard, patient: AdmittedPatient, received: Sequence[Received]) -> None:
    said = replies.reply_for(patient, [one.id for one in received])
    worst = max(said.values(), key=_urgency)
    if not worst.is_judged:
        return answer(heard, "text_not_judged", member=patient.coordinator_given_name)
    if worst.severity is not None:
        return _of_finding(heard, patient, worst)
    is_unusual = any("confirm" in getattr(one.reading, "marks", ()) for one in received)
    return answer(heard, "text_measure_again" if is_unusual else "text_saved")


def _urgency(reply: Reply) -> int:
    """What could not be judged before all else."""
    if not reply.is_judged:
        return len(Severity)
    return Severity(reply.severity).rank if reply.severity else -1


def _of_finding(heard: Heard, patient: AdmittedPatient, reply: Reply) -> None:
    """Advice goes to the patient's own phone alone: whoever else texts for them is told that somebody looks at it."""
    if heard.own is not None and heard.circles[heard.own].id == patient.id:
        advice = texts.advice(reply.do)
        return answer(heard, "text_advice", advice=advice) if advice else answer(heard, "text_advice_see")
    if reply.look_by is None:
        return answer(heard, "text_saved")
    by = texts.clock_time(reply.look_by, heard.sent_at, patient.zone)
    return answer(heard, "text_looked_at", member=patient.coordinator_given_name, by=by)
