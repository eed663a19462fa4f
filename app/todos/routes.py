"""To-dos of one's teams."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.access import guards
from app.access.guards import Caller
from app.access.permissions import Permission
from app.core import pages
from app.core.http import Routes
from app.core.pages import Page, PageQuery
from app.todos import queries, schemas, service
from app.todos.queries import ListedTodo

routes = Routes("todos", __name__, url_prefix="/api/todos", description="Work for people that is no alert")

HANDLE = Permission.HANDLE_TODOS


@routes.get("", access=guards.on_caseload(HANDLE), query=PageQuery(), gives={200: schemas.Todos})
def todos(caller: Caller, query: dict[str, Any]) -> Page[ListedTodo]:
    """The open to-dos of the caller's teams, due first first."""
    rows = queries.open_todos(caller.teams(HANDLE), pages.position(query["cursor"]), query["limit"])
    page = pages.page(rows, query["limit"], lambda row: (row.todo.due_at, row.todo.id))
    for organisation_id in caller.organisations(HANDLE):
        seen = {row.todo.patient_id for row in page.items if row.todo.organisation_id == organisation_id}
        guards.note_seen(caller, HANDLE, organisation_id, sorted(seen))
    return page


@routes.post(
    "/<uuid:todo_id>/done",
    access=guards.on_caseload(HANDLE),
    keyed=False,  # done twice is done once
    gives={200: schemas.Todo},
)
def done(caller: Caller, todo_id: UUID) -> ListedTodo:
    """Mark a to-do as done."""
    todo = service.do(todo_id, caller.teams(HANDLE), caller.person_id)
    guards.note_seen(caller, HANDLE, todo.organisation_id, [todo.patient_id])
    return queries.listed(todo.id)
