"""Help that was taken and is not done in its time, or whose helper may help no more, is open again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from app.core import backlog, clock
from app.core.db import db
from app.messages.models.help import HelpRequest
from app.messages.queries import help as queries
from app.messages.service import help_steps as steps
from app.messages.service import unanswered
from app.patients import queries as patients
from app.patients.models import CircleGrant, CircleMember, Patient

JOB: Final = "open help again"


def reopen_late(at_once: int = backlog.AT_ONCE) -> int:
    """Open again what was not done in its time; returns how many. Any number may run at once."""
    late = _taken(HelpRequest.reopen_at <= clock.now())
    return backlog.one_by_one(
        JOB, late, lambda row: _reopen(row, "not_done"), when=HelpRequest.reopen_at, at_once=at_once
    )


def reopen_lost() -> int:
    """Open again what somebody has who may not help any more; returns how many. Any number may run at once."""
    return backlog.one_by_one(JOB, _taken(_is_lost()), lambda row: _reopen(row, "reopened"))


def reopen_lost_of(patient_id: UUID) -> None:
    """The same for one patient, with what has just ended."""
    held = _taken(_is_lost(), HelpRequest.patient_id == patient_id).with_for_update(of=HelpRequest, skip_locked=True)
    for row in db.session.scalars(held.execution_options(populate_existing=True)).all():
        _reopen(row, "reopened")


def _taken(*which: ColumnElement[bool]) -> Select[HelpRequest]:
    taken = (HelpRequest.reopen_at.is_not(None), HelpRequest.state.in_(queries.TAKEN))
    return select(HelpRequest).where(*taken, *which).order_by(HelpRequest.reopen_at)


def _is_lost() -> ColumnElement[bool]:
    still = (
        select(CircleMember.id)
        .join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        .join(Patient, Patient.id == CircleMember.patient_id)
        .where(CircleMember.patient_id == HelpRequest.patient_id, CircleMember.person_id == HelpRequest.helper_id)
        .where(*queries.may_help())
    )
    return ~still.exists()


def _reopen(row: HelpRequest, kind: str) -> None:
    steps.free(row)
    steps.note(row, kind, None)
    db.session.flush()
    unanswered.open_again(patients.admitted_one(row.patient_id), row, by_clock=True)
