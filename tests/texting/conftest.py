"""A Twilio of our own for journeys over its webhook, and a database that refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import psycopg
import pytest
from flask import Flask

from app.core import embedded
from app.core.db import db
from tests.notifications.conftest import provider as provider
from tests.notifications.conftest import served as served
from tests.notifications.conftest import tell as tell

Refusing = Callable[[str, str], AbstractContextManager[None]]


@pytest.fixture
def refusing(server: embedded.Server, database: str, app: Flask) -> Refusing:
    """Within it the database takes only those new rows of a table."""
    url = server.url("kith_owner", database).replace("+psycopg", "")

    @contextmanager
    def within(table: str, unless: str) -> Iterator[None]:
        db.session.rollback()  # what the test has read must not hold the table
        with closing(psycopg.connect(url, autocommit=True)) as owner:
            owner.execute(f"alter table {table} add constraint refused check ({unless}) not valid")  # type: ignore[arg-type]
            try:
                yield
            finally:
                db.session.rollback()
                owner.execute(f"alter table {table} drop constraint refused")

    return within
