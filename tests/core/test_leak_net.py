"""The net under the whole suite holds: one leak of each kind is let out, and caught."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, redirect
from sqlalchemy import text
from werkzeug.wrappers import Response

from app import create_app
from app.access import guards
from app.core import embedded, errors, logs, metrics
from app.core.db import Base, db
from app.core.http import Routes
from app.core.ids import new_id
from app.core.queue import Queue
from app.core.sealed import SealedColumn, SealedFile, SealedList
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.notifications.channels import Handover
from app.notifications.channels.email import EmailChannel
from tests import stand_ins
from tests.conftest import FreshClient, settings_for
from tests.leak_net import NET, NOT_TYPED, SHORTEST, Leak, LeakNet
from tests.log_net import Net
from tests.people import World
from tests.stand_ins.smtp import SmtpStandIn

PHONE, FAMILY = "07700900777", "Brackenthwaite"
SEALED = [
    pytest.param(mapper.class_, column, id=column.place)
    for mapper in sorted(Base.registry.mappers, key=str)
    for column in vars(mapper.class_).values()
    if isinstance(column, SealedColumn)
]


@pytest.fixture
def zoe(world: World) -> None:
    """Somebody the net has just got to know."""
    with unit_of_work():
        identity.add_person("Zoe", FAMILY, phone=PHONE, email="zoe.brackenthwaite@kith.example")


@contextmanager
def caught(where: str, of: str, *, log: list[bytes] | None = None) -> Iterator[None]:
    """What leaks inside is found there, and nothing else; the net is empty again for the test's own end."""
    assert NET.end([]) == []
    yield
    assert NET.end(log or []) == [Leak(where, frozenset({of}))]


@pytest.mark.parametrize(("kind", "column"), SEALED)
def test_it_knows_whatever_is_sealed_as_a_canary_of_its_column(
    app: Flask, kind: type[Any], column: SealedColumn
) -> None:
    """Of every column that is sealed in any model; a new one is here by itself."""
    canary = f"quokka of {column.place}"
    with app.app_context():
        row = kind()
        row.id = new_id()
        written: Any = [canary] if isinstance(column, SealedList) else canary
        setattr(row, column.name, canary.encode() if isinstance(column, SealedFile) else written)
    assert column.place in NET.places
    known = set() if column.place in NOT_TYPED else {column.place}
    assert NET.found_in(f"... {canary.upper()}!".encode()) == known


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("+447700900777", "call 7700900777 now"),
        ("999 000 0034", '{"number":"9990000034"}'),
        ("9990000034", "999 000 0034"),
        ("zoe@kith.example", "/x?who=zoe%40kith.example"),
        ("Kept her rabbits indoors", "she KEPT HER RABBITS INDOORS"),
        ('{"note": "rabbits indoors", "all": ["carrots too"]}', "carrots too"),
    ],
)
def test_it_knows_it_however_it_is_written(value: str, seen: str) -> None:
    net = LeakNet()
    net.note("somewhere.told", value.encode())
    assert net.found_in(seen.encode()) == {"somewhere.told"}
    assert net.found_in(b"nothing of the kind 2026-11-18") == frozenset()


@pytest.mark.parametrize(
    "value", ["Tom", "123456", "2026-11-18T10:00:00Z", "Heart failure", "01a20371-3a4b-7679-ac51-f8920d7a531e"]
)
def test_what_would_be_found_by_chance_is_left_out(value: str) -> None:
    net = LeakNet()
    net.note("somewhere.told", value.encode())
    assert len(value) < SHORTEST or not net.found_in(f"<{value}>".encode())
    assert net.known == {}


def test_what_a_test_made_is_forgotten_and_what_lasts_is_not() -> None:
    net = LeakNet()
    net.wider = 1
    net.learn("a.b", "made for many tests")
    net.wider = 0
    net.learn("a.b", "made for this test")
    net.begin("the next", is_first=True)
    assert (net.found_in(b"made for many tests"), net.found_in(b"made for this test")) == ({"a.b"}, set())
    net.search_metrics()  # at the end of all, everything is looked for again
    assert net.found_in(b"made for this test") == {"a.b"}


def test_it_catches_a_log_line(zoe: None, log_net: Net) -> None:
    with caught("the log", "person.family_name", log=log_net.recent):
        logs.log.info("told", reason=f"{FAMILY} does not answer")


def test_it_catches_a_label_of_a_metric(zoe: None) -> None:
    labels = ("GET", f"/people/{FAMILY}", "200")
    with caught("metrics", "person.family_name"):
        metrics.REQUESTS.labels(*labels).inc()
        NET.look("metrics", metrics.exposition([]))
        metrics.REQUESTS.remove(*labels)


def test_it_catches_an_argument_of_a_task(zoe: None, app: Flask, superuser: str) -> None:
    queue: Queue = app.extensions["queue"]
    with caught("procrastinate_jobs.args", "person.family_name"):
        with unit_of_work():
            queue.defer(next(iter(queue.tasks.tasks)), person=FAMILY)
        NET.search(superuser, always=True)
        with unit_of_work():
            db.session.execute(text("delete from procrastinate_jobs"))


def test_it_catches_a_column_that_is_not_sealed(zoe: None, world: World, superuser: str) -> None:
    with caught("team.name", "person.phone"):
        with unit_of_work():
            world.team.name = f"Call {PHONE}"
        NET.search(superuser, always=True)
        with unit_of_work():
            world.team.name = "Riverside"


def test_it_catches_a_sealed_column_that_was_written_in_the_clear(zoe: None, superuser: str) -> None:
    with caught("person.phone_sealed", "person.phone"):
        with unit_of_work():
            db.session.execute(text("update person set phone_sealed = '07700900777'::bytea where given_name = 'Zoe'"))
        NET.search(superuser, always=True)
        with unit_of_work():
            db.session.execute(text("update person set phone_sealed = null where given_name = 'Zoe'"))


@pytest.fixture
def superuser(server: embedded.Server, database: str) -> str:
    return server.url("kith_owner", database).replace("+psycopg", "")


@pytest.fixture
def careless(zoe: None, server: embedded.Server, database: str) -> Iterator[Flask]:
    """Kith with two views that say more than they should."""
    made = create_app(settings_for(server, database))
    made.test_client_class = FreshClient
    routes = Routes("careless", __name__)

    @routes.get("/refusing", access=guards.public)
    def refusing() -> Response:
        raise errors.Conflict(f"{PHONE} is taken.")

    @routes.get("/moving", access=guards.public)
    def moving() -> Response:
        return redirect("/people?called=Zoe+Brackenthwaite")

    made.register_blueprint(routes)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_it_catches_an_error_page(careless: Flask, accept: str) -> None:
    with caught("409 of GET /refusing", "person.phone"):
        assert careless.test_client().get("/refusing", headers={"Accept": accept}).status_code == 409


def test_it_catches_an_address_that_somebody_is_sent_on_to(careless: Flask) -> None:
    with caught("302 of GET /moving", "person.family_name"):
        assert careless.test_client().get("/moving").status_code == 302


def test_it_catches_a_text(zoe: None) -> None:
    with caught("a message", "person.family_name"):
        stand_ins.tell(f"Kith: Ms {FAMILY} needs you.")


def test_it_catches_an_e_mail_and_not_whom_it_is_for(zoe: None) -> None:
    with SmtpStandIn() as mail, caught("a message", "person.phone"):
        channel = EmailChannel(
            host="127.0.0.1", port=mail.port, sender="kith@kith.example", sender_name="Kith", security="none"
        )
        body = f"Kith\nCall {PHONE}."
        channel.send(Handover(new_id(), "zoe.brackenthwaite@kith.example", body, timedelta(minutes=5)))
        assert len(mail.accepted) == 1


def test_a_message_may_say_what_was_kept_of_it() -> None:
    net = LeakNet()
    net.note("delivery.body", b"An alert for Zoe, look at Kith.")
    net.texts.append(("a message", b"An alert for Zoe, look at Kith."))
    assert net.end([]) == []
