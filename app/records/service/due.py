"""Which rows the schedule keeps no longer: too old, on no hold, and named by no row that stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, exists, false, select, text, true

from app.core.audit import AuditEntry
from app.core.db import Base, db
from app.records import schedule
from app.records.queries import holds
from app.records.schedule import RetentionClass, Schedule

# Whether a row goes as well, so that what it names does not stay because of it.
Goes = Callable[[Table], ColumnElement[bool]]


def nothing(table: Table) -> ColumnElement[bool]:
    """What is deleted is looked for among what is there; whatever names a row keeps it."""
    return false()


def rows(table: Table, one: RetentionClass, now: datetime, goes: Goes = nothing) -> ColumnElement[bool]:
    """The rows of a table whose time counts from a column of it."""
    return and_(table.c[one.after] < one.cutoff(now), ~holds.over(table), unnamed(table, goes=goes))


def records(one: RetentionClass, now: datetime) -> Select[UUID]:
    """The patients whose whole record goes, whose care ended first first."""
    patient = Base.metadata.tables["patient"].alias("ended")
    youngest = schedule.years_before_day(now.date(), one.not_before_age)
    # Of whom no birth is known is taken for a child born on the day of enrolment.
    unborn = patient.c.born_on.is_(None) & (patient.c.enrolled_at < schedule.years_before(now, one.not_before_age))
    return (
        select(patient.c.id)
        .where(patient.c.ended_at < one.cutoff(now), (patient.c.born_on <= youngest) | unborn)
        .where(~holds.over_patient(patient))
        .order_by(patient.c.ended_at)
    )


def record_tables(plan: Schedule) -> list[Table]:
    """The tables that go with a record, without that of the patients."""
    kept = plan.never()
    return [t for t in in_order(list(Base.metadata.tables)) if "patient_id" in t.c and t.name not in kept]


def people(one: RetentionClass, now: datetime, goes: Goes = nothing) -> Select[UUID]:
    """Those whom nobody names any more, and no line of the audit."""
    person = Base.metadata.tables["person"]
    theirs = [(table.name, "person_id") for table in tables_of_people(one)]
    # Apart: an index serves each, and no index would serve both at once.
    told = (~exists().where(who == person.c.id) for who in (AuditEntry.actor_id, AuditEntry.on_behalf_of))
    return select(person.c.id).where(person.c.created_at < one.cutoff(now), unnamed(person, theirs, goes), *told)


def tables_of_people(one: RetentionClass) -> list[Table]:
    """What goes with a person."""
    return [table for table in in_order(one.tables) if table.name != "person"]


def in_order(tables: Sequence[str]) -> list[Table]:
    """What names others before what is named."""
    return [table for table in reversed(Base.metadata.sorted_tables) if table.name in tables]


def unnamed(table: Table, but_by: Sequence[tuple[str, str]] = (), goes: Goes = nothing) -> ColumnElement[bool]:
    """No row of another table that stays names this one by a foreign key."""
    named = (
        exists().where(key.parent == key.column, goes(other).is_not(true()))
        for other in Base.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table is table and other is not table and (other.name, key.parent.name) not in but_by
    )
    return and_(true(), *(~one for one in named))


def take_time() -> None:
    """For the worker, beside few others: a record of many years is copied or deleted whole or not at all."""
    db.session.execute(text("set local statement_timeout = '10min'"))
