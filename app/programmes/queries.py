"""Reads of monitoring by text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, literal, select, tuple_

from app.alerts.models import Finding
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.patients import consents
from app.patients.admission import AdmittedPatient
from app.patients.consents import Agreed
from app.patients.models import Patient
from app.patients.queries.consent import Words
from app.programmes.models import REPEAT, SILENT, SLOT, TextAsk, TextProgramme
from app.readings.models import Reading
from app.readings.queries import visible


@dataclass(frozen=True, slots=True)
class Shown:
    """A programme with how it stands; `next_at` None: nothing is going to be asked."""

    id: UUID
    times: list[time]
    created_at: datetime
    agreed_at: datetime | None
    paused_until: date | None
    ended_at: datetime | None
    version: int
    stands: str
    next_at: datetime | None
    wording: Words


_AS_KEPT: Final = ("id", "times", "created_at", "agreed_at", "paused_until", "ended_at", "version")


def running(patient: AdmittedPatient) -> TextProgramme | None:
    """The programme that runs, if one does."""
    where = (TextProgramme.patient_id == patient.id, TextProgramme.ended_at.is_(None))
    return db.session.scalar(select(TextProgramme).where(*where))


def found(patient: AdmittedPatient, programme_id: UUID) -> TextProgramme | None:
    """This programme of theirs, if it is one."""
    where = (TextProgramme.patient_id == patient.id, TextProgramme.id == programme_id)
    return db.session.scalar(select(TextProgramme).where(*where))


def one(patient: AdmittedPatient, programme_id: UUID) -> TextProgramme:
    """The same; raises NotFound."""
    programme = found(patient, programme_id)
    if programme is None:
        raise NotFound
    return programme


def one_for_change(patient: AdmittedPatient, programme_id: UUID) -> TextProgramme:
    """The same, held until the end of the transaction: the clock asks by it at any moment."""
    programme = one(patient, programme_id)
    db.session.refresh(programme, with_for_update=True)
    return programme


def shown(programme: TextProgramme) -> Shown:
    """How it stands, and what was agreed to."""
    said = Agreed(programme.wording_id, programme.wording_version, programme.wording_language)
    words = consents.agreed(said)
    text = [words.will, words.will_not] if words else []
    is_asked = programme.agreed_at is not None and programme.ended_at is None
    return Shown(
        **{name: getattr(programme, name) for name in _AS_KEPT},
        stands=_stands(programme),
        next_at=programme.next_at if is_asked else None,
        wording=Words(said.id, said.version, said.language, text),
    )


def _stands(programme: TextProgramme) -> str:
    if programme.ended_at is not None:
        return "ended"
    if programme.agreed_at is None:
        return "waiting"
    return "paused" if programme.paused_until is not None else "running"


def running_of(person_id: UUID) -> Sequence[TextProgramme]:
    """The programmes that run for this person as a patient, newest first."""
    theirs = select(TextProgramme).join(Patient, Patient.id == TextProgramme.patient_id)
    mine = theirs.where(Patient.person_id == person_id, TextProgramme.ended_at.is_(None))
    return db.session.scalars(mine.order_by(TextProgramme.created_at.desc(), TextProgramme.id.desc())).all()


def programmes(patient: AdmittedPatient, after: Position | None, limit: int) -> Sequence[TextProgramme]:
    """All there were, newest first, one more than `limit` where there are more."""
    of_them = select(TextProgramme).where(TextProgramme.patient_id == patient.id)
    if after is not None:
        place = tuple_(TextProgramme.created_at, TextProgramme.id)
        of_them = of_them.where(place < tuple_(literal(after.at), literal(after.id)))
    newest = of_them.order_by(TextProgramme.created_at.desc(), TextProgramme.id.desc())
    return db.session.scalars(newest.limit(limit + 1)).all()


def running_for_change(patient: AdmittedPatient) -> TextProgramme | None:
    """The same, held until the end of the transaction: the clock asks by it at any moment."""
    where = (TextProgramme.patient_id == patient.id, TextProgramme.ended_at.is_(None))
    held = select(TextProgramme).where(*where).with_for_update()
    return db.session.scalar(held.execution_options(populate_existing=True))


def last(patient: AdmittedPatient) -> TextProgramme | None:
    """The programme that runs, or the one that ran last."""
    mine = select(TextProgramme).where(TextProgramme.patient_id == patient.id)
    return db.session.scalar(mine.order_by(TextProgramme.created_at.desc(), TextProgramme.id.desc()).limit(1))


def asks(programme: TextProgramme, limit: int, after: Position | None = None) -> Sequence[TextAsk]:
    """What became of its times, newest first."""
    of_it = select(TextAsk).where(TextAsk.programme_id == programme.id)
    if after is not None:
        of_it = of_it.where(tuple_(TextAsk.slot_at, TextAsk.id) < tuple_(literal(after.at), literal(after.id)))
    return db.session.scalars(of_it.order_by(TextAsk.slot_at.desc(), TextAsk.id.desc()).limit(limit)).all()


def last_settled(programme_id: UUID, limit: int) -> Sequence[str]:
    """What became of the last set times for which the answer is known, newest first."""
    known = TextAsk.state.in_(("answered", *SILENT))
    where = (TextAsk.programme_id == programme_id, TextAsk.kind == SLOT, known)
    return db.session.scalars(select(TextAsk.state).where(*where).order_by(TextAsk.slot_at.desc()).limit(limit)).all()


def sent_between(patient: AdmittedPatient, since: datetime, until: datetime) -> Counter[str]:
    """How many readings of each measure were taken in this time, whichever way they came."""
    where = (*visible.counted(patient), Reading.measured_at >= since, Reading.measured_at < until)
    rows = db.session.execute(select(Reading.measure, func.count()).where(*where).group_by(Reading.measure))
    return Counter({measure: count for measure, count in rows})  # noqa: C416  of rows, not of pairs


def came_since(patient: AdmittedPatient, moment: datetime) -> bool:
    """Whether any reading has come since then."""
    where = (*visible.counted(patient), Reading.received_at > moment)
    return bool(db.session.scalar(select(exists().where(*where))))


def waiting_for_repeat(now: datetime) -> Sequence[Finding]:
    """Findings that have waited for half of their time, of somebody who is asked by text; nothing came of that measure.

    One that waited for a repeat and was judged with one says so; anything newer is a repeat, if perhaps a late one.
    """
    newer = exists().where(
        Reading.patient_id == Finding.patient_id,
        Reading.measure == Finding.measure,
        Reading.measured_at > Finding.measured_at,
    )
    asked_already = exists().where(
        TextAsk.patient_id == Finding.patient_id, TextAsk.kind == REPEAT, TextAsk.slot_at > Finding.measured_at
    )
    waits = (Finding.repeat_until.is_not(None), Finding.is_confirmed.is_(None), Finding.withdrawn_at.is_(None))
    still = (*waits, ~Finding.is_late)
    in_time = (Finding.repeat_until > now, literal(now) - Finding.measured_at >= Finding.repeat_until - literal(now))
    asked = (TextProgramme.patient_id == Finding.patient_id) & TextProgramme.ended_at.is_(None)
    runs = (TextProgramme.agreed_at.is_not(None), TextProgramme.paused_until.is_(None))
    of_them = select(Finding).join(TextProgramme, asked).where(*still, *in_time, *runs, ~newer, ~asked_already)
    return db.session.scalars(of_them.order_by(Finding.measured_at)).all()


def still_asked(patient: AdmittedPatient, since: datetime, until: datetime) -> list[str]:
    """What they were asked for last by text, in this time, as far as nothing of it has come."""
    at = func.greatest(TextAsk.asked_at, TextAsk.reminded_at)
    waiting = (TextAsk.patient_id == patient.id, TextAsk.state == "asked", at > since, at <= until)
    last = db.session.scalar(select(TextAsk).where(*waiting).order_by(at.desc()).limit(1))
    if last is None:
        return []
    sent = sent_between(patient, last.since, last.until)
    return [measure for measure in last.measures if not sent[measure]]
