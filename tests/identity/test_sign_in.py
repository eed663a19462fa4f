"""Sign-in for the app: tokens, rotation, reuse, devices."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from app.core import clock
from tests.conftest import NOW
from tests.people import PASSWORD, World, signed_in


def sign_in(client: FlaskClient, identifier: str, password: str = PASSWORD) -> dict[str, str]:
    answer = client.post("/api/sign-in", json={"identifier": identifier, "password": password, "device": "phone"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_signs_in_by_email_and_by_phone_however_typed(client: FlaskClient, world: World) -> None:
    for identifier in ("Mary.Okafor@kith.example", "07700 900201", "+44 7700 900201"):
        assert sign_in(client, identifier)["expires_in"] == 600


def test_wrong_password_unknown_person_and_inactive_one_are_answered_alike(client: FlaskClient, world: World) -> None:
    answers = [
        client.post("/api/sign-in", json={"identifier": identifier, "password": "not the right password"})
        for identifier in ("mary.okafor@kith.example", "nobody@kith.example", "07700 900999")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1
    assert answers[0].mimetype == "application/problem+json"


def test_a_refresh_token_serves_once_and_its_reuse_ends_the_session(client: FlaskClient, world: World) -> None:
    first = sign_in(client, "mary.okafor@kith.example")["refresh_token"]
    second = client.post("/api/refresh", json={"refresh_token": first}).get_json()
    again = client.post("/api/refresh", json={"refresh_token": first}).get_json()
    assert again["refresh_token"] == second["refresh_token"]  # a lost answer within ten seconds
    with clock.at(NOW + timedelta(seconds=60)):
        assert client.post("/api/refresh", json={"refresh_token": first}).status_code == 401
        assert client.post("/api/refresh", json={"refresh_token": second["refresh_token"]}).status_code == 401
        headers = {"Authorization": f"Bearer {second['access_token']}"}
        assert client.get("/api/devices", headers=headers).status_code == 401


def test_an_access_token_lasts_ten_minutes(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    with clock.at(NOW + timedelta(minutes=9, seconds=59)):
        assert client.get("/api/devices", headers=headers).status_code == 200
    with clock.at(NOW + timedelta(minutes=10)):
        assert client.get("/api/devices", headers=headers).status_code == 401


def test_devices_are_listed_and_signed_out_at_once(client: FlaskClient, world: World) -> None:
    kept, lost = signed_in(client, world.mary), signed_in(client, world.mary)
    devices = client.get("/api/devices", headers=kept).get_json()["items"]
    assert len(devices) == 2
    assert client.post("/api/sign-out", headers=lost).status_code == 204
    assert client.get("/api/devices", headers=lost).status_code == 401
    assert len(client.get("/api/devices", headers=kept).get_json()["items"]) == 1


def test_somebody_elses_device_looks_like_none(client: FlaskClient, world: World) -> None:
    mine, hers = signed_in(client, world.tom), signed_in(client, world.mary)
    device = client.get("/api/devices", headers=hers).get_json()["items"][0]["id"]
    assert client.delete(f"/api/devices/{device}", headers=mine).status_code == 404
    assert client.get("/api/devices", headers=hers).status_code == 200


def test_tries_are_counted_and_answered_429_with_a_wait(client: FlaskClient, world: World) -> None:
    for _ in range(10):
        client.post("/api/sign-in", json={"identifier": "mary.okafor@kith.example", "password": "wrong password"})
    answer = client.post("/api/sign-in", json={"identifier": "mary.okafor@kith.example", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_one_phone_is_one_account_however_it_is_spelled(client: FlaskClient, world: World) -> None:
    spellings = ["07700 900201", "07700900201", "+44 7700 900201", "+447700900201", "07700-900-201"]
    answers = [
        client.post(
            "/api/sign-in", json={"identifier": spellings[n % 5], "password": "wrong password here"}
        ).status_code
        for n in range(11)
    ]
    assert answers == [401] * 10 + [429]
