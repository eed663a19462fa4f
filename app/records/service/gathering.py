"""Read the rows of a copy: unsealed, with names for people, words beside codes and times with their zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    LargeBinary,
    Table,
    Uuid,
    and_,
    cast,
    func,
    null,
    select,
    union,
)

from app.core import rotation, rows
from app.core.audit import AuditEntry
from app.core.db import Base, db
from app.core.sealed import SealedColumn, SealedFile
from app.patients.models import Patient
from app.ratings.instrument import Instrument
from app.ratings.queries import copying
from app.records import shape
from app.records.queries import access_log
from app.records.service import keeping_back, wording

AT_ONCE = 1_000
EVERY = 2**31 - 1  # lines of the log: no end
AUDIT = AuditEntry.__tablename__


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose copy: a person with their own records, or one record alone."""

    person_id: UUID
    record_ids: tuple[UUID, ...]
    is_whole: bool  # everything about the person, or one record only
    zone: ZoneInfo
    reads_professionals: bool = False  # what professionals write for each other


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of a copy."""

    name: str
    means: str
    rows: Iterator[dict[str, Any]]


def listings(subject: Subject) -> Iterator[Listing]:
    """Every list of a copy, in the order in which tables name each other."""
    names, models = _Names(), {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    for table in Base.metadata.sorted_tables:
        whose = wanted(table, subject)
        if whose is not None:
            about = wording.means(table.name, (models[table].__doc__ or table.name).splitlines()[0])
            yield Listing(table.name, about, _Reader(table, subject, names).rows(whose))


def wanted(table: Table, subject: Subject) -> ColumnElement[bool] | None:
    """Which rows of a table belong into the copy; None: none of it does."""
    if table.name in shape.LEFT_OUT:
        return None
    mine = [*_of_the_record(table, subject), *(_of_the_person(table, subject) if subject.is_whole else ())]
    if len(mine) < 2:
        return mine[0] if mine else None
    # One after the other, each by its own index; of all at once PostgreSQL would read the whole table.
    return table.c.id.in_(union(*(select(table.c.id).where(one) for one in mine)))


def _of_the_record(table: Table, subject: Subject) -> Iterator[ColumnElement[bool]]:
    if table.name == "patient":
        yield table.c.id.in_(subject.record_ids)
    is_theirs = subject.reads_professionals or table.name not in shape.READ_BY_PROFESSIONALS
    if "patient_id" in table.c and table.name not in shape.IN_CONFIDENCE and is_theirs:
        yield table.c.patient_id.in_(subject.record_ids)
    if table.name == AUDIT:
        # As the access log finds them: by the lists that showed the record too, and by strangers' tries.
        at, by = cast(null(), DateTime(timezone=True)), cast(null(), Uuid)  # from, to, by and after: all the same
        for one in subject.record_ids:
            looks = func.looks_at_record(one, at, at, by, at, by, EVERY).table_valued("id")
            yield table.c.id.in_(select(looks.c.id))
    if table.name == "person":
        yield table.c.id == subject.person_id


def _of_the_person(table: Table, subject: Subject) -> Iterator[ColumnElement[bool]]:
    if table.name in shape.OWN:
        theirs = table.c[shape.OWN[table.name]] == subject.person_id
        kept = keeping_back.is_kept(table)
        yield theirs if kept is None else and_(theirs, ~kept)
    if table.name in shape.OWN_BY_WAY_OF:
        column, named = shape.OWN_BY_WAY_OF[table.name]
        owner = Base.metadata.tables[named]
        yield table.c[column].in_(select(owner.c.id).where(owner.c[shape.OWN[named]] == subject.person_id))


class _Names:
    """The names of people and organisations, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, UUID], str] = {}
        self._told: dict[tuple[UUID, UUID], bool] = {}

    def of(self, table: str, row: UUID) -> str:
        if (table, row) not in self._known:
            self._known[table, row] = self._look_up(Base.metadata.tables[table], row)
        return self._known[table, row]

    def may_be_told(self, person_id: UUID, record_id: UUID) -> bool:
        """Would the access log of this record name this person?"""
        if (person_id, record_id) not in self._told:
            self._told[person_id, record_id] = access_log.would_name(record_id, person_id)
        return self._told[person_id, record_id]

    def _look_up(self, table: Table, row: UUID) -> str:
        if table.name == "patient":
            return self.of("person", db.session.scalars(select(table.c.person_id).where(table.c.id == row)).one())
        shown = table.c.given_name + " " + table.c.family_name if table.name == "person" else table.c.name
        return str(db.session.scalar(select(shown).where(table.c.id == row)) or "unknown")


_NAMED = ("person", "organisation", "team")
# Columns that name a person without a foreign key.
_PEOPLE = ("actor_id", "on_behalf_of", "coordinator_id")
# Lists in which it matters whose record it is, because it may be somebody else's.
_SAYS_WHOSE = ("circle_member", "acting_for", "emergency_access")


class _Reader:
    """Reads one table."""

    def __init__(self, table: Table, subject: Subject, names: _Names) -> None:
        self.table, self.subject, self.names = table, subject, names
        self.sealed = {
            place.attribute.name: place.attribute
            for place in rotation.places()
            if place.table is table
            and not isinstance(place.attribute, SealedFile)
            and place.name not in shape.CONTACTS_OF_OTHERS
            and (subject.reads_professionals or place.name not in shape.FOR_PROFESSIONALS)
        }
        self.shown = [column.name for column in table.c if self._is_shown(column)]
        self.of_the_patient = [
            name for name in (*self.shown, *self.sealed) if f"{table.name}.{name}" in shape.OF_THE_PATIENT
        ]
        self.kinds = {column.name: _named_by(table, column.name) for column in table.c}
        self.instruments: dict[UUID, Instrument] = {}

    def rows(self, whose: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
        order = list(self.table.primary_key.columns)
        if "created_at" in self.table.c:
            order.insert(0, self.table.c.created_at)
        found = select(self.table).where(whose).order_by(*order)
        # A stranger's try stands under no patient, so no reach of one record finds it.
        with rows.within(rows.SERVICE) if self.table.name == AUDIT else nullcontext():
            for row in db.session.execute(found, execution_options={"yield_per": AT_ONCE}).mappings():
                yield self._told({column.name: row[column] for column in self.table.c})

    def _told(self, row: Mapping[str, Any]) -> dict[str, Any]:
        is_own = self._is_own(row)
        told = {name: self._value(name, row[name]) for name in self.shown}
        told |= {name: _opened(attribute, row) for name, attribute in self.sealed.items()}
        if not self.subject.reads_professionals:
            told |= shape.without_notes_of_staff(self.table.name, row)
        if not is_own:
            told |= dict.fromkeys(self.of_the_patient)
        if self.table.name == AUDIT and not self._is_told_who(row):
            told["actor_id"] = None
        if self.table.name in _SAYS_WHOSE:
            told = {"whose_record": self.names.of("patient", row["patient_id"])} | told
        return told | wording.beside(self.table.name, told) | copying.beside(self.table.name, row, self.instruments)

    def _is_told_who(self, row: Mapping[str, Any]) -> bool:
        actor, mine = row["actor_id"], {*self.subject.record_ids}
        if actor is None or actor == self.subject.person_id:
            return True
        of = {row["patient_id"], *(row["patient_ids"] or ()), row["subject_id"]} & mine
        return any(self.names.may_be_told(actor, one) for one in of)

    def _is_own(self, row: Mapping[str, Any]) -> bool:
        of = {row.get("patient_id"), *(row.get("patient_ids") or ())} - {None}
        return not of or bool(of & {*self.subject.record_ids})

    def _is_shown(self, column: Column[Any]) -> bool:
        is_bytes = isinstance(column.type, LargeBinary)
        return not is_bytes and column.name not in shape.TECHNICAL and column.name not in self.sealed

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, UUID):
            named = self.kinds[name]
            return self.names.of(named, value) if named else str(value)
        if isinstance(value, datetime):
            return value.astimezone(self.subject.zone).isoformat()
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"  # as text, so that no digit is lost
        return value.isoformat() if isinstance(value, date) else value


def _named_by(table: Table, column: str) -> str | None:
    """The table whose name stands for an id in this column; None where the id is shown."""
    if column in _PEOPLE:
        return "person"
    targets = {key.column.table.name for key in table.c[column].foreign_keys}
    return next((name for name in _NAMED if name in targets), None)


def _opened(attribute: SealedColumn, row: Mapping[str, Any]) -> Any:
    blob = row[f"{attribute.name}_sealed"]
    if blob is None:
        return row.get(attribute.name) if attribute.was_clear else None
    return attribute.value(attribute.opened(blob, row["id"]))


def own_records(person_id: UUID) -> Sequence[UUID]:
    """The records in which somebody is the patient."""
    return db.session.scalars(select(Patient.id).where(Patient.person_id == person_id)).all()


def zone_of(record_ids: Sequence[UUID]) -> ZoneInfo:
    """The zone of the first of these records; London for people without one."""
    zone = db.session.scalar(select(func.min(Patient.zone)).where(Patient.id.in_(record_ids)))
    return ZoneInfo(zone or "Europe/London")
