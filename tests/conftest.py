"""A real PostgreSQL for every test: one migrated template, one clone a worker, wiped after each test.

Any connection beyond this machine fails the test.
"""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event

from app import config, create_app
from app.core import clock, embedded
from app.core.db import db
from app.demo import people
from app.demo.callers import FreshClient
from tests import leak_net
from tests.log_net import Net, spread
from tests.slate import Slate

pytest_plugins = ["tests.leak_plugin"]
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday, within service hours in London
HOME = Path(__file__).resolve().parent.parent
TEMPLATE = "kith_test_template"
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
SECRETS = {
    "KITH_ENV": "test",
    "SECRET_KEY": "only-for-tests-" + "k" * 32,
    "SEALING_KEYS": "t1:" + "A" * 43 + "=",
    "INDEX_KEY": "only-for-tests-" + "i" * 32,
    "PUBLIC_URL": "http://localhost",
    "LOG_LEVEL": "critical",
}


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """No test may speak with the world."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def log_net() -> Iterator[Net]:
    """No line that anything logs in any test, at any level, names anybody (security.md S20); said when all are done."""
    net = spread()
    yield net
    assert net.caught == [], "personal data in a log"


@pytest.fixture(scope="session")
def server() -> embedded.Server:
    """The embedded PostgreSQL of this checkout; of several processes each has one.

    Transactions are numbered through all databases of a server, and the audit waits for those that are open.
    """
    return embedded.ensure_running(_folder())


def _folder() -> Path:
    return config.VAR / "-".join(filter(None, ("postgres", os.environ.get("PYTEST_XDIST_WORKER"))))


def migrate(url: str, to: str = "head") -> None:
    """Bring a database to a revision as its owner."""
    settings = alembic.config.Config()
    settings.set_main_option("script_location", str(HOME / "migrations"))
    settings.attributes["url"] = url
    move = alembic.command.downgrade if to == "base" else alembic.command.upgrade
    move(settings, to)


@pytest.fixture(scope="session")
def template(server: embedded.Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database that others are cloned from; made once, also by parallel workers."""
    versions = sorted((HOME / "migrations" / "versions").glob("*.py"))
    digest = hashlib.sha256(b"".join(version.read_bytes() for version in versions)).hexdigest()
    name = f"{TEMPLATE}_{digest[:10]}"
    with _folder().with_suffix(".template").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be making it
        if not _is_there(server, name):
            draft = f"{name}_draft"
            embedded.drop_database(server, draft)
            embedded.ensure_database(server, draft)
            migrate(server.url("kith_owner", draft))
            embedded.clone_database(server, draft, name)
            embedded.drop_database(server, draft)
    return name


def _is_there(server: embedded.Server, name: str) -> bool:
    with psycopg.connect(server.url("kith_owner", "postgres").replace("+psycopg", "")) as connection:
        found = connection.execute("select from pg_database where datname = %s", [name])
        return found.fetchone() is not None


@contextmanager
def cloned(server: embedded.Server, template: str, name: str) -> Iterator[str]:
    embedded.drop_database(server, name)
    embedded.clone_database(server, template, name)
    try:
        yield name
    finally:
        db_engines_disposed()
        leak_net.NET.search(server.url("kith_owner", name).replace("+psycopg", ""), always=True)
        embedded.drop_database(server, name)


def db_engines_disposed() -> None:
    """Let go of every pooled connection, so that a database can be dropped."""
    for engine in list(_engines):
        engine.dispose()


_engines: set[Any] = set()


@event.listens_for(Engine, "engine_connect")
def _kept(connection: Connection) -> None:
    # An app that a test made and dropped would leave its pool to the garbage collector, its warning to another test.
    _engines.add(connection.engine)


def settings_for(server: embedded.Server, database: str, **more: str) -> config.Settings:
    """Settings of the test environment on one database."""
    urls = {
        f"{prefix}DATABASE_URL": server.url(role, database)
        for prefix, role in (("", "kith_app"), ("WORKER_", "kith_worker"), ("OWNER_", "kith_owner"))
    }
    settings = config.from_environment(SECRETS | urls | more)
    return dataclasses.replace(settings, keyring=leak_net.noting(settings.keyring))


@pytest.fixture(scope="session")
def database(server: embedded.Server, template: str) -> Iterator[str]:
    """This worker's own database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")  # the process too: two runs at once must not meet
    with cloned(server, template, f"kith_test_{worker}_{os.getpid()}") as name:
        yield name


@pytest.fixture(scope="session")
def kith(server: embedded.Server, database: str) -> Flask:
    """The app, made once a worker."""
    # The tests' own hands reach every row, as a worker's do; what a request reaches its guard says.
    made = create_app(dataclasses.replace(settings_for(server, database), is_worker=True))
    made.test_client_class = FreshClient
    with made.app_context():
        _engines.add(db.engine)
    return made


@pytest.fixture(scope="session")
def slate(server: embedded.Server, database: str) -> Iterator[Slate]:
    """What wipes this worker's database and puts the demo's people back."""
    with closing(Slate(server.url("postgres", database).replace("+psycopg", ""))) as made:
        yield made


@pytest.fixture(scope="module")
def _fresh_tables(slate: Slate) -> None:
    """Each file begins on tables that were never written to."""
    slate.renew()


@pytest.fixture
def app(kith: Flask, server: embedded.Server, database: str, slate: Slate, _fresh_tables: None) -> Iterator[Flask]:
    """The app on an empty database, at a time that stands still."""
    with clock.at(NOW):
        yield kith
    leak_net.NET.search(server.url("kith_owner", database).replace("+psycopg", ""))
    slate.wipe()


@pytest.fixture
def world(app: Flask, slate: Slate) -> Iterator[people.World]:
    """Mary, Mr Khan, Tom, Priya and the others, as in the demo and the documentation."""
    with app.app_context():
        yield slate.people()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short path, as a socket needs."""
    with tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as name:
        yield Path(name)
