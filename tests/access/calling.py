"""How each persona calls: the API with a token, pages with a cookie and the form's own token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask, g, request
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from app.core import clock, rows, specification, unit_of_work
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import DomainError
from app.core.ids import new_id
from app.identity import service as identity
from app.identity import tokens
from app.identity.models import DeviceSession, Person
from tests.access.matrix import Operation
from tests.access.personas import Persona, Session

TRIED = "kith.tried"
SINCE = text("not pg_visible_in_snapshot(audit_entry.xmin::text::xid8, cast(:before as pg_snapshot))")
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Done(DomainError):
    """It was done as far as the commit, and then taken back."""

    status, slug, title = 418, "tried", "Done, and taken back"


def take_back(app: Flask) -> None:
    """Let a test try something to the end without keeping it: the commit is refused where the request asks for it."""

    def refuse() -> None:
        raise Done

    def ask() -> None:
        if request.environ.get(TRIED):
            unit_of_work.before_commit("tried", refuse)

    app.before_request(ask)


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, and whether the guard let its request through."""

    answer: TestResponse
    was_admitted: bool

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def is_done(self) -> bool:
        """Answered, or done as far as the commit and then taken back."""
        return self.status < 400 or self.status == Done.status

    @property
    def slug(self) -> str:
        """What kind of problem it is, for a program; where a browser is sent to, for a page."""
        body = self.answer.get_json(silent=True) if self.answer.is_json else None
        return str((body or {}).get("type", "")).removeprefix("/problems/")

    @property
    def location(self) -> str:
        return self.answer.headers.get("Location", "")


@dataclass(slots=True)
class Line:
    """One persona's telephone line to Kith."""

    persona: Persona
    person: Person
    client: FlaskClient
    ids: Mapping[str, str]  # Mary's
    token: str = ""
    form_token: str = ""
    own: dict[str, str] = field(default_factory=dict)

    def call(
        self, operation: Operation, *, tried: bool = True, also: Mapping[str, Any] | None = None, **other: str
    ) -> Seen:
        """Call with Mary's ids and a body that would be taken, `also` in it; `other` ids in place of hers."""
        sent = self.sent(operation, also)
        return self.open(operation.method, self.path_of(operation, **other), sent, tried=tried)

    def path_of(self, operation: Operation, **other: str) -> str:
        """The path with Mary's ids, or `other` ones."""
        return filled(operation.path, {**self.named(operation), **other}) + operation.row.query

    def named(self, operation: Operation) -> dict[str, str]:
        """Mary's ids, as the path of an operation names them."""
        return {**self.ids, **self._named(operation.row.ids)}

    def open(self, method: str, path: str, sent: Mapping[str, Any] | None = None, *, tried: bool = False) -> Seen:
        """Call a path; the client's own context says whether the guard admitted it."""
        environ = {TRIED: True} if tried and method != "GET" else {}
        with self.client:
            answer = self.client.open(path, method=method, environ_overrides=environ, **(sent or self._bare(path)))
            admitted = bool(g.get("admitted"))
            answer.get_data()
        answer.close()
        return Seen(answer, admitted)

    def _bare(self, path: str) -> dict[str, Any]:
        return {"headers": self.headers(path)}

    def headers(self, path: str) -> dict[str, str]:
        if path.startswith("/api/"):
            return {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return dict(HTML)

    def sent(self, operation: Operation, also: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Headers and a body that would be taken."""
        body = self._named(operation.row.body) | dict(also or {}) if operation.row.body is not None else also
        headers = self.headers(operation.path)
        if operation.path.startswith("/api/"):
            headers |= (
                {"Idempotency-Key": str(uuid4()), "If-Match": f'"{operation.row.version}"'}
                if operation.method != "GET"
                else {}
            )
            return {"headers": headers} | ({"json": body} if body is not None else {})
        if operation.method == "GET":
            return {"headers": headers}
        return {"headers": headers, "data": {"csrf_token": self.form_token} | (body or {})}

    def _named(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._named(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._named(one) for one in value]
        if isinstance(value, str) and value.startswith("$"):
            return self._id(value[1:])
        return value

    def _id(self, name: str) -> str:
        made = {"new": lambda: str(new_id()), "now": lambda: clock.now().isoformat(), "email": _email}
        return made[name]() if name in made else self.ids[name]


def _email() -> str:
    """Somebody nobody has asked before: an address may be asked so often only."""
    return f"{new_id().hex}@kith.example"


def ids_of_rows(operation: Operation) -> set[str]:
    """The ids of its path, besides the patient's, that name a row; one that a phone makes up names none."""
    made_up = {name for name, value in operation.row.ids.items() if value == "$new"}
    return ids_in(operation.path) - {"patient_id"} - made_up


def ids_in(path: str) -> set[str]:
    """The names of the ids in a path."""
    return set(re.findall(r"<uuid:(\w+)>", path))


def filled(path: str, ids: Mapping[str, str]) -> str:
    """A path with its ids."""
    while "<" in path:
        before, _, rest = path.partition("<")
        parameter, _, after = rest.partition(">")
        path = before + ids[parameter.rpartition(":")[2]] + after
    return path


@contextmanager
def by_hand() -> Iterator[None]:
    """A unit of work of the test itself, which reaches every row."""
    rows.reach(rows.SERVICE)
    with unit_of_work.unit_of_work():
        yield


@contextmanager
def audited() -> Iterator[list[AuditEntry]]:
    """What is written into the audit within the block."""
    before, found = db.session.scalar(text("select pg_current_snapshot()::text")), list[AuditEntry]()
    db.session.rollback()
    yield found
    db.session.rollback()
    rows.reach(rows.SERVICE)
    found.extend(db.session.scalars(select(AuditEntry).where(SINCE), {"before": before}))
    db.session.expunge_all()  # they stay as they were read
    db.session.rollback()


def line(app: Flask, persona: Persona, person: Person, ids: Mapping[str, str]) -> Line:
    """Sign a persona in, on a phone and in a browser; runs in a unit of work."""
    made = Line(persona, person, app.test_client(), ids)
    if persona.session is Session.NONE:
        return made
    phone, secret = _session(persona, person, "app"), tokens.new_secret()
    browser = _session(persona, person, "browser")
    browser.secret_hash = tokens.hashed(secret)
    made.token = tokens.access_token(phone.id, app.extensions["token_key"], clock.now())
    made.client.set_cookie(app.config["KITH"].cookie_name, secret)
    return made


def _session(persona: Persona, person: Person, kind: str) -> DeviceSession:
    session = identity.new_session(
        person,
        kind,
        f"{kind} of a persona",
        timedelta(hours=12),
        method="nhs_login" if persona.identity_level else "password",
        second_factor=persona.session is not Session.HALF,
        identity_level=persona.identity_level,
    )
    if persona.session is Session.REVOKED:
        session.revoked_at, session.revoked_because = clock.now(), "signed out"
    if persona.session is Session.EXPIRED:
        session.expires_at = clock.now() - timedelta(minutes=1)
    return session


def page_token(line: Line) -> str:
    """The token that the forms of this browser carry."""
    return re.search(r'name="csrf_token" value="([0-9a-f]{64})"', line.open("GET", "/sign-in").answer.text)[1]


def contract(app: Flask, operation: Operation) -> Any:
    """What the route of an operation declared."""
    for rule in app.url_map.iter_rules():
        if rule.rule == operation.path and operation.method in (rule.methods or ()):
            return specification.contract_of(app, rule.endpoint)
    raise LookupError(operation)
