"""Nothing lost: web killed -9 at random points during 2,000 uploads whose clients try again (reliability.md R1, R3)."""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from app import create_app
from app.core import embedded
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.demo import people
from app.identity import service as identity
from app.identity import tokens
from app.patients import queries as patients
from app.patients import service
from app.protocols import service as protocols
from tests.conftest import cloned, settings_for
from tests.journeys.serving import Web, environment

READINGS, PATIENTS, CLIENTS, KILLS = 2000, 40, 8, 6
BREACHING = 10  # every tenth reading is 88 % on air


@dataclass(frozen=True)
class Upload:
    id: UUID
    patient_id: UUID
    token: str
    value: int
    measured_at: datetime

    def body(self) -> bytes:
        reading = {
            "id": str(self.id),
            "measure": "oxygen_saturation",
            "measured_at": self.measured_at.isoformat(),
            "value": self.value,
            "unit": "%",
            "context": {"on_oxygen": False},
        }
        return json.dumps(reading).encode()


@pytest.fixture
def database(server: embedded.Server, template: str) -> Iterator[str]:
    with cloned(server, template, f"kith_test_killed_{os.getpid()}") as name:
        yield name


def arranged(server: embedded.Server, database: str) -> list[Upload]:
    """Patients with an oximetry plan, each signed in on a phone; and what their phones will send."""
    app = create_app(replace(settings_for(server, database), is_worker=True))
    now = datetime.now(UTC)
    chosen = random.Random(5)
    with app.app_context():
        world = people.arrive()
        with unit_of_work():
            phones = [patient_with_phone(world, number, app.extensions["token_key"]) for number in range(PATIENTS)]
        db.engine.dispose()
    uploads = []
    for number in range(READINGS):
        patient_id, token = phones[number % PATIENTS]
        value = 88 if number // PATIENTS % BREACHING == 0 else chosen.randint(96, 99)
        at = now - timedelta(minutes=READINGS // PATIENTS - number // PATIENTS)
        uploads.append(Upload(new_id(), patient_id, token, value, at))
    return uploads


def patient_with_phone(world: people.World, number: int, key: object) -> tuple[UUID, str]:
    person = identity.add_person("Pat", f"Number {number}", email=f"pat.{number}@kith.example")
    new = service.NewPatient(coordinator_id=world.priya.id, conditions=["copd"])
    patient = service.enrol(world.team, person, new)
    protocols.start_plan(patients.admitted([patient.id])[patient.id], "copd_oximetry", by=world.priya.id)
    session = identity.new_session(person, "app", "phone", timedelta(hours=1))
    db.session.flush()
    return patient.id, tokens.access_token(session.id, key, datetime.now(UTC))  # type: ignore[arg-type]


def send(web: Web, upload: Upload, answers: Counter[int], stop: threading.Event) -> None:
    """As a phone does: until it is answered 2xx."""
    headers = {"Authorization": f"Bearer {upload.token}", "Content-Type": "application/json"}
    while not stop.is_set():
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=5)
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("POST", f"/api/patients/{upload.patient_id}/readings", upload.body(), headers)
            with closing(connection.getresponse()) as answer:
                answer.read()
                answers[answer.status] += 1
                if answer.status == 201:
                    return
        stop.wait(0.02)


def test_every_reading_answered_2xx_is_stored_and_judged_once(server: embedded.Server, database: str) -> None:
    uploads = arranged(server, database)
    web, answers, stop = Web(environment(server, database)), Counter[int](), threading.Event()
    chosen = random.Random(7)
    kill_after = sorted(chosen.sample(range(50, READINGS - 100), KILLS))
    web.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            sent = [clients.submit(send, web, upload, answers, stop) for upload in uploads]
            for count in kill_after:
                while answers[201] < count and not all(one.done() for one in sent):
                    stop.wait(0.001)
                web.kill()
                web.start()
            for one in sent:
                one.result(timeout=120)
    finally:
        stop.set()
        web.kill()
    assert set(answers) <= {201, 503}, answers
    check_nothing_lost(server, database, uploads)


def check_nothing_lost(server: embedded.Server, database: str, uploads: list[Upload]) -> None:
    url = server.url("kith_owner", database).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        rows = connection.execute("select id, patient_id, value, measured_at from reading").fetchall()
        assert len(rows) == READINGS
        assert set(rows) == {(one.id, one.patient_id, float(one.value), one.measured_at) for one in uploads}
        found = connection.execute("select reading_id from finding where severity = 'red'").fetchall()
        assert sorted(found) == sorted((one.id,) for one in uploads if one.value == 88)
        alerts = connection.execute("select patient_id, count(*) from alert group by 1").fetchall()
        assert sorted(alerts) == sorted((patient, 1) for patient in {one.patient_id for one in uploads})
        texts = connection.execute("select count(*), count(distinct about_id) from delivery").fetchone()
        assert texts == (PATIENTS, PATIENTS)
        audited = connection.execute("select count(*) from audit_entry where action = 'add_readings'").fetchone()
        assert audited is not None
        assert audited[0] >= READINGS
