"""Carry out the retention schedule: delete by class in batches, count every deletion, keep what is on hold.

Safe to stop and to run again: each batch is a unit of work, and what is gone is not found a second time. A row that
another row still names stays until that one has gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, null, select, tuple_

from app.core import audit, clock
from app.core.db import Base, db
from app.core.unit_of_work import unit_of_work
from app.records import schedule
from app.records.models import Tombstone
from app.records.schedule import RetentionClass, Schedule
from app.records.service import due

BATCH = 500
_MOMENTS = ("created_at", "received_at", "opened_at", "measured_at")


@dataclass(slots=True)
class Gone:
    """How many rows of one table and organisation went, and how old they were."""

    rows: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None

    def add(self, moment: datetime | None) -> None:
        self.join(Gone(1, moment, moment))

    def join(self, more: Gone) -> None:
        self.rows += more.rows
        self.oldest = min(filter(None, (self.oldest, more.oldest)), default=None)
        self.newest = max(filter(None, (self.newest, more.newest)), default=None)


OrganisationId = UUID | None
Counted = dict[tuple[str, str, OrganisationId], Gone]  # by class, table and organisation


@dataclass(slots=True)
class Run:
    """One run of the schedule."""

    plan: Schedule
    now: datetime
    gone: Counted = field(default_factory=dict)
    step_gone: Counted = field(default_factory=dict)


def run(*, plan: Schedule = schedule.SHIPPED) -> Counted:
    """Delete what the schedule no longer keeps; gives what went, by class, table and organisation."""
    this = Run(plan, clock.now())
    for one in plan.classes:
        if one.after == schedule.NEVER:
            continue
        {schedule.CARE_ENDED: _records, schedule.UNNAMED: _people}.get(one.after, _rows)(this, one)
    return this.gone


def _rows(this: Run, one: RetentionClass) -> None:
    for table in due.in_order(one.tables):
        keys = list(table.primary_key.columns)
        too_old = select(*keys).where(due.rows(table, one, this.now)).limit(BATCH)
        went = BATCH
        while went == BATCH:
            with unit_of_work():
                due.take_time()
                found = [tuple(row) for row in db.session.execute(too_old)]
                went = _delete(this, one, table, tuple_(*keys).in_(found)) if found else 0
                _bury(this)


def _records(this: Run, one: RetentionClass) -> None:
    patient, tables = Base.metadata.tables["patient"], due.record_tables(this.plan)
    first = due.records(one, this.now).limit(1).with_for_update(skip_locked=True)
    while True:
        with unit_of_work():
            due.take_time()
            found = db.session.scalar(first)
            if found is None:
                return
            for table in tables:
                _delete(this, one, table, table.c.patient_id == found)
            _delete(this, one, patient, patient.c.id == found)
            _bury(this)


def _people(this: Run, one: RetentionClass) -> None:
    person, tables = Base.metadata.tables["person"], due.tables_of_people(one)
    unnamed = due.people(one, this.now).limit(BATCH).with_for_update(skip_locked=True, of=person)
    while True:
        with unit_of_work():
            due.take_time()
            found = db.session.scalars(unnamed).all()
            for person_id in found:
                for table in tables:
                    _delete(this, one, table, table.c.person_id == person_id)
                _delete(this, one, person, person.c.id == person_id)
            _bury(this)
        if len(found) < BATCH:
            return


def told_of(table: Table) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What is said of a row that goes: its organisation, and from when it is."""
    moment = next((table.c[name] for name in _MOMENTS if name in table.c), null())
    return table.c.organisation_id if "organisation_id" in table.c else null(), moment


def _delete(this: Run, one: RetentionClass, table: Table, where: ColumnElement[bool]) -> int:
    rows = db.session.execute(delete(table).where(where).returning(*told_of(table))).all()
    for organisation_id, at in rows:
        this.step_gone.setdefault((one.name, table.name, organisation_id), Gone()).add(at)
    return len(rows)


def _bury(this: Run) -> None:
    """Write down what this step deleted, with it: a tombstone for each table, one entry of the audit for each class."""
    for (name, table, organisation_id), gone in this.step_gone.items():
        this.gone.setdefault((name, table, organisation_id), Gone()).join(gone)
        stone = Tombstone(organisation_id=organisation_id, retention_class=name, table_name=table)
        stone.rows, stone.oldest, stone.newest = gone.rows, gone.oldest, gone.newest
        db.session.add(stone)
    for name, organisation_id in {(name, organisation_id) for name, _, organisation_id in this.step_gone}:
        entry = audit.Entry("schedule", f"delete_{name}", organisation_id=organisation_id, purpose="retention")
        audit.note(entry)
    this.step_gone.clear()
    db.session.flush()
