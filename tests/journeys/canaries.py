"""Words that must never be found where they do not belong, and calls whose refusals are kept for the search."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any

from app.core import clock
from app.core.ids import new_id
from app.demo import codes, people
from app.identity import second_factor_codes
from tests.journeys.serving import Web

MARY, PRIYA = "mary.okafor@kith.example", "priya.shah@kith.example"
# Who Mary is, what she sent, what anybody typed.
CANARIES = (
    b"Okafor",
    b"7700900201",
    b"07700 900201",
    b"9990000018",
    b"999 000 0018",
    b"mary.okafor",
    b"Penicillin",
    b"canary",
    b"83.25",
    b"four calm words",
)


def found_in(text: bytes) -> list[bytes]:
    return [canary for canary in CANARIES if canary in text]


def call(web: Web, method: str, path: str, token: str = "", body: Any = None, **more: str) -> tuple[int, bytes]:
    """Call Kith; whatever is refused is kept with its headers."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": str(new_id())}
    headers |= more
    with closing(http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)) as connection:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        with closing(connection.getresponse()) as answer:
            text = answer.read()
            if answer.status >= 400:
                web.refused.append(f"{answer.status} {answer.headers}".encode() + text)
            return answer.status, text


def done(web: Web, method: str, path: str, token: str, body: Any = None, **more: str) -> Any:
    """The same for what must be done; gives what was answered."""
    status, text = call(web, method, path, token, body, **more)
    assert status < 300, (method, path, status, text)
    return json.loads(text) if text else None


def signed_in(web: Web, email: str) -> str:
    body = {"identifier": email, "password": people.PASSWORD, "device": "canary phone"}
    status, answer = call(web, "POST", "/api/sign-in", body=body)
    assert status == 200
    tokens = json.loads(answer)
    if tokens["second_factor"]:
        code = second_factor_codes.code_of(codes.secret_of(email), second_factor_codes.step_at(clock.now()))
        status, answer = call(web, "POST", "/api/second-factor", tokens["access_token"], {"code": code})
        assert status == 200
        tokens = json.loads(answer)
    return str(tokens["access_token"])
