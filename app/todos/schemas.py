"""What to-dos give."""

from __future__ import annotations

from marshmallow import fields

from app.core.schemas import Instant, Schema, page_of


class Todo(Schema):
    """Something to do for a patient."""

    id = fields.UUID(required=True, attribute="todo.id")
    kind = fields.String(required=True, attribute="todo.kind")
    cause = fields.String(required=True, attribute="todo.cause")
    reason = fields.String(required=True, attribute="todo.reason")
    patient_id = fields.UUID(required=True, attribute="todo.patient_id")
    patient_name = fields.String(required=True, attribute="person.name")
    team_id = fields.UUID(required=True, attribute="todo.team_id")
    owner_id = fields.UUID(required=True, attribute="todo.owner_id")
    owner_name = fields.String(required=True, attribute="owner.name")
    created_at = Instant(required=True, attribute="todo.created_at")
    due_at = Instant(required=True, attribute="todo.due_at")
    done_at = Instant(required=True, allow_none=True, attribute="todo.done_at")
    done_by = fields.UUID(required=True, allow_none=True, attribute="todo.done_by")


Todos = page_of(Todo, "Todos")
