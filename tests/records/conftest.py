"""Kith as the worker's role, which alone may delete."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.core import embedded
from app.core.db import db
from tests.conftest import settings_for


@pytest.fixture
def worker(server: embedded.Server, database: str, app: Flask) -> Iterator[Flask]:
    """The same Kith on the same database, as kith_worker."""
    settings = settings_for(server, database, DATABASE_URL=server.url("kith_worker", database))
    made = create_app(dataclasses.replace(settings, is_worker=True))
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()
