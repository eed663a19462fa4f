"""A query that takes too long is cut off by the database: the answer says so, and the connection serves again (S34)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from app.core.db import ENGINE_OPTIONS, db
from tests.people import World, signed_in

SLOW = "select pg_sleep(30)"


@pytest.fixture
def slow(app: Flask) -> Iterator[None]:
    """Whatever is asked of the teams takes half a minute, where a tenth of a second is allowed."""

    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM team" in statement:
            cursor.execute("set local statement_timeout = 100")
            cursor.execute(SLOW)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", before)
    yield
    event.remove(engine, "before_cursor_execute", before)


def test_every_connection_is_made_with_a_limit(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        assert db.session.scalar(text("show statement_timeout")) == "15s"
        assert db.session.scalar(text("show lock_timeout")) == "5s"


def test_a_query_over_the_limit_is_answered_and_frees_its_connection(
    app: Flask, client: FlaskClient, world: World, slow: None
) -> None:
    headers = signed_in(client, world.priya)
    connections = ENGINE_OPTIONS["pool_size"] + ENGINE_OPTIONS["max_overflow"]
    for _ in range(connections + 1):
        answer = client.get("/api/teams", headers=headers)
        assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["Retry-After"]
    assert client.get("/api/me", headers=headers).status_code == 200
    with app.app_context():
        still = "select count(*) from pg_stat_activity where query = :slow and state = 'active'"
        assert db.session.scalar(text(still), {"slow": SLOW}) == 0
        assert db.engine.pool.checkedout() == 1  # ours, which has just asked
