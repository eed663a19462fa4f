"""Who may do more with the audit than those who serve."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from app import create_app
from app.core import embedded, wake
from app.core.db import db
from tests.conftest import settings_for
from tests.core.audited import Operator


@pytest.fixture
def sealer(server: embedded.Server, database: str, app: Flask) -> Iterator[Flask]:
    """The same Kith as the worker's role: only it may seal."""
    settings = settings_for(server, database, DATABASE_URL=server.url("kith_worker", database))
    made = create_app(dataclasses.replace(settings, is_worker=True))
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def operator(server: embedded.Server, database: str) -> Iterator[Operator]:
    """Somebody who may do anything to the database, past every grant and key."""
    conninfo = wake.conninfo(server.url("postgres", database))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection
