"""Reads of to-dos."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.pages import Position
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.todos.models import Todo

_OWNER = aliased(Person)
_LISTED = (
    select(Todo, Person, _OWNER)
    .select_from(Todo)
    .join(Patient, Patient.id == Todo.patient_id)
    .join(Person, Person.id == Patient.person_id)
    .join(_OWNER, _OWNER.id == Todo.owner_id)
)


@dataclass(frozen=True, slots=True)
class ListedTodo:
    """A to-do with the person it is for and its owner."""

    todo: Todo
    person: Person
    owner: Person


def open_todos(
    team_ids: Collection[UUID], after: Position | None = None, limit: int = 50, kinds: Collection[str] | None = None
) -> list[ListedTodo]:
    """The open to-dos of these teams, due first first, in one query; one more than `limit`, to know of a next page."""
    where: list[ColumnElement[bool]] = [Todo.team_id.in_(team_ids), Todo.done_at.is_(None)]
    where += [Todo.kind.in_(kinds)] if kinds else []
    if after is not None:
        where.append(tuple_(Todo.due_at, Todo.id) > tuple_(literal(after.at), literal(after.id)))
    rows = _LISTED.where(*where).order_by(Todo.due_at, Todo.id).limit(limit + 1)
    return [ListedTodo(*row) for row in db.session.execute(rows)]


def listed(todo_id: UUID) -> ListedTodo:
    """One to-do, known to exist, as the list shows it."""
    return ListedTodo(*db.session.execute(_LISTED.where(Todo.id == todo_id)).one())


def open_of(patient: AdmittedPatient) -> list[Todo]:
    """The open to-dos of one patient, due first first."""
    where = (Todo.patient_id == patient.id, Todo.done_at.is_(None))
    return list(db.session.scalars(select(Todo).where(*where).order_by(Todo.due_at, Todo.id)))
