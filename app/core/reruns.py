"""Run again the event handlers that failed, each in a unit of work of its own, until they succeed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.core import clock, events, rows
from app.core.db import db
from app.core.events import EventRerun
from app.core.logs import log
from app.core.unit_of_work import unit_of_work

MOST = 200  # in one go; the clock comes again in seconds


def run_due() -> int:
    """Run what is due, oldest first, and give how many succeeded; one that fails waits longer and holds nobody up."""
    succeeded = 0
    for rerun_id in _due():
        try:
            with unit_of_work():
                succeeded += _run(rerun_id)
        except Exception as error:  # whatever it was, it is tried again and operators are told
            log.error("handler failed again", error=type(error).__name__)
            with unit_of_work():
                _put_off(rerun_id)
    return succeeded


def _due() -> list[UUID]:
    due = (EventRerun.done_at.is_(None), EventRerun.due_at <= clock.now())
    with unit_of_work():
        return list(db.session.scalars(select(EventRerun.id).where(*due).order_by(EventRerun.due_at).limit(MOST)))


def _run(rerun_id: UUID) -> bool:
    row = _mine(rerun_id)
    if row is None or row.due_at > clock.now():
        return False
    with rows.only(row.organisation_id, row.patient_id):
        events.rerun(row)
    return True


def _put_off(rerun_id: UUID) -> None:
    if row := _mine(rerun_id):
        events.put_off(row)


def _mine(rerun_id: UUID) -> EventRerun | None:
    """The row, held until the end of this transaction; None while another worker holds it or when it is done."""
    open_row = select(EventRerun).where(EventRerun.id == rerun_id, EventRerun.done_at.is_(None))
    fresh = open_row.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return db.session.scalar(fresh)
