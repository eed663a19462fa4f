"""Mary's care plan: Tom sees it and may tick off what is his, Ada sees it only, Nurse Adeyemi sees nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity.models import Person
from app.pathway.entering import NewAction
from app.pathway.models import PlanAction, PlanActionEvent
from app.pathway.service import setting
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from app.todos.models import Todo
from tests.around_mary import AroundMary, AtTheApi
from tests.goals.at_goals import give
from tests.people import World, signed_in

WORDS = "Ring the surgery about the new inhaler"
TOMORROW, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class AtActions(AroundMary):
    """Mary and the people of her care plan."""

    ada: Person

    @property
    def ada_(self) -> By:
        return By(self.ada.id, Role.MEMBER, "app")

    def action(self, owner_id: UUID | None = None, due_on: date | None = None, words: str = WORDS) -> PlanAction:
        """Priya agrees with Mary on something that Mary sees to, unless it is said otherwise."""
        new = NewAction(new_id(), words, owner_id or self.world.mary.id, due_on)
        with unit_of_work():
            return setting.set_action(self.patient, new, self.priya)


def at_actions(world: World) -> AtActions:
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        ada = people.person("Ada", "Obi", "07700900230")
        with clock.at(clock.now() + timedelta(seconds=1)):
            service.add_member(patient, ada, Role.MEMBER, "neighbour", world.mary.id)
        for one, rights in ((world.tom, (Right.SEE, Right.ACT)), (ada, (Right.SEE,))):
            for right in rights:
                give(patient, one, right, world, Category.PLAN)
    return AtActions(world, ada)


@dataclass(frozen=True, slots=True)
class Caller(AtTheApi):
    """Somebody at the API of Mary's care plan."""

    def does(self, path: str, body: Any = None) -> Any:
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        return answer.get_json()

    def changes(self, action_id: str, version: int, **body: Any) -> TestResponse:
        headers = self.headers | {"If-Match": f'"{version}"'}
        return self.client.patch(f"{self.url}/{action_id}", json=body, headers=headers)


def caller(client: FlaskClient, world: World, person: Person) -> Caller:
    return Caller(client, f"/api/patients/{world.mary_patient.id}/plan-actions", signed_in(client, person))


def row(action_id: UUID) -> PlanAction:
    """As it is kept now."""
    db.session.rollback()
    return db.session.get_one(PlanAction, action_id, populate_existing=True)


def kinds(action_id: UUID) -> list[tuple[str, str, str]]:
    """What was done, as what and by which way, in order."""
    rows = select(PlanActionEvent).where(PlanActionEvent.action_id == action_id)
    found = db.session.scalars(rows.order_by(PlanActionEvent.created_at, PlanActionEvent.id))
    return [(one.kind, one.role, one.channel) for one in found]


def todos(kind: str) -> list[Todo]:
    db.session.rollback()
    rows = select(Todo).where(Todo.kind == kind).order_by(Todo.created_at, Todo.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))
