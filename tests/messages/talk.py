"""People at the API of threads, and Mary's circle with what it takes to talk: short words for long requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.models import Delivery
from app.patients import queries as patients
from app.patients import service
from tests.people import World, signed_in

INHALER = {"topic": "New inhaler", "text": "Which one do I take first?"}


@dataclass(frozen=True, slots=True)
class Talker:
    """One person at the threads of Mary, or of another patient."""

    client: FlaskClient
    person: Person
    url: str

    @property
    def headers(self) -> dict[str, str]:
        """Signed in just now, for a token holds some minutes only."""
        return signed_in(self.client, self.person)

    def get(self, path: str) -> Any:
        answer = self.client.get(self.url + path, headers=self.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def tries(self, path: str) -> int:
        return self.client.get(self.url + path, headers=self.headers).status_code

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.client.post(self.url + path, json=body, headers=self.headers)

    def open(self, kind: str = "team-threads", **said: Any) -> str:
        answer = self.post(f"/{kind}", {"id": str(new_id())} | INHALER | said)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return f"/{kind}/{answer.get_json()['id']}"

    def write(self, thread: str, text: str = "Thank you.", **more: Any) -> TestResponse:
        return self.post(f"{thread}/messages", {"id": str(new_id()), "text": text} | more)

    def messages(self, thread: str) -> list[Any]:
        """What was written, oldest first."""
        items: list[Any] = self.get(f"{thread}/messages")["items"]
        return items[::-1]

    def topics(self, kind: str = "team-threads") -> list[str]:
        return [one["topic"] for one in self.get(f"/{kind}")["items"]]

    def inbox(self) -> list[Any]:
        answer = self.client.get("/api/inbox", headers=self.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        items: list[Any] = answer.get_json()["items"]
        return items


def talker(client: FlaskClient, world: World, person: Person, patient_id: UUID | None = None) -> Talker:
    one = patient_id or world.mary_patient.id
    return Talker(client, person, f"/api/patients/{one}")


def grant(world: World, person: Person, *rights: Right) -> None:
    """Mary gives somebody of her circle rights over messages."""
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        (member,) = [one.member for one in patients.circle(patient) if one.person.id == person.id]
        ends_on = clock.today(patient.zone) + timedelta(days=60)
        for right in rights:
            service.give_grant(patient, member.id, Category.MESSAGES, right, ends_on, by=world.mary.id)


def told(person: Person) -> list[str]:
    """What was sent to somebody, in order."""
    rows = select(Delivery).where(Delivery.recipient_id == person.id).order_by(Delivery.created_at, Delivery.id)
    return [one.body or "" for one in db.session.scalars(rows)]
