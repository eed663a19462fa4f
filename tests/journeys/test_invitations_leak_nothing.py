"""The code of an invitation is in no log and no row in clear; nor are its digits, the visit's secret, who was asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg

from app.core import embedded
from app.core.unit_of_work import unit_of_work
from app.notifications import queries
from app.notifications.service import sending
from tests.journeys.canaries import MARY, call, signed_in
from tests.journeys.serving import Web, environment
from tests.people import World


def newest(pattern: str) -> str:
    """What the newest message says that matches."""
    sending.send_all_due()
    with unit_of_work():
        found = [match[0] for one in queries.sandbox_messages() if (match := re.search(pattern, one.body))]
    return found[0]


def everything_kept(url: str) -> bytes:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select format('%I', tablename) from pg_tables where schemaname = 'public'"
        ).fetchall()
        rows = [connection.execute(f"select t::text from {name} t").fetchall() for (name,) in names]
    return repr(rows).encode()


def invite_and_join(web: Web, world: World) -> list[str]:
    """Mary asks her niece, who answers, after a wrong try; gives what must never be found."""
    asked = {"relationship": "canary niece", "phone": "07700 900555"}
    path = f"/api/patients/{world.mary_patient.id}/invitations"
    assert call(web, "POST", path, signed_in(web, MARY), asked)[0] == 201
    code = newest(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")
    assert call(web, "POST", "/api/join", body={"code": "CANAR-YCANA"})[0] == 422
    status, answer = call(web, "POST", "/api/join", body={"code": code})
    secret = json.loads(answer)["secret"]
    assert (status, call(web, "POST", "/api/join/proof", body={"secret": secret})[0]) == (200, 204)
    digits = newest(r"\b\d{6}\b")
    assert call(web, "POST", "/api/join/proof/typed", body={"secret": secret, "code": digits})[0] == 200
    names = {"given_name": "Canaria", "family_name": "Canarias", "password": "canary canary canary"}
    assert call(web, "POST", "/api/join/accept", body={"secret": secret} | names)[0] == 204
    said = [code, code.replace("-", ""), secret, "CANAR", "canary", "900555"]
    return [*said, f" {digits} ", f'"{digits}"']


def test_nothing_of_an_invitation_is_found(server: embedded.Server, here: tuple[World, str], tmp_path: Path) -> None:
    world, database = here
    web = Web(environment(server, database, LOG_LEVEL="debug"), log=tmp_path / "log")
    web.start()
    try:
        unsaid = invite_and_join(web, world)
        log = (tmp_path / "log").read_bytes()
    finally:
        web.kill()
    assert b"/api/join" in log
    kept = everything_kept(server.url("kith_owner", database).replace("+psycopg", ""))
    for place in (log, kept):
        assert [one for one in unsaid if one.encode() in place] == []
    assert b"Canaria" not in log
