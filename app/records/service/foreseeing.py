"""Say what a run of the retention schedule would delete: counted, nothing touched, each class by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, false, func, or_, select

from app.core import clock
from app.core.db import Base, db
from app.core.unit_of_work import unit_of_work
from app.records import schedule
from app.records.schedule import RetentionClass, Schedule
from app.records.service import due, retaining
from app.records.service.retaining import Counted, Gone


@dataclass(frozen=True, slots=True)
class Look:
    """One class of the schedule, looked at after those before it would have been carried out."""

    plan: Schedule
    number: int
    now: datetime

    @property
    def one(self) -> RetentionClass:
        return self.plan.classes[self.number]

    def going(self) -> Iterator[tuple[Table, ColumnElement[bool]]]:
        """The tables of this class, each with what goes of it."""
        if self.one.after == schedule.CARE_ENDED:
            yield from ((table, self._with_record(table)) for table in due.record_tables(self.plan))
            patient = Base.metadata.tables["patient"]
            yield patient, self._with_record(patient)
        elif self.one.after == schedule.UNNAMED:
            people = due.people(self.one, self.now, self._goes)
            yield from ((table, table.c.person_id.in_(people)) for table in due.tables_of_people(self.one))
            person = Base.metadata.tables["person"]
            yield person, person.c.id.in_(people)
        else:
            for table in due.in_order(self.one.tables):
                left = self._with_record(table).is_not(True)
                yield table, left & due.rows(table, self.one, self.now, self._goes)

    def _goes(self, table: Table) -> ColumnElement[bool]:
        ways = [self._with_record(table)]
        for one in self.plan.classes[: self.number + 1]:
            if table.name in one.tables and one.after in table.c:
                ways.append(due.rows(table, one, self.now, self._goes))
        return or_(*ways)

    def _with_record(self, table: Table) -> ColumnElement[bool]:
        column = table.c.id if table.name == "patient" else table.c.get("patient_id")
        if column is None or table.name in self.plan.never():
            return false()
        return column.in_(due.records(self.plan.of(schedule.CARE_ENDED), self.now))


def foresee(plan: Schedule = schedule.SHIPPED) -> Counted:
    """What a run would delete now, by class, table and organisation."""
    found: Counted = {}
    for number, one in enumerate(plan.classes):
        if one.after == schedule.NEVER:
            continue
        look = Look(plan, number, clock.now())
        with unit_of_work():
            due.take_time()
            for table, where in look.going():
                found |= {(one.name, table.name, of): gone for of, gone in _counted(table, where)}
    return found


def _counted(table: Table, where: ColumnElement[bool]) -> Iterator[tuple[retaining.OrganisationId, Gone]]:
    of, moment = retaining.told_of(table)
    numbers = select(of.label("of"), func.count(), func.min(moment), func.max(moment)).select_from(table).where(where)
    for organisation_id, *counted in db.session.execute(numbers.group_by("of")):
        yield organisation_id, Gone(*counted)
