"""Mary and those around her, as they act: what the tests of each slice begin from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.access.roles import Role
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from tests.people import World


@dataclass(frozen=True, slots=True)
class AroundMary:
    """Mary by her pages, Tom by text, Nurse Adeyemi by the app, Priya from the console."""

    world: World

    @property
    def patient(self) -> AdmittedPatient:
        """As work finds her that no person asked for."""
        patient_id = self.world.mary_patient.id
        return patients.admitted([patient_id])[patient_id]

    @property
    def seen(self) -> AdmittedPatient:
        """As somebody of the circle is admitted to her."""
        return self.patient.for_circle()

    @property
    def mary(self) -> By:
        return By(self.world.mary.id, Role.PATIENT, "page")

    @property
    def priya(self) -> By:
        return By(self.world.priya.id, Role.COORDINATOR, "page")

    @property
    def tom(self) -> By:
        return By(self.world.tom.id, Role.MEMBER, "sms")

    @property
    def nurse(self) -> By:
        return By(self.world.adeyemi.id, Role.VISITOR, "app")


@dataclass(frozen=True, slots=True)
class AtTheApi:
    """Somebody at one address of the API."""

    client: FlaskClient
    url: str
    headers: dict[str, str]

    def get(self, path: str = "") -> Any:
        answer = self.tries(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def tries(self, path: str = "") -> TestResponse:
        return self.client.get(self.url + path, headers=self.headers)

    def post(self, path: str = "", body: Any = None) -> TestResponse:
        return self.client.post(self.url + path, json=body, headers=self.headers)
