"""Many senders at once: storms, alerts before everything, poisoned rows, a clean stop."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import orjson
import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from app.access.roles import Role
from app.core import clock, embedded, wake, worker
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.notifications import jobs, service
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.teams import service as teams
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

SENDERS = 8


@pytest.fixture(autouse=True)
def _time_moves(app: Flask) -> Iterator[None]:
    """Threads wait in real time here, so the clock moves too."""
    with clock.at(lambda: datetime.now(UTC)):
        yield


@contextmanager
def working(app: Flask) -> Iterator[threading.Event]:
    """A worker in this process; the event it hands out stops it, and so does the end of the block."""
    stop = threading.Event()
    running = threading.Thread(target=worker.run, args=(app, jobs.crews(SENDERS), (), stop), daemon=True)
    running.start()
    try:
        yield stop
    finally:
        stop.set()
        running.join(8)
    assert not running.is_alive()


def until(holds: Callable[[], bool], seconds: float = 50) -> None:
    """Wait for a condition, not for a time."""
    pause, deadline = threading.Event(), datetime.now(UTC).timestamp() + seconds
    while not holds():
        assert datetime.now(UTC).timestamp() < deadline, "it never came to that"
        pause.wait(0.05)


def queue_up(world: World, count: int, kind: str, to: list[UUID] | None = None) -> None:
    """Many deliveries at once, as other slices write them: `alert 0`, `alert 1`, ..."""
    readers = to or [world.priya.id]
    with unit_of_work():
        rows = [
            service.delivery_row(
                organisation_id=world.organisation.id,
                patient_id=world.mary_patient.id,
                recipient_id=readers[number % len(readers)],
                about="alert",
                about_id=world.mary_patient.id,
                kind=kind,
                body=f"{kind} {number}",
            )
            for number in range(count)
        ]
        db.session.execute(text(service.INSERT_FROM_JSON), {"deliveries": orjson.dumps(rows).decode()})
        service.wake_senders()


def many_readers(world: World, count: int) -> list[UUID]:
    with unit_of_work():
        people = [identity.add_person("Reader", str(number), phone=f"077009005{number:02}") for number in range(count)]
        for person in people:
            teams.give_role(world.organisation.id, world.team.id, person.id, Role.CLINICIAN)
        return [person.id for person in people]


def states() -> dict[str, int]:
    with unit_of_work():
        counted = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()
    return {row[0]: row[1] for row in counted}


def bodies(provider: TwilioStandIn) -> list[str]:
    return [str(message["body"]) for message in provider.accepted]


def test_a_storm_loses_and_doubles_nothing(app: Flask, provider: TwilioStandIn, world: World) -> None:
    """30 % broken, 20 % too many, 5 % accepted and never said: everything is handed over, once."""
    provider.storm({twilio.BROKEN: 0.3, twilio.TOO_MANY: 0.2, twilio.GHOST: 0.05})
    readers = many_readers(world, 40)
    began = datetime.now(UTC)
    with clock.at(lambda: began + (datetime.now(UTC) - began) * 8):  # so that waiting does not take minutes
        queue_up(world, 300, "alert", readers)
        queue_up(world, 200, "message", readers)
        with working(app):
            until(lambda: states() == {"accepted": 500})
    sent = Counter(bodies(provider))
    assert len(sent) == 500
    assert sum(sent.values()) == 500
    assert provider.requests > 750


def test_alerts_overtake_two_thousand_messages(app: Flask, provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 2000, "message")
    with working(app):
        until(lambda: len(provider.accepted) > 100)
        queue_up(world, 20, "alert")
        overtaken_at = len(provider.accepted)
        until(lambda: len([body for body in bodies(provider) if body.startswith("alert")]) == 20)
        until(lambda: states() == {"accepted": 2020})
    order = bodies(provider)
    last_alert = max(place for place, body in enumerate(order) if body.startswith("alert"))
    assert last_alert - overtaken_at < 300
    assert len(order) == len(set(order)) == 2020


def test_a_provider_that_hangs_on_messages_does_not_hold_alerts(
    app: Flask, provider: TwilioStandIn, world: World
) -> None:
    let_go = threading.Event()
    provider.script(*[twilio.Answer(accepts=True, after=9, until=let_go)] * SENDERS)
    queue_up(world, SENDERS + 20, "message")
    with working(app):
        until(lambda: provider.requests == SENDERS)
        queue_up(world, 5, "alert")
        until(lambda: states().get("accepted") == 5)
        assert {body.split()[0] for body in bodies(provider)[SENDERS:]} == {"alert"}
        assert states() == {"accepted": 5, "pending": SENDERS + 20}
        let_go.set()
        until(lambda: states() == {"accepted": 5 + SENDERS + 20})


def test_poisoned_rows_at_the_head_hold_up_nobody(app: Flask, provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 30, "alert")
    with unit_of_work():
        db.session.execute(update(Delivery).values(body_sealed=b"\x02t1 not what was sealed"))
    queue_up(world, 300, "message")
    with working(app):
        until(lambda: states().get("accepted") == 300)
    assert states() == {"accepted": 300, "pending": 30}
    assert len(provider.accepted) == 300


def test_a_worker_that_is_stopped_finishes_what_is_in_hand(app: Flask, provider: TwilioStandIn, world: World) -> None:
    begun = threading.Event()
    provider.script(*[twilio.Answer(accepts=True, after=0.3, begun=begun)] * 500)
    queue_up(world, 500, "message")
    with working(app) as stop:
        assert begun.wait(10)
        stop.set()
    known = states()
    assert known["accepted"] == len(provider.accepted) > 0
    with unit_of_work():
        assert db.session.scalar(select(func.count()).where(Delivery.lease_until.is_not(None))) == 0


def test_many_workers_share_the_queue(app: Flask, provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 500, "message")
    with working(app), working(app), working(app):
        until(lambda: states() == {"accepted": 500})
    assert len(bodies(provider)) == len(set(bodies(provider))) == 500


def test_a_commit_wakes_a_sender_at_once(app: Flask, provider: TwilioStandIn, world: World) -> None:
    with working(app):
        queue_up(world, 1, "alert")
        until(lambda: states() == {"accepted": 1})
        waited = []
        for number in range(2, 7):
            began = datetime.now(UTC)
            queue_up(world, 1, "alert")
            until(lambda number=number: len(provider.accepted) == number)  # type: ignore[misc]
            waited.append((datetime.now(UTC) - began).total_seconds())
    assert sorted(waited)[2] < 0.5  # the poll alone takes up to a second


def test_a_database_that_goes_away_is_only_a_pause(
    app: Flask, provider: TwilioStandIn, world: World, server: embedded.Server, database: str
) -> None:
    provider.storm({twilio.slow(0.02): 1.0})
    queue_up(world, 400, "message")
    conninfo = wake.conninfo(server.superuser_url)
    with working(app):
        until(lambda: len(provider.accepted) > 50)
        with psycopg.connect(conninfo, autocommit=True) as operator:
            operator.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'kith_app' and datname = %s",
                [database],
            )
        with clock.at(lambda: datetime.now(UTC) + sending.LEASE):
            until(lambda: accepted_seen_from_outside(app) == 400)
    assert set(bodies(provider)) == {f"message {number}" for number in range(400)}
    assert len(bodies(provider)) == 400


def accepted_seen_from_outside(app: Flask) -> int:
    """Counted on a connection of its own, as those of the pool may be the ones that were lost."""
    conninfo, reached = wake.conninfo(app.config["SQLALCHEMY_DATABASE_URI"]), "-c kith.service=on"
    with psycopg.connect(conninfo, autocommit=True, options=reached) as connection:
        found = connection.execute("select count(*) from delivery where state = 'accepted'").fetchone()
    return int(found[0]) if found else 0
