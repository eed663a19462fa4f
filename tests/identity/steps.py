"""What people do with the API to sign in and to set up second factors."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity.models import Person
from tests.people import PASSWORD, code_of
from tests.stand_ins.authenticator import Authenticator


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def by_password(client: FlaskClient, person: Person, password: str = PASSWORD, address: str = "127.0.0.1") -> Any:
    """Sign in with the password alone; the answer."""
    return guess(client, str(person.email), password, address)


def guess(client: FlaskClient, identifier: str, password: str, address: str) -> Any:
    body = {"identifier": identifier, "password": password}
    return client.post("/api/sign-in", json=body, environ_base={"REMOTE_ADDR": address})


def half(client: FlaskClient, person: Person) -> dict[str, str]:
    """The headers of somebody who has shown their password only."""
    return bearer(by_password(client, person).get_json())


def show(client: FlaskClient, headers: dict[str, str], code: str, address: str = "127.0.0.1") -> TestResponse:
    return client.post(
        "/api/second-factor", json={"code": code}, headers=headers, environ_base={"REMOTE_ADDR": address}
    )


def fully(client: FlaskClient, person: Person) -> dict[str, str]:
    """The headers of somebody of staff who has signed in with password and code."""
    return bearer(show(client, half(client, person), code_of(person)).get_json())


def new_passkey(client: FlaskClient, headers: dict[str, str], device: Authenticator, name: str = "My phone") -> Any:
    """Make a passkey on a device and keep it; the answer."""
    options = client.post("/api/passkeys/options", headers=headers).get_json()["options"]
    return client.post("/api/passkeys", json={"name": name, "credential": device.make(options)}, headers=headers)


def by_passkey(client: FlaskClient, device: Authenticator, address: str = "127.0.0.1", **changed: Any) -> TestResponse:
    """Sign in with a passkey of this device; the answer."""
    base = {"REMOTE_ADDR": address}
    asked = client.post("/api/sign-in/passkey/options", environ_base=base).get_json()
    body = {"visit": asked["visit"], "credential": device.show(asked["options"], **changed)}
    return client.post("/api/sign-in/passkey", json=body, environ_base=base)
