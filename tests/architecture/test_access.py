"""Access cannot be forgotten: a route says who may call it, or the app does not start (tests/access has the matrix)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import Permission
from app.access.roles import MAY
from app.core import edges, http, specification
from app.core.http import Pages, Routes
from tests.conftest import HOME
from tests.people import World, signed_in


def test_a_cookie_opens_no_api_and_a_token_no_page(client: FlaskClient, world: World, app: Flask) -> None:
    headers = signed_in(client, world.mary)
    assert client.get("/api/me", headers=headers).status_code == 200
    assert client.get("/", headers=headers | {"Accept": "text/html"}).status_code == 303
    client.set_cookie(app.config["KITH"].cookie_name, headers["Authorization"].removeprefix("Bearer "))
    assert client.get("/api/me").status_code == 401


def test_a_route_without_access_is_a_type_error_at_import() -> None:
    with pytest.raises(TypeError, match="access"):
        Routes("bare", __name__).get("/bare")
    with pytest.raises(TypeError, match="access"):
        Pages("bare", __name__).get("/bare")


def test_the_app_refuses_to_start_with_an_undeclared_endpoint() -> None:
    bare = Flask(__name__, static_folder=None)
    bare.add_url_rule("/bare", "bare", lambda: "bare")
    assert http.undeclared(bare) == ["bare"]


def test_a_view_that_was_never_admitted_becomes_a_500() -> None:
    bare = Flask(__name__, static_folder=None)
    edges.register(bare)
    bare.add_url_rule("/bare", "bare", lambda: "personal")
    answer = bare.test_client().get("/bare")
    assert answer.status_code == 500
    assert b"personal" not in answer.get_data()


def test_the_access_table_is_what_the_routes_say(app: Flask) -> None:
    written = (HOME / "api_spec" / "access.csv").read_text()
    assert written == specification.access_table(app), "run: flask api-spec"


def test_every_permission_is_held_by_somebody_and_has_its_sentence() -> None:
    source = (HOME / "app" / "access" / "permissions.py").read_text()
    for permission in Permission:
        assert any(permission in held for held in MAY.values()), permission
        line = next(one for one in source.splitlines() if f'= "{permission}"' in one)
        assert line.rstrip().endswith("."), line
