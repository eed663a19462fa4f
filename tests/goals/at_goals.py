"""Mary's goals: she herself, Tom and Ada who may help, Priya who coordinates; and one person at the API of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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
from app.goals.audiences import Looking
from app.goals.entering import NewGoal, NewStep
from app.goals.models import Goal, GoalStep
from app.goals.service import setting
from app.identity.models import Person
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from tests.around_mary import AroundMary, AtTheApi
from tests.people import World, signed_in

NUMBERS = frozenset({"measure", "area"})
WORDS, WHY, STEP = "Dance at the wedding in June", "She is my only granddaughter", "Walk to the corner and back"


@dataclass(frozen=True, slots=True)
class AtGoals(AroundMary):
    """Mary and the people of her goals: Tom sees and helps, Ada sees only, Nurse Adeyemi sees nothing of them."""

    ada: Person

    @property
    def ada_(self) -> By:
        return By(self.ada.id, Role.MEMBER, "app")

    def goal(self, audience: str = "circle", **more: Any) -> Goal:
        """Mary sets one, with a step unless it is said otherwise."""
        steps = more.pop("steps", (NewStep(new_id(), STEP),))
        new = NewGoal(new_id(), more.pop("words", WORDS), audience=audience, steps=steps, **more)
        with unit_of_work():
            return setting.set_goal(self.patient, new, self.mary)

    def suggestion(self, **more: Any) -> Goal:
        with unit_of_work():
            return setting.suggest(self.patient, NewGoal(new_id(), "Walk each day", **more), self.priya)


def looks(by: By) -> Looking:
    return Looking(by.person_id, by.role, NUMBERS)


def step_of(goal: Goal) -> UUID:
    return db.session.scalars(select(GoalStep.id).where(GoalStep.goal_id == goal.id)).one()


def at_goals(world: World) -> AtGoals:
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        ada = people.person("Ada", "Obi", "07700900230")
        with clock.at(clock.now() + timedelta(seconds=1)):
            service.add_member(patient, ada, Role.MEMBER, "neighbour", world.mary.id)
        for one, rights in ((world.tom, (Right.SEE, Right.ACT)), (ada, (Right.SEE,))):
            for right in rights:
                give(patient, one, right, world)
    return AtGoals(world, ada)


def give(
    patient: AdmittedPatient, person: Person, right: Right, world: World, category: Category = Category.GOALS
) -> None:
    """Give somebody of the circle a right, in the caller's transaction."""
    ends_on = clock.today(patient.zone) + timedelta(days=180)
    service.give_grant(patient, member_id(patient, person), category, right, ends_on, by=world.mary.id)


def member_id(patient: AdmittedPatient, person: Person) -> UUID:
    return next(one.member.id for one in patients.circle(patient) if one.person.id == person.id)


@dataclass(frozen=True, slots=True)
class Caller(AtTheApi):
    """Somebody at the API of Mary's goals."""

    def does(self, path: str, body: Any = None) -> Any:
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)
        return answer.get_json()

    def changes(self, path: str, version: int, **body: Any) -> TestResponse:
        return self.client.patch(self.url + path, json=body, headers=self.headers | {"If-Match": f'"{version}"'})

    def sets(self, audience: str = "circle", **more: Any) -> Any:
        """A goal with a step."""
        steps = [{"id": str(new_id()), "words": STEP}]
        body = {"id": str(new_id()), "words": WORDS, "why": WHY, "audience": audience, "steps": steps}
        return self.does("", body | more)


def caller(client: FlaskClient, world: World, person: Person) -> Caller:
    return Caller(client, f"/api/patients/{world.mary_patient.id}/goals", signed_in(client, person))


def told(person_id: UUID) -> list[str]:
    """What waits to be sent to somebody, in order."""
    rows = select(Delivery).where(Delivery.recipient_id == person_id, Delivery.state == "pending")
    return [one.body for one in db.session.scalars(rows.order_by(Delivery.created_at, Delivery.id)) if one.body]
