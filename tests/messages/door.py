"""The door of a patient's home: who may come and read, and a person at the API of visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service
from app.patients.admission import AdmittedPatient
from tests.people import World, signed_in

WEEKDAYS = [1, 2, 3, 4, 5]
SEE, TOLD, ACT = Right.SEE, Right.BE_TOLD, Right.ACT


@dataclass(frozen=True, slots=True)
class Door:
    """One person at the door of Mary's home."""

    client: FlaskClient
    url: str
    person: Person

    @property
    def headers(self) -> dict[str, str]:
        """As of now: the clock of a test goes hours ahead."""
        return signed_in(self.client, self.person)

    def get(self, path: str) -> Any:
        answer = self.tries(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def tries(self, path: str) -> TestResponse:
        return self.client.get(self.url + path, headers=self.headers)

    def post(self, path: str, body: Any = None) -> TestResponse:
        keyed = {"Idempotency-Key": str(new_id())} | self.headers
        return self.client.post(self.url + path, json=body or {}, headers=keyed)

    def patch(self, path: str, version: int, body: Any) -> TestResponse:
        return self.client.patch(self.url + path, json=body, headers=self.headers | {"If-Match": f'"{version}"'})

    def put(self, path: str) -> TestResponse:
        return self.client.put(self.url + path, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(self.url + path, headers=self.headers)

    def plans(self, **more: Any) -> Any:
        plan = {"id": str(new_id()), "what": "Morning care", "weekdays": WEEKDAYS, "at": "10:30", "minutes": 45}
        return done(self.post("/visit-plans", plan | {"starts_on": "2026-11-18"} | more))

    def plans_one(self, **more: Any) -> Any:
        one = {"id": str(new_id()), "what": "Wound care", "on": "2026-11-18", "at": "10:30", "minutes": 40}
        return done(self.post("/visits", one | more))

    def visits(self) -> list[Any]:
        """The visits, first first."""
        found: list[Any] = self.get("/visits?limit=200")["items"]
        return found[::-1]

    def arrives(self, visit: Any, **more: Any) -> Any:
        return done(self.post(f"/visits/{visit['id']}/arrival", more))

    def leaves(self, visit: Any, **more: Any) -> Any:
        return done(self.post(f"/visits/{visit['id']}/leaving", more))

    def writes(self, visit: Any, **more: Any) -> Any:
        return done(self.post(f"/visits/{visit['id']}/notes", {"id": str(new_id())} | more))


def done(answer: TestResponse) -> Any:
    """What was answered to something that was to work."""
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return answer.get_json()


def door(client: FlaskClient, world: World, person: Person) -> Door:
    """This person at Mary's door."""
    return Door(client, f"/api/patients/{world.mary_patient.id}", person)


def may_visit(world: World) -> Person:
    """Tom reads and is told, Nurse Adeyemi and Ada, a neighbour, also write; gives Ada."""
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        ada = people.person("Ada", "Obi", "07700900230")
        service.add_member(patient, ada, Role.MEMBER, "neighbour", world.mary.id)
        for one, rights in ((world.tom, (SEE, TOLD)), (world.adeyemi, (SEE, ACT)), (ada, (SEE, ACT))):
            for right in rights:
                give(patient, one, right, world)
    return ada


def give(patient: AdmittedPatient, person: Person, right: Right, world: World) -> None:
    """Give somebody of the circle her visits, in the caller's transaction."""
    (member,) = [one.member for one in patients.circle(patient) if one.person.id == person.id]
    ends_on = clock.today(patient.zone) + timedelta(days=180)
    service.give_grant(patient, member.id, Category.VISITS, right, ends_on, by=world.mary.id)
