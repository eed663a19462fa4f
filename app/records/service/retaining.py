"""Carry out the retention schedule: delete by class in batches, count every deletion, keep what is on hold.

Safe to stop and to run again: each batch is a unit of work, and what is gone is not found a second time. A row that
another row still names stays until that one has gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, exists, false, null, or_, select, text, tuple_

from app.core import audit, clock
from app.core.db import Base, db
from app.core.unit_of_work import unit_of_work
from app.records import schedule
from app.records.models import LegalHold, Tombstone
from app.records.schedule import RetentionClass, Schedule

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


Counted = dict[tuple[str, str, UUID | None], Gone]  # by class, table and organisation


@dataclass(slots=True)
class Run:
    """One run of the schedule; `dry` does the same and keeps none of it."""

    plan: Schedule
    now: datetime
    dry: bool
    gone: Counted = field(default_factory=dict)
    step_gone: Counted = field(default_factory=dict)

    def step(self) -> AbstractContextManager[None]:
        """What is deleted together: kept at once, or in a dry run with all the rest thrown away."""
        return nullcontext() if self.dry else unit_of_work()


class _OnlyLooked(Exception):
    """Ends the unit of work of a dry run, so that nothing of it is kept."""


def run(*, dry: bool = False, plan: Schedule = schedule.SHIPPED) -> Counted:
    """Delete what the schedule no longer keeps; gives what went, by class, table and organisation."""
    this = Run(plan, clock.now(), dry)
    if not dry:
        _carry_out(this)
        return this.gone
    try:
        with unit_of_work():
            _carry_out(this)
            raise _OnlyLooked
    except _OnlyLooked:
        return this.gone


def _carry_out(this: Run) -> None:
    for one in this.plan.classes:
        if one.after == schedule.NEVER:
            continue
        {schedule.CARE_ENDED: _records, schedule.UNNAMED: _people}.get(one.after, _rows)(this, one)


def _in_order(tables: Sequence[str]) -> list[Table]:
    """What names others before what is named."""
    return [table for table in reversed(Base.metadata.sorted_tables) if table.name in tables]


def _rows(this: Run, one: RetentionClass) -> None:
    for table in _in_order(one.tables):
        too_old = table.c[one.after] < one.cutoff(this.now)
        keys = list(table.primary_key.columns)
        due = select(*keys).where(too_old, ~_on_hold(table), ~_is_named(table)).limit(BATCH)
        went = BATCH
        while went == BATCH:
            with this.step():
                _take_time()
                found = [tuple(row) for row in db.session.execute(due)]
                went = _delete(this, one, table, tuple_(*keys).in_(found)) if found else 0
                _bury(this)


def _on_hold(table: Table) -> ColumnElement[bool]:
    """Does a running hold cover the row: one on its patient, or one on all of its organisation?"""
    covers = []
    if "patient_id" in table.c:
        covers.append(LegalHold.patient_id == table.c.patient_id)
    if "organisation_id" in table.c:
        covers.append(LegalHold.patient_id.is_(None) & (LegalHold.organisation_id == table.c.organisation_id))
    return exists().where(LegalHold.lifted_at.is_(None), or_(false(), *covers)) if covers else false()


def _is_named(table: Table, but_by: Sequence[tuple[str, str]] = ()) -> ColumnElement[bool]:
    """Does a row of another table still name this one by a foreign key?"""
    names = [
        exists().where(key.parent == key.column)
        for other in Base.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table is table and other is not table and (other.name, key.parent.name) not in but_by
    ]
    return or_(false(), *names)


def _records(this: Run, one: RetentionClass) -> None:
    patient = Base.metadata.tables["patient"]
    kept = this.plan.never()
    tables = [t for t in _in_order(list(Base.metadata.tables)) if "patient_id" in t.c and t.name not in kept]
    youngest = schedule.years_before_day(this.now.date(), one.not_before_age)
    due = select(patient.c.id).where(
        patient.c.ended_at < one.cutoff(this.now),
        or_(patient.c.born_on.is_(None), patient.c.born_on <= youngest),
        ~_is_held(patient),
    )
    while True:
        with this.step():
            _take_time()
            found = db.session.scalar(due.order_by(patient.c.ended_at).limit(1).with_for_update(skip_locked=True))
            if found is None:
                return
            for table in tables:
                _delete(this, one, table, table.c.patient_id == found)
            _delete(this, one, patient, patient.c.id == found)
            _bury(this)


def _is_held(patient: Table) -> ColumnElement[bool]:
    whole = LegalHold.patient_id.is_(None) & (LegalHold.organisation_id == patient.c.organisation_id)
    return exists().where(LegalHold.lifted_at.is_(None), or_(LegalHold.patient_id == patient.c.id, whole))


def _people(this: Run, one: RetentionClass) -> None:
    person, acts = Base.metadata.tables["person"], audit.AuditEntry
    tables = [table for table in _in_order(one.tables) if table is not person]
    told = exists().where(or_(acts.actor_id == person.c.id, acts.on_behalf_of == person.c.id))
    theirs = [(table.name, "person_id") for table in tables]
    unnamed = select(person.c.id).where(person.c.created_at < one.cutoff(this.now), ~_is_named(person, theirs), ~told)
    while True:
        with this.step():
            _take_time()
            found = db.session.scalars(unnamed.limit(BATCH).with_for_update(skip_locked=True)).all()
            for person_id in found:
                for table in tables:
                    _delete(this, one, table, table.c.person_id == person_id)
                _delete(this, one, person, person.c.id == person_id)
            _bury(this)
        if len(found) < BATCH:
            return


def _take_time() -> None:
    # At night, beside few others: a record of many years is deleted whole or not at all.
    db.session.execute(text("set local statement_timeout = '10min'"))


def _delete(this: Run, one: RetentionClass, table: Table, where: ColumnElement[bool]) -> int:
    moment = next((table.c[name] for name in _MOMENTS if name in table.c), null())
    organisation = table.c.organisation_id if "organisation_id" in table.c else null()
    rows = db.session.execute(delete(table).where(where).returning(organisation, moment)).all()
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
