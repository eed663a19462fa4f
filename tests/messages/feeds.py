"""A person at the feed of Mary: short words for long requests."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from app.access.permissions import Category, Right
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries as patients
from app.patients import service as patient_service
from app.patients.queries import consent
from tests.conftest import NOW
from tests.people import World, signed_in


@dataclass(frozen=True, slots=True)
class Reader:
    """One person at the API of Mary's feed."""

    client: FlaskClient
    url: str
    headers: dict[str, str]

    def get(self, path: str = "") -> Any:
        answer = self.client.get(self.url + path, headers=self.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def ask(self, path: str = "") -> TestResponse:
        return self.client.get(self.url + path, headers=self.headers)

    def send(self, path: str = "", **body: Any) -> TestResponse:
        return self.client.post(self.url + path, json={"id": str(new_id())} | body, headers=self.headers)

    def write(self, text: str, path: str = "", **more: Any) -> Any:
        answer = self.send(path, text=text, **more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()

    def comment(self, post: Any, text: str) -> Any:
        return self.write(text, f"/{post['id']}/comments")

    def change(self, post: Any, text: str, version: int | None = None) -> TestResponse:
        headers = self.headers | {"If-Match": f'"{version or post["version"]}"'}
        return self.client.patch(f"{self.url}/{post['id']}", json={"text": text}, headers=headers)

    def take_away(self, post: Any) -> TestResponse:
        return self.client.delete(f"{self.url}/{post['id']}", headers=self.headers)

    def feel(self, post: Any, kind: str | None) -> TestResponse:
        path = f"{self.url}/{post['id']}/reaction"
        if kind is None:
            return self.client.delete(path, headers=self.headers)
        return self.client.put(path, json={"kind": kind}, headers=self.headers)

    def report(self, post: Any, reason: str) -> TestResponse:
        return self.client.post(f"{self.url}/{post['id']}/report", json={"reason": reason}, headers=self.headers)

    def texts(self, query: str = "") -> list[str | None]:
        return [one["text"] for one in self.get(query)["items"]]

    def unread(self) -> int:
        return int(self.get("/unread")["unread"])


def at_the_feed(client: FlaskClient, world: World, person: Person) -> Reader:
    return Reader(client, f"/api/patients/{world.mary_patient.id}/feed", signed_in(client, person))


def give(world: World, person: Person, *rights: Right, category: Category = Category.MESSAGES) -> None:
    """Mary gives somebody of her circle something."""
    with unit_of_work():
        patient = patients.admitted([world.mary_patient.id])[world.mary_patient.id]
        member = next(one.member.id for one in consent.circle(patient) if one.person.id == person.id)
        for right in rights:
            ends_on = NOW.date() + timedelta(days=90)
            patient_service.give_grant(patient, member, category, right, ends_on, world.mary.id)


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more: Any) -> bytes:
    """A small file of this format: red to the left, blue to the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def in_base_64(content: bytes, words: str | None = None) -> dict[str, Any]:
    """A photo as the API takes it."""
    return {"content": base64.b64encode(content).decode(), "words": words}


def the_id(post: Any) -> UUID:
    return UUID(post["id"])
