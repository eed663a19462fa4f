"""A circle that can be asked for help: Mary's, with Tom, Nurse Adeyemi and Ada; and one person at its API."""

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
from app.identity.models import Person
from app.messages.help_entering import NewHelp
from app.messages.models.help import HelpRequest
from app.messages.service import asking
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from tests.around_mary import AroundMary, AtTheApi
from tests.people import World, signed_in


@dataclass(frozen=True, slots=True)
class Circle(AroundMary):
    """Mary's circle; Tom and Ada may write in it, Nurse Adeyemi only sees and takes."""

    ada: Person

    def ask(self, thing: str | None = "look_in", by: By | None = None, **more: Any) -> HelpRequest:
        """Mary asks, unless somebody else does."""
        with unit_of_work():
            return asking.ask(self.patient, NewHelp(new_id(), thing, **more), by or self.mary)

    @property
    def ada_(self) -> By:
        return By(self.ada.id, Role.MEMBER, "app")

    def member_id(self, person: Person) -> UUID:
        places = patients.circle(self.patient)
        return next(one.member.id for one in places if one.person.id == person.id)


def circle_of(world: World) -> Circle:
    """Give Tom, Nurse Adeyemi and Ada what they need to help."""
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        ada = people.person("Ada", "Obi", "07700900230")
        # Later than the others, who all came at one moment: the circle is in the order in which people came.
        with clock.at(clock.now() + timedelta(seconds=1)):
            service.add_member(patient, ada, Role.MEMBER, "neighbour", world.mary.id)
        for one, rights in (
            (world.tom, (Right.SEE, Right.ACT)),
            (world.adeyemi, (Right.SEE,)),
            (ada, (Right.SEE, Right.ACT)),
        ):
            for right in rights:
                give(patient, one, right, world)
    return Circle(world, ada)


def give(patient: AdmittedPatient, person: Person, right: Right, world: World, days: int = 180) -> None:
    """Give somebody of the circle its messages, in the caller's transaction."""
    (member,) = [one.member for one in patients.circle(patient) if one.person.id == person.id]
    ends_on = clock.today(patient.zone) + timedelta(days=days)
    service.give_grant(patient, member.id, Category.MESSAGES, right, ends_on, by=world.mary.id)


@dataclass(frozen=True, slots=True)
class Caller(AtTheApi):
    """Somebody at the API of Mary's help."""

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(self.url + path, headers=self.headers)

    def asks(self, thing: str | None = "look_in", **more: Any) -> Any:
        answer = self.post("", {"id": str(new_id()), "thing": thing} | more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()


def caller(client: FlaskClient, world: World, person: Person, path: str = "help") -> Caller:
    return Caller(client, f"/api/patients/{world.mary_patient.id}/{path}", signed_in(client, person))


def told(person_id: UUID) -> list[str]:
    """What waits to be sent to somebody about help, in order."""
    rows = select(Delivery).where(Delivery.recipient_id == person_id, Delivery.state == "pending")
    return [one.body for one in db.session.scalars(rows.order_by(Delivery.created_at, Delivery.id)) if one.body]
