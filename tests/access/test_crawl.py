"""Every answer carries its headers; what another site sends is refused by every form and every operation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core import edges
from app.core.http import Pages
from tests.access import matrix
from tests.access.calling import Seen
from tests.access.conftest import Stage
from tests.access.matrix import Answer, Operation
from tests.access.personas import PERSONAS

TRUSTED = "require-trusted-types-for 'script'; trusted-types default"
PUBLIC_FOR_EVER = ("/static/<path:path>",)
STRANGE = {
    "no token": ({}, ""),
    "another session's token": ({}, "0" * 64),
    "another origin": ({"Origin": "https://evil.example"}, None),
    "an origin that hides itself": ({"Origin": "null"}, None),
    "another site": ({"Sec-Fetch-Site": "cross-site"}, None),
    "a sister of this host": ({"Sec-Fetch-Site": "same-site"}, None),
}


def answered(stage: Stage) -> Iterator[tuple[Operation, Seen]]:
    """Every GET, by whoever may see it and by somebody who may not."""
    for operation in stage.operations:
        if operation.method != "GET":
            continue
        reader = next((one for one in PERSONAS if matrix.expected(one, operation) not in matrix.REFUSED), None)
        for name in {reader.name if reader else "a stranger", "anonymous", "a stranger"}:
            yield operation, stage.line(name).call(operation)


def test_every_answer_has_its_headers(stage: Stage) -> None:
    crawled = 0
    for operation, seen in answered(stage):
        headers, where = seen.answer.headers, str(operation)
        for name, value in edges.HEADERS.items():
            assert headers.getlist(name) == [value], (where, name)
        policy = headers["Content-Security-Policy"]
        assert "unsafe-" not in policy, where
        for needed in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action", TRUSTED):
            assert needed in policy, where
        assert not [name for name, _ in headers if name.startswith("Access-Control-")], where  # no other origin reads
        if operation.path not in PUBLIC_FOR_EVER and not operation.row.may_be_kept:
            assert "no-store" in headers["Cache-Control"], (where, headers["Cache-Control"])
        assert "Server" not in headers, where
        assert "X-Powered-By" not in headers, where
        crawled += 1
    assert crawled > 150


def test_over_tls_every_answer_asks_for_tls(stage: Stage) -> None:
    line = stage.line("mary herself")
    for operation in stage.operations:
        if operation.method == "GET":
            path = line.path_of(operation)
            sent = {"headers": line.headers(path), "base_url": "https://localhost"}
            seen = line.open("GET", path, sent)
            assert seen.answer.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSub"), path


def test_cookies_are_ours_alone(stage: Stage) -> None:
    for operation, seen in answered(stage):
        for cookie in seen.answer.headers.getlist("Set-Cookie"):
            assert "HttpOnly" in cookie, str(operation)
            assert "SameSite=" in cookie, str(operation)
            assert "SameSite=None" not in cookie, str(operation)
            assert "Domain=" not in cookie, str(operation)


def forms(stage: Stage) -> list[Operation]:
    mine = {name for name, blueprint in stage.app.blueprints.items() if isinstance(blueprint, Pages)}
    paths = {rule.rule for rule in stage.app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in mine}
    return [one for one in stage.operations if one.path in paths and one.method != "GET"]


@pytest.mark.parametrize("how", STRANGE)
def test_a_form_of_another_site_is_refused(stage: Stage, how: str) -> None:
    """By every form there is, sent with the cookie of somebody who may send it."""
    headers, token = STRANGE[how]
    before, tried = stage.witness.sees(), 0
    for operation in forms(stage):
        line = stage.line(sender(operation))
        sent = line.sent(operation, {} if token is None else {"csrf_token": token})
        sent["headers"] = sent["headers"] | headers
        seen = line.open(operation.method, line.path_of(operation), sent)
        assert seen.status == 403, (str(operation), seen.status)
        tried += 1
    assert stage.witness.sees() == before
    assert tried >= 20


def sender(operation: Operation) -> str:
    """Somebody whom the guard lets through, though it may be that nothing can be done as things are."""
    refused = matrix.REFUSED - {matrix.Answer.CONFLICT}
    return next(one.name for one in PERSONAS if matrix.expected(one, operation) not in refused)


def test_a_form_with_the_right_token_is_not_refused(stage: Stage) -> None:
    """So that the refusals above are of what they say."""
    for operation in forms(stage):
        seen = stage.line(sender(operation)).call(operation)
        assert "had been open for too long" not in seen.answer.text, str(operation)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_cookie_carries_no_json_to_the_api(stage: Stage, kind: str) -> None:
    """What a form of another site can send: no token in a header, the cookie of somebody who may."""
    before = stage.witness.sees()
    for operation in stage.operations:
        if not operation.path.startswith("/api/") or operation.method == "GET":
            continue
        if operation.path == "/api/sign-in/passkey/options":
            continue  # takes no body, and gives anybody a challenge that is bound to nobody
        line = stage.line(sender(operation))
        sent = line.sent(operation)
        body = line.client.application.json.dumps(sent.get("json") or {}) if kind != "multipart/form-data" else ""
        seen = line.open(
            operation.method,
            line.path_of(operation),
            {"data": body, "content_type": kind, "headers": {"Origin": "https://evil.example"}},
        )
        is_open = matrix.expected(PERSONAS[0], operation) is Answer.OPEN
        allowed = (400, 401, 415, 422) if is_open else (401,)
        assert seen.status in allowed, (str(operation), seen.status)
    assert {table: value for table, value in stage.witness.sees().items() if before[table] != value} == {}
