"""The OpenAPI document is made from the routes, and says what they do."""

from __future__ import annotations

import json

from flask import Flask

from app.core import specification
from tests.conftest import HOME


def test_the_document_is_what_the_routes_say(app: Flask) -> None:
    written = (HOME / "api_spec" / "openapi.json").read_text()
    assert written == specification.openapi(app), "run: flask api-spec"


def test_every_operation_says_its_access_its_words_and_its_errors(app: Flask) -> None:
    document = json.loads(specification.openapi(app))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            where = f"{method} {path}"
            assert operation["x-access"], where
            assert operation["summary"], where
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, where
            assert bool(operation["security"]) == (operation["x-access"] != "public"), where
