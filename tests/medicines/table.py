"""A person at the API of medicines: short words for long requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.ids import new_id
from app.identity.models import Person
from tests.people import World, signed_in

MORNING_AND_EVENING = {
    "version": 1,
    "kind": "phases",
    "phases": [{"slots": [{"at": "08:00", "amount": "1"}, {"at": "20:00", "amount": "1"}]}],
}


@dataclass(frozen=True, slots=True)
class Table:
    """The kitchen table of one patient, and one person at it."""

    client: FlaskClient
    url: str
    headers: dict[str, str]

    def get(self, path: str) -> Any:
        answer = self.client.get(self.url + path, headers=self.headers)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        keyed = {"Idempotency-Key": str(new_id())} | self.headers | headers
        return self.client.post(self.url + path, json=body, headers=keyed)

    def patch(self, path: str, version: int, body: Any) -> TestResponse:
        return self.client.patch(self.url + path, json=body, headers=self.headers | {"If-Match": f'"{version}"'})

    def put(self, path: str, body: Any = None) -> TestResponse:
        return self.client.put(self.url + path, json=body, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(self.url + path, headers=self.headers)

    def add(self, typed: str = "Ramipril 5 mg capsules", **more: Any) -> Any:
        answer = self.post("/medicines", {"typed": typed} | more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()

    def scheduled(self, medicine: Any, pattern: Any = MORNING_AND_EVENING, **more: Any) -> Any:
        answer = self.post(f"/medicines/{medicine['id']}/schedules", {"pattern": pattern} | more)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()

    def doses(self, since: str = "2026-11-18T00:00:00Z", until: str = "2026-11-20T00:00:00Z") -> list[Any]:
        found: list[Any] = self.get(f"/doses?since={since}&until={until}")["items"]
        return found

    def say(self, dose: Any, answer: str, **more: Any) -> Any:
        said = {"id": str(new_id()), "dose_id": dose["id"], "answer": answer} | more
        told = self.post("/doses/answers", {"answers": [said]})
        assert told.status_code == 200, told.get_data(as_text=True)
        return told.get_json()["items"][0]


def table_of(client: FlaskClient, world: World, person: Person) -> Table:
    """This person at Mary's table."""
    return Table(client, f"/api/patients/{world.mary_patient.id}", signed_in(client, person))


def times(doses: list[Any]) -> list[str]:
    """When doses are due, as 18 08:00 in UTC."""
    return [f"{dose['due_at'][8:10]} {dose['due_at'][11:16]}" for dose in doses]
