"""Nothing of a record is shown, changed or refused without a line in the audit that names it: every route there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.access import guards
from app.access.roles import Role, allowed
from app.alerts import queries as alerts
from app.core import clock, specification
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.patients import queries as patients
from app.readings import service as readings
from app.readings.intake import Entry
from app.todos import service as todos
from tests.people import World, signed_in
from tests.web.browsing import Browser

# Who is asked first; whoever may do it does it.
PERSONAS = {"priya": Role.COORDINATOR, "lead": Role.LEAD, "mary": Role.PATIENT, "lind": Role.CLINICIAN}
FEWEST_SHOWN = 18


@dataclass(frozen=True, slots=True)
class Operation:
    path: str
    method: str
    access: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@pytest.fixture
def ids(world: World) -> dict[str, UUID]:
    """Something of Mary's for every name a path may have."""
    with unit_of_work():
        patient = patients.admitted_one(world.mary_patient.id)
        reading = Entry(new_id(), "oxygen_saturation", clock.now(), 88, "%", context={"on_oxygen": False})
        readings.record(patient, [reading], by=world.mary.id)
        [alert] = alerts.alerts(patient, only_open=True)
        todos.add(patient, "check_number", "a cause", "Check the number.")
        members = patients.circle(patient)
    return {
        "patient_id": patient.id,
        "team_id": world.team.id,
        "reading_id": reading.id,
        "alert_id": alert.id,
        "member_id": members[0].member.id,
    }


def operations(app: Flask, kind: type) -> Iterator[Operation]:
    for rule in app.url_map.iter_rules():
        access = specification.contract_of(app, rule.endpoint).access
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if isinstance(access, kind):
                yield Operation(rule.rule, method, access)


def filled(path: str, ids: dict[str, UUID]) -> str:
    while "<" in path:
        before, _, rest = path.partition("<")
        name, _, after = rest.partition(">")
        known = ids.get(name.rpartition(":")[2])
        path = before + str(known or ("weight" if ":" not in name else uuid4())) + after
    return path


@dataclass(slots=True)
class Callers:
    """Everybody's phone and browser."""

    client: FlaskClient
    world: World
    ids: dict[str, UUID]

    def call(self, name: str, operation: Operation) -> TestResponse:
        path, person = filled(operation.path, self.ids), getattr(self.world, name)
        if path.startswith("/api/"):
            headers = signed_in(self.client, person) | {"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
            return self.client.open(path, method=operation.method, headers=headers)
        browser = self._browser(person)
        return browser.get(path) if operation.method == "GET" else browser.post(path)

    def _browser(self, person: Person) -> Browser:
        browser = Browser(self.client.application.test_client())
        browser.have_session(person)
        return browser


@pytest.fixture
def callers(client: FlaskClient, world: World, ids: dict[str, UUID]) -> Callers:
    return Callers(client, world, ids)


def entries(patient_id: UUID, **more: Any) -> int:
    """How often the audit names this patient: as such, on a list, or as what a stranger tried."""
    db.session.rollback()
    named = (AuditEntry.patient_id == patient_id) | AuditEntry.patient_ids.contains([patient_id])
    tried = (AuditEntry.role == "stranger") & (AuditEntry.subject_id == patient_id)
    where = [getattr(AuditEntry, name) == value for name, value in more.items()]
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(named | tried, *where)) or 0


def test_whatever_shows_a_record_writes_who_saw_what_in_which_role(app: Flask, callers: Callers, world: World) -> None:
    silent, shown = [], 0
    for operation in operations(app, guards.OnPatient):
        permission = operation.access.permission
        name = next((one for one, role in PERSONAS.items() if allowed(role, permission)), None)
        if operation.method != "GET" or name is None:
            continue
        facts = {"action": str(permission), "actor_id": getattr(world, name).id, "role": str(PERSONAS[name])}
        before = entries(world.mary_patient.id, **facts)
        status = callers.call(name, operation).status_code
        if status < 400:
            shown += 1
            if entries(world.mary_patient.id, **facts) != before + 1:
                silent.append(str(operation))
    assert silent == []
    assert shown >= FEWEST_SHOWN


@pytest.mark.parametrize("name", ["stranger", "other_coordinator", "admin"])
def test_whatever_is_refused_to_a_stranger_is_written(app: Flask, callers: Callers, world: World, name: str) -> None:
    silent = []
    for operation in operations(app, guards.OnPatient):
        facts = {"action": f"refused {operation.access.permission}", "actor_id": getattr(world, name).id}
        before = entries(world.mary_patient.id, **facts)
        assert callers.call(name, operation).status_code == 404, operation
        if entries(world.mary_patient.id, **facts) != before + 1:
            silent.append(str(operation))
    assert silent == []


def test_whatever_is_refused_for_want_of_a_grant_is_written(app: Flask, callers: Callers, world: World) -> None:
    silent = []
    for operation in operations(app, guards.OnPatient):
        if allowed(Role.SERVICE, operation.access.permission, frozenset(patients_grants(world))):
            continue
        facts = {"action": f"refused {operation.access.permission}", "role": "service", "actor_id": world.device.id}
        before = entries(world.mary_patient.id, **facts)
        assert callers.call("device", operation).status_code == 403, operation
        if entries(world.mary_patient.id, **facts) != before + 1:
            silent.append(str(operation))
    assert silent == []


def patients_grants(world: World) -> set[tuple[Any, Any]]:
    """What Mary has granted to her monitor."""
    [place] = [
        one for one in patients.circle(patients.admitted_one(world.mary_patient.id)) if one.person.id == world.device.id
    ]
    return {(grant.category, grant.right) for grant in place.grants}


@pytest.mark.parametrize("name", ["priya", "lead", "admin", "lind"])
def test_whatever_list_names_a_patient_writes_that_it_did(
    app: Flask, callers: Callers, world: World, name: str
) -> None:
    silent, shown = [], 0
    for operation in operations(app, guards.OnCaseload):
        if operation.method != "GET":
            continue
        person = getattr(world, name)
        before = entries(world.mary_patient.id, actor_id=person.id)
        text = callers.call(name, operation).get_data(as_text=True)
        if str(world.mary_patient.id) in text or "Mary Okafor" in text:
            shown += 1
            if entries(world.mary_patient.id, actor_id=person.id) <= before:
                silent.append(str(operation))
    assert silent == []
    assert shown >= (0 if name == "admin" else 4)


READING = {"measure": "weight", "value": 62.3, "unit": "kg", "measured_at": "2026-11-18T08:00:00Z"}
READING |= {"id": str(new_id())}
# Kept for good, and seen in the audit; tests/access/test_changes_are_audited.py has every other change of a record.
CHANGES: list[tuple[str, str, str, dict[str, Any] | None]] = [
    ("PATCH", "", "change_patient", {"communication_needs": "Large print"}),
    ("POST", "/readings", "add_readings", READING),
    ("POST", "/readings/upload", "add_readings", {"readings": [READING]}),
    ("POST", "/check-ins", "add_readings", {"id": str(new_id()), "readings": [READING]}),
    ("POST", "/alerts/{alert_id}/acknowledge", "handle_alerts", None),
    ("POST", "/alerts/{alert_id}/notes", "handle_alerts", {"text": "Spoken with her."}),
    ("POST", "/readings/{reading_id}/correction", "correct_readings", {"reason": "typed wrong"}),
    ("POST", "/end", "end_care", {"reason": "moved"}),
]


@pytest.mark.parametrize(("method", "path", "action", "body"), CHANGES, ids=[one[2] + one[1] for one in CHANGES])
def test_whatever_is_changed_is_written(
    callers: Callers, world: World, method: str, path: str, action: str, body: dict[str, Any] | None
) -> None:
    address = f"/api/patients/{world.mary_patient.id}{path.format(**callers.ids)}"
    headers = signed_in(callers.client, world.priya) | {"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
    before = entries(world.mary_patient.id, action=action, actor_id=world.priya.id, role="coordinator")
    answer = callers.client.open(address, method=method, headers=headers, json=body)
    assert answer.status_code < 300, answer.json
    assert entries(world.mary_patient.id, action=action, actor_id=world.priya.id, role="coordinator") == before + 1
