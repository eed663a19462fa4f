"""Reads of monitoring by text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from app.alerts.models import Finding
from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.programmes.models import REPEAT, SLOT, TextAsk, TextProgramme
from app.readings.models import Reading
from app.readings.queries import visible


def running(patient: AdmittedPatient) -> TextProgramme | None:
    """The programme that runs, if one does."""
    where = (TextProgramme.patient_id == patient.id, TextProgramme.ended_at.is_(None))
    return db.session.scalar(select(TextProgramme).where(*where))


def running_for_change(patient: AdmittedPatient) -> TextProgramme | None:
    """The same, held until the end of the transaction: the clock asks by it at any moment."""
    where = (TextProgramme.patient_id == patient.id, TextProgramme.ended_at.is_(None))
    held = select(TextProgramme).where(*where).with_for_update()
    return db.session.scalar(held.execution_options(populate_existing=True))


def last(patient: AdmittedPatient) -> TextProgramme | None:
    """The programme that runs, or the one that ran last."""
    mine = select(TextProgramme).where(TextProgramme.patient_id == patient.id)
    return db.session.scalar(mine.order_by(TextProgramme.created_at.desc()).limit(1))


def asks(programme: TextProgramme, limit: int) -> Sequence[TextAsk]:
    """What became of its times, newest first."""
    of_it = select(TextAsk).where(TextAsk.programme_id == programme.id)
    return db.session.scalars(of_it.order_by(TextAsk.slot_at.desc(), TextAsk.kind).limit(limit)).all()


def last_settled(programme_id: UUID, limit: int) -> Sequence[str]:
    """What became of the last set times for which the answer is known, newest first."""
    where = (TextAsk.programme_id == programme_id, TextAsk.kind == SLOT, TextAsk.state.in_(("answered", "missed")))
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


def waiting_for_repeat(since: datetime, until: datetime, limit: int) -> Sequence[Finding]:
    """Findings of this time about somebody who is asked by text, after which nothing of that measure came.

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
    still = (Finding.repeat_until.is_not(None), Finding.is_confirmed.is_(None), Finding.withdrawn_at.is_(None))
    asked = (TextProgramme.patient_id == Finding.patient_id) & TextProgramme.ended_at.is_(None)
    of_them = select(Finding).join(TextProgramme, asked).where(*still, ~newer, ~asked_already)
    in_time = (Finding.measured_at > since, Finding.measured_at <= until, ~Finding.is_late)
    of_them = of_them.where(TextProgramme.paused_until.is_(None))
    return db.session.scalars(of_them.where(*in_time).order_by(Finding.measured_at).limit(limit)).all()


def asked_last(patient_ids: Collection[UUID], since: datetime, until: datetime) -> TextAsk | None:
    """Of these patients what one was asked for last by text, in this time."""
    at = func.greatest(TextAsk.asked_at, TextAsk.reminded_at)
    where = (TextAsk.patient_id.in_(patient_ids), at > since, at <= until, TextAsk.state.not_in(("called_off",)))
    return db.session.scalar(select(TextAsk).where(*where).order_by(at.desc()).limit(1)) if patient_ids else None
