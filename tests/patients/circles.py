"""Mary's circle through the API, for tests of consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity.models import Person
from app.patients import consents
from tests.people import World, signed_in

LATER = "2027-01-31"


@dataclass(frozen=True, slots=True)
class Circle:
    """What one person does about Mary's circle."""

    client: FlaskClient
    world: World
    headers: dict[str, str]

    @property
    def record(self) -> str:
        return f"/api/patients/{self.world.mary_patient.id}"

    def get(self, path: str = "") -> Any:
        return self.client.get(f"{self.record}{path}", headers=self.headers).get_json()

    def post(self, path: str, body: Any) -> TestResponse:
        headers = self.headers | {"Idempotency-Key": str(uuid4())}
        return self.client.post(f"{self.record}{path}", headers=headers, json=body)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"{self.record}{path}", headers=self.headers)

    def patch(self, path: str, version: int, body: Any) -> TestResponse:
        headers = self.headers | {"If-Match": f'"{version}"'}
        return self.client.patch(f"{self.record}{path}", headers=headers, json=body)

    def members(self) -> dict[str, Any]:
        return {one["given_name"]: one for one in self.get("/circle")["items"]}

    def member(self, name: str) -> str:
        return str(self.members()[name]["id"])

    def grants(self, name: str) -> list[str]:
        return [f"{one['category']} {one['right']}" for one in self.members()[name]["grants"]]

    def give(
        self, name: str, category: str, right: str, ends_on: str = LATER, version: int | None = None
    ) -> TestResponse:
        """In the words of today, unless others are named."""
        read = consents.current(f"{category}.{right}").version if version is None else version
        what = {"category": category, "right": right, "ends_on": ends_on, "wording_version": read}
        return self.post(f"/circle/{self.member(name)}/grants", what)

    def act(self, name: str, basis: str, *scopes: str, evidence: str = "", review_on: str = LATER) -> TestResponse:
        asked = {"member_id": self.member(name), "basis": basis, "scopes": list(scopes), "wording_version": 1}
        return self.post("/acting", asked | {"review_on": review_on, "evidence": evidence})


def circle_of(client: FlaskClient, world: World, person: Person) -> Circle:
    return Circle(client, world, signed_in(client, person))
