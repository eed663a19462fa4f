"""Help that was taken and is not done in its time, or whose helper may help no more, is open again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.core import clock
from app.core.db import db
from app.messages.models.help import HelpRequest
from app.messages.queries import help as queries
from app.messages.service import help_steps as steps
from app.messages.service import unanswered
from app.patients import queries as patients
from app.patients.models import CircleGrant, CircleMember, Patient

AT_ONCE: Final = 200


def reopen_late(limit: int = AT_ONCE) -> int:
    """Open again what was not done in its time; returns how many. Any number may run at once."""
    late = HelpRequest.reopen_at <= clock.now()
    return _reopen(late, "not_done", limit)


def reopen_lost(patient_id: UUID | None = None, limit: int = AT_ONCE) -> int:
    """Open again what somebody has who may not help any more, of one patient or of all; returns how many."""
    still = (
        select(CircleMember.id)
        .join(CircleGrant, CircleGrant.member_id == CircleMember.id)
        .join(Patient, Patient.id == CircleMember.patient_id)
        .where(CircleMember.patient_id == HelpRequest.patient_id, CircleMember.person_id == HelpRequest.helper_id)
        .where(*queries.may_help())
    )
    lost = ~still.exists()
    return _reopen(lost if patient_id is None else lost & (HelpRequest.patient_id == patient_id), "reopened", limit)


def _reopen(which: ColumnElement[bool], kind: str, limit: int) -> int:
    taken = (HelpRequest.reopen_at.is_not(None), HelpRequest.state.in_(queries.TAKEN), which)
    held = select(HelpRequest).where(*taken).order_by(HelpRequest.reopen_at).limit(limit)
    held = held.with_for_update(of=HelpRequest, skip_locked=True).execution_options(populate_existing=True)
    rows = list(db.session.scalars(held))
    whose = patients.admitted({row.patient_id for row in rows})
    for row in rows:
        steps.free(row)
        steps.note(row, kind, None)
        db.session.flush()
        unanswered.open_again(whose[row.patient_id], row, by_clock=True)
    return len(rows)
