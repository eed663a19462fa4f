"""What the worker does for records: make copies and forget them, restrict, erase, and carry out the schedule."""

from __future__ import annotations

from datetime import timedelta

from app.core.scheduler import Job
from app.identity.service import closing as accounts
from app.records.queries import holds
from app.records.service import closing, exporting, retaining


def _each_hour() -> None:
    exporting.forget_expired()
    closing.restrict_records()


def _erase() -> None:
    accounts.erase_old(holds.people())


def _carry_out_schedule() -> None:
    retaining.run()


JOBS = (
    Job("forget copies of records", timedelta(hours=1), _each_hour),
    Job("erase closed accounts", timedelta(hours=1), _erase),
    Job("carry out the retention schedule", timedelta(hours=24), _carry_out_schedule),
)
TASKS = {exporting.MAKE: exporting.make}
