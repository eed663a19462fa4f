"""Sessions: one lineage of refresh tokens whatever is sent twice, devices listed and ended (security.md S9, S16)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.identity.models import RefreshToken
from tests.conftest import NOW
from tests.identity.steps import bearer, by_password
from tests.people import World, signed_in


def refresh(client: FlaskClient, token: str) -> Any:
    return client.post("/api/refresh", json={"refresh_token": token})


def test_twenty_refreshes_at_once_are_one_lineage(app: Flask, client: FlaskClient, world: World) -> None:
    first = by_password(client, world.mary).get_json()["refresh_token"]
    start, answers = threading.Barrier(20), []

    def one() -> None:
        start.wait()
        answers.append(refresh(app.test_client(), first))

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 20
    (successor,) = {answer.get_json()["refresh_token"] for answer in answers}
    assert db.session.scalar(select(func.count()).select_from(RefreshToken)) == 2
    assert refresh(client, successor).status_code == 200


def test_a_token_shown_again_later_ends_its_whole_family_and_the_person_is_told(
    client: FlaskClient, world: World
) -> None:
    other = signed_in(client, world.mary)
    first = by_password(client, world.mary).get_json()["refresh_token"]
    second = refresh(client, first).get_json()
    third = refresh(client, second["refresh_token"]).get_json()
    with clock.at(NOW + timedelta(seconds=60)):
        assert refresh(client, first).status_code == 401
        assert refresh(client, third["refresh_token"]).status_code == 401
        for tokens in (second, third):
            assert client.get("/api/me", headers=bearer(tokens)).status_code == 401
        assert client.get("/api/me", headers=other).status_code == 200  # another device is another family
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("refresh token used twice%"))).one()
    assert entry.subject_id == world.mary.id


def test_a_family_ends_after_thirty_days_however_often_it_is_refreshed(client: FlaskClient, world: World) -> None:
    token = by_password(client, world.mary).get_json()["refresh_token"]
    for days in (10, 20, 29):
        with clock.at(NOW + timedelta(days=days)):
            token = refresh(client, token).get_json()["refresh_token"]
    with clock.at(NOW + timedelta(days=30)):
        assert refresh(client, token).status_code == 401


def test_devices_say_what_they_are_and_when_they_were_used(client: FlaskClient, world: World) -> None:
    tokens = by_password(client, world.mary).get_json()
    with clock.at(NOW + timedelta(days=2)):
        tokens = refresh(client, tokens["refresh_token"]).get_json()
        (device,) = client.get("/api/devices", headers=bearer(tokens)).get_json()["items"]
    assert (device["kind"], device["label"], device["method"]) == ("app", "app", "password")
    assert device["created_at"] == NOW.isoformat()
    assert device["last_used_at"] == (NOW + timedelta(days=2)).isoformat()


def test_all_other_devices_are_signed_out_at_once(client: FlaskClient, world: World) -> None:
    here, there, elsewhere = (signed_in(client, world.mary) for _ in range(3))
    toms = signed_in(client, world.tom)
    assert client.delete("/api/devices", headers=here).status_code == 204
    assert [client.get("/api/me", headers=one).status_code for one in (here, there, elsewhere, toms)] == [
        200,
        401,
        401,
        200,
    ]
