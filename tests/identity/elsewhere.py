"""A browser that signs in with another provider: away to it, and back with what it says."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import create_app
from app.core import clock, embedded
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import DeviceSession
from app.web.entrance import federated as login_pages
from tests import conftest
from tests.stand_ins import oidc_provider
from tests.stand_ins.oidc_provider import Provider
from tests.web.browsing import Browser

HERE = "http://localhost"


@contextmanager
def app_with(
    server: embedded.Server, database: str, path: str, prefix: str, provider: Provider, **more: str
) -> Iterator[Flask]:
    """Kith as a deployment that signs in with this provider."""
    provider.now = lambda: clock.now().timestamp()
    provider.comes_back_to = f"{HERE}/sign-in/with/{path}/back"
    with oidc_provider.serving(provider):
        values = provider.settings(prefix) | {f"{prefix}_{name}": value for name, value in more.items()}
        settings = conftest.settings_for(server, database, **values)
        made = _app(server, database)
        made.extensions["logins"] = login_pages.clients(settings.logins, settings.public_url)
        yield made


@cache
def _app(server: embedded.Server, database: str) -> Flask:
    """Made once, as making one takes a second; each test gives it a provider of its own."""
    made = create_app(conftest.settings_for(server, database))
    made.test_client_class = conftest.FreshClient
    with made.app_context():
        conftest._engines.add(db.engine)
    return made


def away(browser: Browser, path: str) -> str:
    """Follow the link to the provider; gives the address it sends the browser back to, as a path of ours."""
    left = browser.get(path)
    assert left.status_code == 303, left.text
    return back_from(left.headers["Location"])


def back_from(address: str) -> str:
    """What the provider answers to the browser that comes with this address."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302
    location = answer.headers["Location"]
    assert location.startswith(f"{HERE}/")
    return location.removeprefix(HERE)


def there_and_back(browser: Browser, path: str) -> TestResponse:
    return browser.get(away(browser, path))


def asked_of(location: str) -> dict[str, str]:
    """What an authorisation request asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def cookies(answer: TestResponse) -> dict[str, str]:
    """The cookies an answer sets, by name."""
    return {
        found[1]: found[2] for one in answer.headers.getlist("Set-Cookie") if (found := re.match(r"(.+?)=(.*?);", one))
    }


def sessions() -> list[DeviceSession]:
    """The sessions that run."""
    with unit_of_work():
        db.session.expire_all()
        running = select(DeviceSession).where(DeviceSession.revoked_at.is_(None))
        return list(db.session.scalars(running.order_by(DeviceSession.id)))


def noted() -> list[AuditEntry]:
    """What the audit says of sign-ins."""
    with unit_of_work():
        every = db.session.scalars(select(AuditEntry).order_by(AuditEntry.created_at, AuditEntry.id)).all()
        return [one for one in every if "link" in one.action]
