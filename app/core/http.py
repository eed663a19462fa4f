"""Where HTTP meets the services: blueprints whose routes must say who may call them.

A route's way: admit (who calls, what are they to this patient) -> body limit -> body or query by schema -> the view ->
answer by schema -> commit. `Routes` are the API (bearer tokens, JSON); `Pages` are for browsers (session cookie, HTML).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request
from flask.json.provider import JSONProvider
from flask_smorest import Blueprint as DocumentedBlueprint
from marshmallow import Schema as MarshmallowSchema
from marshmallow import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.core import audit, csrf, dumping, idempotency
from app.core.errors import BadRequest, Invalid, PreconditionRequired, UnsupportedMedia
from app.core.unit_of_work import unit_of_work

WEBHOOK_BYTES = 64 * 1024
# Heeded by the guard on everything that is read about a patient (app/access/guards/admitting.py).
SEE_AS = {
    "in": "query",
    "name": "see_as",
    "schema": {"type": "string", "format": "uuid"},
    "description": "A member of the circle: the answer is what they would be given. For the patient, and for whoever "
    "acts for them in their circle (403 for others). Nothing can be changed by looking.",
}


class Access(Protocol):
    """Who may call a route; `label` is what api_spec/access.csv says of it."""

    label: str

    def admit(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Decide, note the access and return the view's arguments; raises 401, 403 or 404."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What a route takes and gives."""

    access: Access
    takes: MarshmallowSchema | None = None
    query: MarshmallowSchema | None = None
    gives: Mapping[int, type[MarshmallowSchema] | None] | None = None
    file: str | None = None  # the content type of what is given instead of JSON
    keyed: bool = False  # a creating POST that needs an Idempotency-Key
    edits: bool = False  # an edit that needs If-Match
    may_match: bool = False  # an act that heeds If-Match where it is sent
    is_page: bool = False  # called by browsers with a cookie: what changes something needs a token
    body_limit: int | None = None


class OrjsonProvider(JSONProvider):
    """JSON by orjson: faster, and strict about what it reads."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, default=str).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return Response(
            orjson.dumps(self._prepare_response_obj(args, kwargs), default=str), mimetype="application/json"
        )


class Routes(DocumentedBlueprint):  # type: ignore[misc]  # the library has no types
    """API routes of a slice."""

    def get(self, rule: str, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, method="GET", **contract)

    def post(self, rule: str, *, keyed: bool = True, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, method="POST", keyed=keyed, **contract)

    def patch(self, rule: str, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, method="PATCH", edits=True, **contract)

    def put(self, rule: str, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, method="PUT", **contract)

    def delete(self, rule: str, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, method="DELETE", **contract)

    def route(self, rule: str, *, access: Access, method: str = "GET", **more: Any) -> Callable[..., Any]:
        """Declare an operation; `access` cannot be left out."""
        contract = Contract(access=access, **more)

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            edge = _edge(view, contract)
            documented = self.doc(**_documentation(contract, method))(edge)
            super(Routes, self).route(rule, methods=[method])(documented)
            return view

        return declare


class Pages(Blueprint):
    """Pages for one audience; forms are read by the page itself with the slice's schema."""

    def get(self, rule: str, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, methods=["GET"], **contract)

    def post(self, rule: str, **contract: Any) -> Callable[..., Any]:
        return self.route(rule, methods=["POST"], **contract)

    def route(self, rule: str, *, access: Access, body_limit: int | None = None, **options: Any) -> Callable[..., Any]:  # type: ignore[override]
        """Declare a page; `access` cannot be left out."""
        contract = Contract(access=access, body_limit=body_limit, is_page=True)

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            options.setdefault("endpoint", view.__name__)
            super(Pages, self).route(rule, **options)(_edge(view, contract))
            return view

        return declare


def _edge(view: Callable[..., Any], contract: Contract) -> Callable[..., Any]:
    """The one way into a view: admitted, read, done, committed."""

    @wraps(view)
    def edge(**arguments: Any) -> Any:
        try:
            with unit_of_work():
                answer = _admitted(view, contract, arguments)
                if _refuses(answer):
                    audit.mark_in_vain()
                return answer
        except Exception:
            with suppress(SQLAlchemyError):  # the database itself may be what is missing
                audit.note_in_vain()
            raise

    edge.contract = contract  # type: ignore[attr-defined]
    return edge


def _refuses(answer: Any) -> bool:
    """Does a view say in its own words that nothing came of it?"""
    status = answer[1] if isinstance(answer, tuple) else getattr(answer, "status_code", HTTPStatus.OK)
    return int(status) >= HTTPStatus.BAD_REQUEST


def _admitted(view: Callable[..., Any], contract: Contract, arguments: dict[str, Any]) -> Any:
    arguments = contract.access.admit(arguments)
    g.admitted = True
    if contract.body_limit is not None:
        request.max_content_length = contract.body_limit
    if contract.is_page and request.method not in csrf.SAFE:
        csrf.check()
    return _answer(view, contract, arguments)


def _answer(view: Callable[..., Any], contract: Contract, arguments: dict[str, Any]) -> Any:
    if contract.edits or contract.may_match:
        arguments["version"] = _version_asked_for(needed=contract.edits)
    if contract.query is not None:
        # Whose eyes a preview is seen through was the guard's to read.
        asked = {name: value for name, value in request.args.items() if name != "see_as" or "seen_as" not in g}
        arguments["query"] = loaded(contract.query, asked)
    if contract.keyed:
        return idempotency.once(lambda: _answer_body(view, contract, arguments))
    return _answer_body(view, contract, arguments)


def _answer_body(view: Callable[..., Any], contract: Contract, arguments: dict[str, Any]) -> Any:
    if contract.takes is not None:
        arguments["body"] = loaded(contract.takes, _json())
    result = view(**arguments)
    if contract.gives is None or isinstance(result, Response):
        return result
    status, schema = next(iter(contract.gives.items()))
    if schema is None:
        return Response(status=status)
    response = Response(current_app.json.dumps(dumping.of(schema)(result)), status, mimetype="application/json")
    if (version := getattr(result, "version", None)) is not None:
        response.set_etag(str(version))
    return response


def _json() -> Any:
    if not request.is_json:
        raise UnsupportedMedia("Send the body as application/json.")
    try:
        return orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not valid JSON.") from None


def loaded(schema: MarshmallowSchema, data: Any) -> Any:
    """What a schema makes of some data; raises Invalid with a pointer to each fault."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise Invalid("Please mend what is named and send it again.", errors=list(_faults(error.messages))) from None


def _faults(messages: Any, pointer: str = "") -> list[dict[str, str]]:
    if isinstance(messages, dict):
        return [f for name, inner in messages.items() for f in _faults(inner, _joined(pointer, name))]
    return [{"pointer": pointer or "/", "detail": str(message)} for message in messages]


def _joined(pointer: str, name: Any) -> str:
    return pointer if name in ("_schema", "value", "key") and pointer else f"{pointer}/{name}"


def _version_asked_for(*, needed: bool) -> int | None:
    tags = request.if_match
    if not tags and not needed:
        return None
    if not tags:
        raise PreconditionRequired("Send If-Match with the ETag you last read.")
    values = [tag for tag in tags.as_set() if tag.isdigit()]
    return int(values[0]) if values and len(values[0]) < 10 else -1


def _documentation(contract: Contract, method: str) -> dict[str, Any]:
    """What the generated OpenAPI document says of a route."""
    responses: dict[str, Any] = {
        str(status): {
            "description": HTTPStatus(status).phrase,
            **({"content": {"application/json": {"schema": schema}}} if schema else {}),
        }
        for status, schema in (contract.gives or {}).items()
    }
    if contract.file is not None:
        responses["200"] = {"description": "OK", "content": {contract.file: {"schema": {"type": "string"}}}}
    responses["default"] = {"$ref": "#/components/responses/Problem"}
    words: dict[str, Any] = {"responses": responses, "x-access": contract.access.label}
    words["security"] = [] if contract.access.label == "public" else [{"bearer": []}]
    if contract.takes is not None:
        words["requestBody"] = {"required": True, "content": {"application/json": {"schema": contract.takes}}}
    parameters: list[Any] = []
    if contract.query is not None:
        parameters.append({"in": "query", "schema": contract.query})
    if method == "GET" and contract.access.label.startswith("on patient"):
        parameters.append(SEE_AS)
    if contract.keyed:
        parameters.append(
            _header("Idempotency-Key", "Chosen by the client; the same key gives the same answer for 24 h.")
        )
    if contract.edits or contract.may_match:
        parameters.append(_header("If-Match", "The ETag last read.") | {"required": contract.edits})
    return words | ({"parameters": parameters} if parameters else {})


def _header(name: str, text: str) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": text,
        "schema": {"type": "string", "minLength": 1, "maxLength": 100},
    }


def undeclared(app: Flask) -> list[str]:
    """Endpoints that say nothing of who may call them; the app refuses to start with any."""
    return sorted(
        rule.endpoint for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "contract")
    )
