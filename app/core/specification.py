"""What the API says of itself: the OpenAPI document and the table of who may call what, both made from the routes."""

from __future__ import annotations

import csv
import io
import json
import pathlib
from typing import Any

from flask import Flask
from flask_smorest import Api

from app.core.schemas import Problem

INFO = {
    "description": "Kith over HTTP. Every error is problem+json (RFC 9457). Kith is not for emergencies: 999 or 111.",
    "license": {"name": "MIT"},
}
BEARER = {"type": "http", "scheme": "bearer", "description": "An access token from /api/sign-in."}


class Registry(Api):  # type: ignore[misc]  # the library has no types
    """The library's registry, without its own shape of errors: core.problems has the one there is."""

    def _register_error_handlers(self) -> None:
        return


def make_api(app: Flask) -> Api:
    """The registry of API routes, with what all of them share."""
    options = {"title": "Kith", "version": "1", "openapi_version": "3.1.0", "info": INFO}
    api = Registry(app, spec_kwargs=options)
    api.spec.components.security_scheme("bearer", BEARER)
    problem = {"application/problem+json": {"schema": Problem}}
    api.spec.components.response("Problem", {"description": "Why it could not be done.", "content": problem})
    return api


def openapi(app: Flask) -> str:
    """The OpenAPI document."""
    api: Api = app.extensions["api"]
    return json.dumps(api.spec.to_dict(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def access_table(app: Flask) -> str:
    """One line a route: method, path, who may call it."""
    lines = {
        (rule.rule, method, contract_of(app, rule.endpoint).access.label)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("path", "method", "access"))
    writer.writerows(sorted(lines))
    return table.getvalue()


def contract_of(app: Flask, endpoint: str) -> Any:
    """What a route declared of itself."""
    view: Any = app.view_functions[endpoint]
    return view.contract


def write(app: Flask, folder: pathlib.Path) -> None:
    """Write both to the folder."""
    (folder / "openapi.json").write_text(openapi(app))
    (folder / "access.csv").write_text(access_table(app))
