"""Access cannot be forgotten: every operation says who may call it, and does to every persona what roles.py says."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from app.access import guards
from app.access.permissions import Category, Permission, Right
from app.access.roles import MAY, Role, allowed
from app.core import edges, http, specification
from app.core.http import Pages, Routes
from tests.conftest import HOME
from tests.people import World, signed_in

SEE, ACT = (Category.READINGS, Right.SEE), (Category.READINGS, Right.ACT)
# What each persona is to Mary, and in some team.
PERSONAS: dict[str, tuple[Role | None, tuple[tuple[Category, Right], ...], Role | None]] = {
    "mary": (Role.PATIENT, (), None),
    "khan": (None, (), None),
    "tom": (Role.MEMBER, (SEE,), None),
    "adeyemi": (Role.VISITOR, (SEE, ACT), None),
    "device": (Role.SERVICE, (ACT,), None),
    "priya": (Role.COORDINATOR, (), Role.COORDINATOR),
    "lind": (Role.CLINICIAN, (), Role.CLINICIAN),
    "lead": (Role.LEAD, (), Role.LEAD),
    "other_coordinator": (None, (), Role.COORDINATOR),
    "admin": (None, (), Role.ADMIN),
    "stranger": (None, (), None),
}


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    access: guards.Public | guards.SignedIn | guards.OnPatient | guards.OnCaseload | guards.Callback


def operations(app: Flask) -> list[Operation]:
    return [
        Operation(rule.rule, method, specification.contract_of(app, rule.endpoint).access)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def url(operation: Operation, world: World) -> str:
    path = operation.path.replace("<uuid:patient_id>", str(world.mary_patient.id))
    path = path.replace("<uuid:team_id>", str(world.team.id))
    while "<" in path:
        start, end = path.index("<"), path.index(">")
        path = path[:start] + str(uuid4()) + path[end + 1 :]
    return path


def may(persona: str, operation: Operation) -> bool:
    role, grants, in_team = PERSONAS[persona]
    match operation.access:
        case guards.OnPatient(permission):
            return role is not None and allowed(role, permission, grants)
        case guards.OnCaseload(permission):
            return in_team is not None and allowed(in_team, permission)
        case guards.Callback():
            return False
        case _:
            return True


def test_every_persona_is_admitted_exactly_where_roles_say(client: FlaskClient, world: World, app: Flask) -> None:
    wrong = []
    for persona in PERSONAS:
        headers = signed_in(client, getattr(world, persona))
        for operation in operations(app):
            if operation.path.endswith("/sign-out"):
                continue  # it would end the session that the next operations need
            with client:
                answer = client.open(url(operation, world), method=operation.method, headers=headers)
                admitted = bool(g.get("admitted"))
            refused = 404 if PERSONAS[persona][0] is None and isinstance(operation.access, guards.OnPatient) else 403
            if admitted != may(persona, operation) or (not admitted and answer.status_code != refused):
                wrong.append((persona, operation.method, operation.path, answer.status_code))
    assert wrong == []


def test_nobody_is_admitted_without_signing_in_but_where_it_is_public(
    client: FlaskClient, world: World, app: Flask
) -> None:
    for operation in operations(app):
        answer = client.open(url(operation, world), method=operation.method)
        if not isinstance(operation.access, guards.Public):
            assert answer.status_code == 401, operation


def test_a_cookie_opens_no_api_and_a_token_no_page(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    token = headers["Authorization"].removeprefix("Bearer ")
    client.set_cookie("kith", token)
    assert client.get("/api/me").status_code == 401


def test_a_stranger_learns_nothing_from_the_answer(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.stranger)
    theirs = client.get(f"/api/patients/{world.mary_patient.id}", headers=headers)
    nobodys = client.get(f"/api/patients/{uuid4()}", headers=headers)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.get_data() == nobodys.get_data()
    same = {name for name, _ in theirs.headers} == {name for name, _ in nobodys.headers}
    assert same


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
