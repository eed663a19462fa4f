"""SECRET_KEY changes without anybody being thrown out: what the old one signed holds until it is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask

from app import config, create_app
from app.core import clock, csrf, embedded, pages
from app.core.db import db
from app.core.errors import Forbidden, Invalid
from app.identity import tokens
from tests.conftest import NOW, settings_for
from tests.people import World, signed_in

OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def kiths(world: World, server: embedded.Server, database: str) -> Iterator[dict[str, Flask]]:
    """Kith before, during and after the change of its secret."""
    stages = {"before": OLD, "during": f"{NEW},{OLD}", "after": NEW}
    made = {stage: create_app(settings_for(server, database, SECRET_KEY=keys)) for stage, keys in stages.items()}
    yield made
    for one in made.values():
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


def test_a_token_of_before_holds_until_the_old_secret_is_gone(kiths: dict[str, Flask], world: World) -> None:
    headers = signed_in(kiths["before"].test_client(), world.tom)
    for stage, status in (("before", 200), ("during", 200), ("after", 401)):
        with kiths[stage].app_context():
            assert kiths[stage].test_client().get("/api/me", headers=headers).status_code == status
    fresh = signed_in(kiths["during"].test_client(), world.tom)
    key = tokens.key_from(NEW)
    assert tokens.session_of(fresh["Authorization"].removeprefix("Bearer "), key, clock.now())


def test_a_cursor_of_before_holds_until_then(kiths: dict[str, Flask]) -> None:
    rows = [(NOW, UUID(int=number)) for number in (1, 2)]

    def second_page() -> str:
        given = pages.page(rows, 1, lambda row: row)
        assert given.next is not None
        return given.next

    with kiths["before"].app_context():
        of_before = second_page()
    with kiths["during"].app_context():
        position = pages.position(of_before)
        assert position is not None
        assert position.at == NOW
        of_now = second_page()
    with kiths["after"].app_context():
        assert pages.position(of_now) is not None
        with pytest.raises(Invalid):
            pages.position(of_before)


def test_a_form_of_before_holds_until_then(kiths: dict[str, Flask]) -> None:
    session = {"Cookie": "kith=a-secret"}
    with kiths["before"].test_request_context(headers=session):
        given = csrf.token()
    for stage in ("before", "during"):
        with kiths[stage].test_request_context(method="POST", data={"csrf_token": given}, headers=session):
            csrf.check()
    with (
        kiths["after"].test_request_context(method="POST", data={"csrf_token": given}, headers=session),
        pytest.raises(Forbidden),
    ):
        csrf.check()


@pytest.mark.parametrize("keys", ["short," + OLD, f"{NEW},short", f"{NEW},"], ids=["first", "second", "empty"])
def test_each_of_the_secrets_is_long(server: embedded.Server, keys: str) -> None:
    with pytest.raises(config.Misconfigured, match="SECRET_KEY is shorter than 32"):
        settings_for(server, "nowhere", SECRET_KEY=keys)


def test_no_secret_of_before_serves_as_the_index_key(server: embedded.Server) -> None:
    with pytest.raises(config.Misconfigured, match="one secret serves one purpose"):
        settings_for(server, "nowhere", SECRET_KEY=f"{NEW},{OLD}", INDEX_KEY=OLD)
