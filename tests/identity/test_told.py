"""Whoever signs in otherwise than before is told of it, on their own phone: it may have been somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select, select

from app import config
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import second_factor_codes
from app.identity.models import Person
from app.identity.service.noting import WHERE
from app.notifications import texts
from app.notifications.models import Delivery
from tests.conftest import NOW
from tests.identity.steps import bearer, by_passkey, by_password, fully, guess, half, new_passkey, show
from tests.people import PASSWORD, World, signed_in
from tests.stand_ins.authenticator import Authenticator

NEW = "seven calm words and some more"
REASON = "Came to the office with her passport, known to me for years."
Happens = Callable[[FlaskClient, World], None]


def told(person: Person) -> int:
    """How often this person is told, by the text that says so, that something about how they sign in has changed."""
    link = f"{config.current().public_url}{WHERE}"
    with unit_of_work():
        said = texts.render("sign_in_changed", person.language, link=link)
        return [one.body for one in db.session.scalars(_to(person))].count(said)


def _to(person: Person) -> Select[tuple[Delivery]]:
    return select(Delivery).where(Delivery.recipient_id == person.id, Delivery.patient_id.is_(None))


def refreshed_twice(client: FlaskClient, world: World) -> None:
    first = by_password(client, world.mary).get_json()["refresh_token"]
    assert client.post("/api/refresh", json={"refresh_token": first}).status_code == 200
    with clock.at(NOW + timedelta(seconds=60)):
        assert client.post("/api/refresh", json={"refresh_token": first}).status_code == 401


def changed_password(client: FlaskClient, world: World) -> None:
    body = {"current": PASSWORD, "new": NEW}
    assert client.post("/api/password", json=body, headers=signed_in(client, world.mary)).status_code == 204


def added_passkey(client: FlaskClient, world: World) -> None:
    assert new_passkey(client, signed_in(client, world.mary), Authenticator()).status_code == 201


def added_app(client: FlaskClient, world: World) -> None:
    set_up(client, bearer(by_password(client, world.mary).get_json()))


def set_up(client: FlaskClient, headers: dict[str, str]) -> dict[str, str]:
    key = client.post("/api/second-factor/app", headers=headers).get_json()["key"]
    code = second_factor_codes.code_of(key, second_factor_codes.step_at(clock.now()))
    answer = client.post("/api/second-factor/app/confirm", json={"code": code}, headers=headers)
    assert answer.status_code == 200
    return bearer(answer.get_json()["tokens"])


@pytest.mark.parametrize("happens", [refreshed_twice, changed_password, added_passkey, added_app])
def test_a_patient_is_told_once(client: FlaskClient, world: World, happens: Happens) -> None:
    assert told(world.mary) == 0
    happens(client, world)
    assert told(world.mary) == 1
    assert told(world.tom) == 0


def test_of_a_copied_passkey_and_of_its_end(client: FlaskClient, world: World) -> None:
    phone = Authenticator()
    key = new_passkey(client, signed_in(client, world.mary), phone).get_json()["passkey"]["id"]
    assert by_passkey(client, phone).status_code == 200
    assert told(world.mary) == 1  # that it was made
    phone.count -= 1  # as of a copy that was made before
    assert by_passkey(client, phone).status_code == 401
    assert told(world.mary) == 2
    assert client.delete(f"/api/passkeys/{key}", headers=signed_in(client, world.mary)).status_code == 204
    assert told(world.mary) == 3


def test_of_an_app_that_was_removed(client: FlaskClient, world: World) -> None:
    headers = set_up(client, bearer(by_password(client, world.mary).get_json()))
    removed = client.post("/api/second-factor/app/remove", json={"password": PASSWORD}, headers=headers)
    assert removed.status_code == 204
    assert told(world.mary) == 2


def test_of_a_password_that_was_locked_and_only_then(client: FlaskClient, world: World) -> None:
    priya = str(world.priya.email)
    for number in range(10):
        assert told(world.priya) == 0
        assert guess(client, priya, "not these four words", f"10.0.0.{number}").status_code == 401
    assert told(world.priya) == 1
    assert guess(client, priya, "not these four words", "10.0.1.1").status_code == 401
    assert told(world.priya) == 1  # it was locked before


def test_nobody_is_told_where_a_patient_is_only_delayed(client: FlaskClient, world: World) -> None:
    for number in range(12):
        guess(client, str(world.mary.email), "not these four words", f"10.0.0.{number}")
    assert told(world.mary) == 0


def test_of_a_recovery_code_that_was_used(client: FlaskClient, world: World) -> None:
    codes = client.post("/api/second-factor/recovery-codes", headers=fully(client, world.priya)).get_json()
    before = told(world.priya)
    assert show(client, half(client, world.priya), "AAAA-AAAA-AAAA").status_code == 422
    assert told(world.priya) == before
    assert show(client, half(client, world.priya), codes["recovery_codes"][0]).status_code == 200
    assert told(world.priya) == before + 1


def test_of_factors_that_somebody_else_took_away(client: FlaskClient, world: World) -> None:
    for by, path, whose in (
        (world.admin, f"/api/people/{world.priya.id}/second-factor/reset", world.priya),
        (world.priya, f"/api/patients/{world.mary_patient.id}/second-factor/reset", world.mary),
    ):
        assert client.post(path, json={"reason": REASON}, headers=signed_in(client, by)).status_code == 204
        assert told(whose) == 1
        assert told(world.admin) == 0


def test_it_is_for_their_own_phone_and_for_no_record(client: FlaskClient, world: World) -> None:
    changed_password(client, world)
    with unit_of_work():
        (one,) = db.session.scalars(_to(world.mary))
        assert (one.channel, one.organisation_id, one.patient_id, one.address) == ("sms", None, None, None)
