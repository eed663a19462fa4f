"""What the clock does about the care plan: the coordinator hears of what is overdue, and of what nobody sees to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Exists, Select, SQLColumnExpression, func, select

from app.core import backlog, clock
from app.core.db import db
from app.identity.models import Person
from app.pathway.models import PlanAction
from app.pathway.queries import owners
from app.pathway.service import settling
from app.patients import queries as patients
from app.patients.models import Patient
from app.todos import service as todos
from app.todos.models import Todo

A_DAY: Final = timedelta(days=1)
LATE: Final = (
    "{owner} was to see to something of {patient}’s care plan by {day}, and it is still open: “{words}” Ask how it "
    "stands; then mark it done, give it another day, or drop it."
)
LEFT: Final = (
    "{owner} was to see to something of {patient}’s care plan, and may not see the plan any more: “{words}” Find "
    "somebody else for it, or drop it."
)


def ask_about_overdue() -> int:
    """A to-do for the coordinator of each action that is open past its day; once for each action and day."""
    by_index = PlanAction.due_on < clock.now().date() + A_DAY  # it is no later anywhere
    late = (by_index, PlanAction.due_on < patients.today_there())
    asked = _asked(settling.OVERDUE, PlanAction.due_on)
    return backlog.one_by_one("ask about overdue actions", _open(*late, ~asked), _ask_about_overdue)


def ask_for_owners() -> int:
    """A to-do for the coordinator of each open action whose owner may not see to it any more; once for each owner."""
    lost = (~owners.still_may(), ~_asked(settling.OWNERLESS, PlanAction.owner_id))
    return backlog.one_by_one("ask for owners of actions", _open(*lost), _ask_for_owner)


def _ask_about_overdue(action: PlanAction) -> None:
    assert action.due_on is not None
    _ask(action, settling.OVERDUE, settling.overdue(action), LATE, f"{action.due_on.day} {action.due_on:%B}")


def _ask_for_owner(action: PlanAction) -> None:
    _ask(action, settling.OWNERLESS, settling.ownerless(action), LEFT)


def _ask(action: PlanAction, kind: str, cause: str, reason: str, day: str = "") -> None:
    patient, owner = patients.admitted_one(action.patient_id), db.session.get_one(Person, action.owner_id)
    said = reason.format(owner=owner.name, patient=patient.given_name, day=day, words=action.words)
    todos.add(patient, kind, cause, said)


def _open(*which: ColumnElement[bool]) -> Select[PlanAction]:
    """Open actions of those in care, first due first."""
    of_cared_for = select(PlanAction).join(Patient, Patient.id == PlanAction.patient_id)
    where = of_cared_for.where(Patient.ended_at.is_(None), PlanAction.state == "open", *which)
    return where.order_by(PlanAction.due_on, PlanAction.id)


def _asked(kind: str, named: SQLColumnExpression[Any]) -> Exists:
    """Was it asked before, of this action and what it names?"""
    cause = func.concat(PlanAction.id, " ", named)
    same = (Todo.patient_id == PlanAction.patient_id, Todo.kind == kind, Todo.cause == cause)
    return select(Todo.id).where(*same).exists()
