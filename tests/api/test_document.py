"""Whatever fits the API's own document, or nearly, is answered as the document says, and never by a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import HOME
from tests.people import World, signed_in

CHECKS: list[Any] = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
DOCUMENT = schemathesis.openapi.from_dict(json.loads((HOME / "api_spec" / "openapi.json").read_text()))
OPERATIONS = {result.ok().label: result.ok() for result in DOCUMENT.get_all_operations()}
PERSONAS = ("mary", "priya", "admin")
EXAMPLES = 8


def as_sent(case: schemathesis.Case, world: World) -> schemathesis.Case:
    """The same, about somebody who exists."""
    for name, there in (("patient_id", world.mary_patient.id), ("team_id", world.team.id)):
        if name in (case.path_parameters or {}):
            case.path_parameters[name] = str(there)
    return case


def takes_something(label: str) -> bool:
    """Is there anything that could be sent wrongly? Not where somebody who is not signed in asks for nothing."""
    operation = OPERATIONS[label]
    parts = (operation.path_parameters, operation.query, operation.headers, operation.body)
    return any(len(part) for part in parts) or bool(operation.definition.raw.get("security"))


# Any text may stand in the address, and every unknown one is answered alike: nothing can be sent wrongly.
TAKE_ANY_TEXT = {"GET /calendars/{secret}.ics", "GET /calendars/circle/{secret}.ics"}
SENT_RIGHT, SENT_WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
CASES = [(SENT_RIGHT, label) for label in sorted(OPERATIONS)]
CASES += [(SENT_WRONG, label) for label in sorted(OPERATIONS) if takes_something(label) and label not in TAKE_ANY_TEXT]


@pytest.mark.parametrize(("mode", "label"), CASES)
def test_the_document_is_true(
    app: Flask, client: FlaskClient, world: World, label: str, mode: schemathesis.GenerationMode
) -> None:
    operation = OPERATIONS[label]
    operation.schema.app = app
    callers = [signed_in(client, getattr(world, name)) for name in PERSONAS]

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        for headers in callers:
            with app.app_context():
                answer = as_sent(case, world).call(app=app, headers=headers)
            case.validate_response(answer, checks=CHECKS)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"]

    check()
