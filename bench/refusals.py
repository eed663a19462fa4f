"""Do refusals tell anything by how long they take? Not yours beside not there, a known name beside an unknown one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from app import config, create_app
from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.identity import tokens
from bench import load
from bench.benchmarks import Bench
from bench.stage import Stage, Web

PASSWORD = "a calm sentence for a benchmark"
TRIES = 3  # of each name: no more than Kith lets anybody have


@dataclass(frozen=True, slots=True)
class Refusals:
    """By how much the medians differ, in milliseconds, and over how many pairs."""

    not_there: float
    pairs: int
    unknown_name: float
    sign_ins: int


def measure(bench: Bench, kith: Web) -> Refusals:
    """Both kinds in turn on one connection, so that whatever else happens meets both alike."""
    not_there, pairs = _not_there(bench, kith, bench.size.refusals)
    unknown_name, sign_ins = _unknown_name(bench.stage, kith, bench.size.names)
    return Refusals(not_there, pairs, unknown_name, sign_ins)


def _not_there(bench: Bench, kith: Web, pairs: int) -> tuple[float, int]:
    """A stranger asks for a patient who is there, and for one who is not."""
    stranger, others = bench.regulars[0], bench.regulars[1:]
    key = tokens.key_from(bench.stage.environment["SECRET_KEY"])
    token = tokens.access_token(stranger.session_id, key, clock.now())
    ids = [(others[n % len(others)].patient_id, new_id()) for n in range(pairs)]
    requests = [_get(f"/api/patients/{one}/readings", token) for pair in ids for one in pair]
    return _difference(kith, requests, 404), pairs


def _unknown_name(stage: Stage, kith: Web, names: int) -> tuple[float, int]:
    """A wrong password for somebody who is known, and for nobody."""
    known = _accounts(stage, names)
    pairs = [(name, f"nobody.{n}.{name}") for n in range(TRIES) for name in known]
    return _difference(kith, [_sign_in(name) for pair in pairs for name in pair], 401), len(pairs)


def _difference(kith: Web, requests: Sequence[bytes], status: int) -> float:
    run = load.fire(kith.port, requests, connections=1)
    if set(run.statuses) != {status}:
        raise RuntimeError(f"Answers by status: {dict(run.statuses)}; the last one: {run.body_of_last!r}")
    return 1000 * abs(statistics.median(run.took[::2]) - statistics.median(run.took[1::2]))


def _accounts(stage: Stage, count: int) -> list[str]:
    app = create_app(config.from_environment({**stage.environment, "LOG_LEVEL": "critical"}))
    names = [f"known.{number}@kith.example" for number in range(count)]
    with app.app_context():
        try:
            with unit_of_work():
                for name in names:
                    identity.add_person("Known", "Person", email=name, password=PASSWORD)
        finally:
            db.session.remove()
            db.engine.dispose()
    return names


def _get(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


def _sign_in(name: str) -> bytes:
    content = orjson.dumps({"identifier": name, "password": "some other sentence", "device": "bench"})
    head = "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
