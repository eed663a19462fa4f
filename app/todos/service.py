"""Use cases of to-dos: add one, do it, pass it on with its patient."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.patients.admission import AdmittedPatient
from app.todos.models import Todo


def add(patient: AdmittedPatient, kind: str, cause: str, reason: str, due_at: datetime | None = None) -> UUID:
    """Ask the named coordinator to do something for a patient; returns the to-do's id.

    `kind` is a word such as check_number; `cause` names what asks for it (a row's id): while one to-do of the same
    patient, kind and cause is open, adding it again returns that one. `reason` is read by people and kept sealed.
    `due_at` is the end of the same working day where nothing is said.
    """
    due_at = due_at or patient.look_at_by("amber", clock.now())
    todo = Todo(kind=kind, cause=cause, due_at=due_at, created_at=clock.now())
    todo.organisation_id, todo.patient_id = patient.organisation_id, patient.id
    todo.team_id, todo.owner_id, todo.reason = patient.team_id, patient.coordinator_id, reason
    columns = (column.key for column in Todo.__mapper__.columns)
    stored: UUID | None = db.session.scalar(
        insert(Todo)
        .values({name: getattr(todo, name) for name in columns})
        .on_conflict_do_nothing(
            index_elements=(Todo.patient_id, Todo.kind, Todo.cause), index_where=Todo.done_at.is_(None)
        )
        .returning(Todo.id)
    )
    if stored is not None:
        return stored
    same = (Todo.patient_id == patient.id, Todo.kind == kind, Todo.cause == cause)
    return db.session.scalars(select(Todo.id).where(*same, Todo.done_at.is_(None))).one()


def do(todo_id: UUID, team_ids: Collection[UUID], by: UUID) -> Todo:
    """Mark a to-do of one of these teams as done; done before, it stays as it was. Raises NotFound."""
    todo = db.session.get(Todo, todo_id, with_for_update=True, populate_existing=True)
    if todo is None or todo.team_id not in team_ids:
        raise NotFound
    if todo.done_at is None:
        todo.done_at, todo.done_by = clock.now(), by
        db.session.flush()
    return todo


def settle(patient_id: UUID, kind: str, cause: str, by: UUID) -> None:
    """Mark a to-do as done because its cause is gone (the number was corrected, the re-run succeeded)."""
    same = (Todo.patient_id == patient_id, Todo.kind == kind, Todo.cause == cause, Todo.done_at.is_(None))
    db.session.execute(update(Todo).where(*same).values(done_at=clock.now(), done_by=by))


def pass_on(patient_id: UUID, team_id: UUID, owner_id: UUID) -> None:
    """Give the open to-dos of a patient to another team and owner."""
    open_ones = (Todo.patient_id == patient_id, Todo.done_at.is_(None))
    db.session.execute(update(Todo).where(*open_ones).values(team_id=team_id, owner_id=owner_id))
