"""Given 2,000 texts, when workers are killed -9 while they send, then each text is handed over and none is doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.access.roles import Role
from app.core import clock, embedded
from app.core.db import db
from app.core.scheduler import Tick
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.notifications import jobs, service
from app.notifications.models import Delivery
from app.teams import service as teams
from tests.conftest import HOME, SECRETS
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

TEXTS, READERS, SENDERS, KILLS = 2000, 50, 8, 5
IN_HAND = SENDERS + jobs.HANDS_FOR_ALERTS
GIVE_UP_AFTER = 300.0  # seconds, on a busy machine; it takes about 45, of which 30 are the lease of what was in hand


@pytest.fixture
def provider(app: Flask) -> Iterator[TwilioStandIn]:
    """A provider that takes 20 ms, so that something is always in hand; its clock and ours are real here."""
    with clock.at(lambda: datetime.now(UTC)), TwilioStandIn() as stand_in:
        stand_in.storm({twilio.slow(0.02): 1.0})
        yield stand_in


def environment(server: embedded.Server, database: str, provider: TwilioStandIn) -> dict[str, str]:
    urls = {
        f"{prefix}DATABASE_URL": server.url(role, database)
        for prefix, role in (("", "kith_app"), ("WORKER_", "kith_worker"))
    }
    texting = {
        "SMS_CHANNEL": "twilio",
        "TWILIO_ACCOUNT_SID": provider.account_sid,
        "TWILIO_AUTH_TOKEN": provider.auth_token,
        "TWILIO_FROM_NUMBER": provider.number,
        "TWILIO_BASE_URL": provider.base_url,
    }
    return {**os.environ, **SECRETS, **urls, **texting}


@contextmanager
def worker(settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--senders", str(SENDERS)]
    with subprocess.Popen(command, cwd=HOME, env=settings) as process:
        try:
            yield process
        finally:
            process.kill()


def until(holds: Callable[[], bool], deadline: float) -> None:
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        pause.wait(0.01)


def queue_up(world: World) -> None:
    with unit_of_work():
        readers: list[UUID] = []
        for number in range(READERS):
            person = identity.add_person("Reader", str(number), phone=f"077009005{number:02}")
            teams.give_role(world.organisation.id, world.team.id, person.id, Role.CLINICIAN)
            readers.append(person.id)
        rows = [
            service.delivery_row(
                organisation_id=world.organisation.id,
                patient_id=world.mary_patient.id,
                recipient_id=readers[number % READERS],
                about="alert",
                about_id=world.mary_patient.id,
                kind="alert" if number % 4 == 0 else "message",
                body=f"text {number}",
            )
            for number in range(TEXTS)
        ]
        db.session.execute(text(service.INSERT_FROM_JSON), {"deliveries": orjson.dumps(rows).decode()})


def accepted() -> int:
    with unit_of_work():
        return db.session.scalar(select(func.count()).where(Delivery.state == "accepted")) or 0


def test_each_text_is_handed_over_and_none_twice(
    server: embedded.Server, database: str, provider: TwilioStandIn, world: World
) -> None:
    deadline = time.monotonic() + GIVE_UP_AFTER
    settings, rng = environment(server, database, provider), random.Random(7)
    queue_up(world)
    for _ in range(KILLS):
        with worker(settings) as process:
            goal = provider.requests + rng.randint(30, 250)
            until(lambda goal=goal: provider.requests >= goal, deadline)  # type: ignore[misc]
            process.send_signal(signal.SIGKILL)
            assert process.wait(5) == -signal.SIGKILL
    left_in_hand = len(provider.accepted) - accepted()
    with worker(settings) as last:
        until(lambda: accepted() == TEXTS, deadline)
        with unit_of_work():
            assert db.session.get(Tick, "tick") is not None
        last.send_signal(signal.SIGTERM)
        assert last.wait(5) == 0
    sent = Counter(str(message["body"]) for message in provider.accepted)
    assert set(sent) == {f"text {number}" for number in range(TEXTS)}
    assert 0 < left_in_hand <= KILLS * IN_HAND  # handed over, and nobody lived to write it down
    assert sum(sent.values()) - len(sent) == 0  # the provider was asked about each of them first
