"""Passkeys: user verification, origin, host, challenges that serve once and only here, counter (security.md S12)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries
from app.identity.models import PasskeyChallenge, Person
from app.identity.service import passkeys
from tests.conftest import NOW
from tests.identity.steps import bearer, by_passkey, by_password, fully, half, new_passkey, show
from tests.people import PASSWORD, World, signed_in
from tests.stand_ins.authenticator import Authenticator, decoded, encoded


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Authenticator:
    """Mary's phone, with a passkey of hers."""
    device = Authenticator()
    assert new_passkey(client, signed_in(client, world.mary), device).status_code == 201
    return device


def test_a_passkey_signs_in_alone(client: FlaskClient, world: World, phone: Authenticator) -> None:
    tokens = by_passkey(client, phone).get_json()
    assert tokens["second_factor"] is None
    assert client.get("/api/me", headers=bearer(tokens)).get_json()["given_name"] == "Mary"
    devices = client.get("/api/devices", headers=bearer(tokens)).get_json()["items"]
    assert sorted(one["method"] for one in devices) == ["passkey", "password"]


def test_for_staff_it_is_both_factors(client: FlaskClient, world: World) -> None:
    device = Authenticator()
    new_passkey(client, fully(client, world.priya), device)
    tokens = by_passkey(client, device).get_json()
    assert tokens["second_factor"] is None
    assert client.get("/api/worklist", headers=bearer(tokens)).status_code == 200


def test_it_finishes_a_sign_in_by_password(client: FlaskClient, world: World) -> None:
    device, other = Authenticator(), Authenticator()
    new_passkey(client, fully(client, world.priya), device)
    new_passkey(client, fully(client, world.lind), other)
    headers = half(client, world.priya)
    for with_one, status in ((other, 401), (device, 200)):
        asked = client.post("/api/second-factor/passkey/options", headers=headers).get_json()["options"]
        shown = with_one.show(asked if with_one is device else asked | {"allowCredentials": []})
        answer = client.post("/api/second-factor/passkey", json={"credential": shown}, headers=headers)
        assert answer.status_code == status
    assert client.get("/api/worklist", headers=bearer(answer.get_json())).status_code == 200


def test_what_is_asked_of_a_device(client: FlaskClient, world: World, phone: Authenticator) -> None:
    headers = signed_in(client, world.mary)
    made = client.post("/api/passkeys/options", headers=headers).get_json()["options"]
    assert made["rp"] == {"name": "Kith", "id": "localhost"}
    chosen = made["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert "authenticatorAttachment" not in chosen  # this device as well as a key or another phone
    assert [decoded(one["id"]) for one in made["excludeCredentials"]] == [*phone.keys]
    assert decoded(made["user"]["id"]) == world.mary.id.bytes
    shown = client.post("/api/sign-in/passkey/options").get_json()["options"]
    assert (shown["userVerification"], shown["allowCredentials"]) == ("required", [])


LIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the user was not verified": ({"verifies": False}, {}),
    "another host": ({"host": "evil.example"}, {}),
    "another origin": ({"origin": "https://evil.example"}, {}),
    "this origin over https": ({"origin": "https://localhost"}, {}),
    "another port": ({"origin": "http://localhost:8000"}, {}),
    "a challenge of nobody": ({}, {"challenge": encoded(b"x" * 32)}),
    "another ceremony": ({}, {"type": "webauthn.create"}),
}


@pytest.mark.parametrize(("device", "client_data"), LIES.values(), ids=LIES)
def test_a_sign_in_that_is_not_quite_right_is_refused(
    client: FlaskClient, phone: Authenticator, device: dict[str, Any], client_data: dict[str, Any]
) -> None:
    for name, value in device.items():
        setattr(phone, name, value)
    refused = by_passkey(client, phone, **client_data)
    assert (refused.status_code, refused.get_json()["detail"]) == (401, passkeys.WRONG)


@pytest.mark.parametrize(("device", "client_data"), LIES.values(), ids=LIES)
def test_a_new_passkey_that_is_not_quite_right_is_not_kept(
    client: FlaskClient, world: World, device: dict[str, Any], client_data: dict[str, Any]
) -> None:
    headers = signed_in(client, world.mary)
    options = client.post("/api/passkeys/options", headers=headers).get_json()["options"]
    lie = client_data if client_data.get("type") != "webauthn.create" else {"type": "webauthn.get"}
    body = {"name": "Mine", "credential": Authenticator(**device).make(options, **lie)}
    assert client.post("/api/passkeys", json=body, headers=headers).status_code == 422
    assert queries.passkeys(world.mary.id) == []


def test_a_changed_signature_is_refused(client: FlaskClient, phone: Authenticator) -> None:
    asked = client.post("/api/sign-in/passkey/options").get_json()
    shown = phone.show(asked["options"])
    signature = bytearray(decoded(shown["response"]["signature"]))
    signature[-1] ^= 1
    shown["response"]["signature"] = encoded(bytes(signature))
    body = {"visit": asked["visit"], "credential": shown}
    assert client.post("/api/sign-in/passkey", json=body).status_code == 401


def test_a_challenge_serves_once(client: FlaskClient, phone: Authenticator) -> None:
    asked = client.post("/api/sign-in/passkey/options").get_json()
    body = {"visit": asked["visit"], "credential": phone.show(asked["options"])}
    assert [client.post("/api/sign-in/passkey", json=body).status_code for _ in range(2)] == [200, 401]


def test_a_refused_answer_uses_its_challenge_up_as_well(client: FlaskClient, phone: Authenticator) -> None:
    asked = client.post("/api/sign-in/passkey/options").get_json()
    for origin, status in (("https://evil.example", 401), ("http://localhost", 401)):
        shown = phone.show(asked["options"], origin=origin)
        answer = client.post("/api/sign-in/passkey", json={"visit": asked["visit"], "credential": shown})
        assert answer.status_code == status


def test_a_challenge_serves_only_the_visit_it_was_made_for(client: FlaskClient, phone: Authenticator) -> None:
    mine, other = (client.post("/api/sign-in/passkey/options").get_json() for _ in range(2))
    body = {"visit": other["visit"], "credential": phone.show(mine["options"])}
    assert client.post("/api/sign-in/passkey", json=body).status_code == 401


def test_a_challenge_serves_only_the_session_it_was_made_for(client: FlaskClient, world: World) -> None:
    mary, khan = signed_in(client, world.mary), signed_in(client, world.khan)
    options = client.post("/api/passkeys/options", headers=khan).get_json()["options"]
    body = {"name": "Mine", "credential": Authenticator().make(options)}
    assert client.post("/api/passkeys", json=body, headers=mary).status_code == 422


def test_a_challenge_runs_out_and_is_forgotten(client: FlaskClient, phone: Authenticator) -> None:
    asked = client.post("/api/sign-in/passkey/options").get_json()
    with clock.at(NOW + timedelta(minutes=5)):
        body = {"visit": asked["visit"], "credential": phone.show(asked["options"])}
        assert client.post("/api/sign-in/passkey", json=body).status_code == 401
    with clock.at(NOW + timedelta(minutes=6)), unit_of_work():
        passkeys.forget_challenges()
    assert db.session.scalars(select(PasskeyChallenge)).all() == []


def test_challenges_are_kept_hashed(client: FlaskClient, world: World) -> None:
    asked = client.post("/api/sign-in/passkey/options").get_json()
    (kept,) = db.session.scalars(select(PasskeyChallenge))
    for secret in (decoded(asked["options"]["challenge"]), asked["visit"].encode()):
        assert secret not in kept.challenge_hash + kept.bound_to


def test_a_counter_that_went_back_is_noticed_refused_and_told(
    client: FlaskClient, world: World, phone: Authenticator
) -> None:
    assert by_passkey(client, phone).status_code == 200
    phone.count -= 1  # as of a copy that was made before
    assert by_passkey(client, phone).status_code == 401
    phone.count += 50
    assert by_passkey(client, phone).status_code == 401  # nobody can say which of the two is the copy
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("passkey refused%"))).one()
    assert entry.subject_id == world.mary.id
    (mine,) = client.get("/api/passkeys", headers=signed_in(client, world.mary)).get_json()["items"]
    assert mine["copied_at"] == NOW.isoformat()


def shown_twice(client: FlaskClient, device: Authenticator) -> list[dict[str, Any]]:
    """Two tabs, each with an answer of the device that is not sent yet."""
    asked = [client.post("/api/sign-in/passkey/options").get_json() for _ in range(2)]
    return [{"visit": one["visit"], "credential": device.show(one["options"])} for one in asked]


def test_two_answers_that_come_in_the_other_order_are_no_copy(
    client: FlaskClient, world: World, phone: Authenticator
) -> None:
    earlier, later = shown_twice(client, phone)
    assert client.post("/api/sign-in/passkey", json=later).status_code == 200
    assert client.post("/api/sign-in/passkey", json=earlier).status_code == 401
    (mine,) = queries.passkeys(world.mary.id)
    assert mine.copied_at is None
    assert by_passkey(client, phone).status_code == 200


def test_an_answer_that_comes_long_after_a_later_one_is_of_a_copy(
    client: FlaskClient, world: World, phone: Authenticator
) -> None:
    earlier, later = shown_twice(client, phone)
    assert client.post("/api/sign-in/passkey", json=later).status_code == 200
    with clock.at(NOW + timedelta(seconds=6)):
        assert client.post("/api/sign-in/passkey", json=earlier).status_code == 401
    (mine,) = queries.passkeys(world.mary.id)
    assert mine.copied_at is not None


def test_of_answers_that_come_at_once_none_marks_the_passkey(
    app: Flask, client: FlaskClient, world: World, phone: Authenticator
) -> None:
    start, statuses = threading.Barrier(2), []

    def send(body: dict[str, Any]) -> None:
        start.wait()
        statuses.append(app.test_client().post("/api/sign-in/passkey", json=body).status_code)

    threads = [threading.Thread(target=send, args=(body,)) for body in shown_twice(client, phone)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 401}
    assert 200 in statuses
    (mine,) = queries.passkeys(world.mary.id)
    assert mine.copied_at is None


def test_a_copied_passkey_opens_no_way_to_set_up_another(client: FlaskClient, world: World) -> None:
    """Staff, a passkey alone, and a copy of it: who knows the password as well needs a recovery code, or an admin."""
    device = Authenticator()
    made = new_passkey(client, fully(client, world.priya), device).get_json()
    headers = bearer(made["tokens"])
    fresh = client.post("/api/second-factor/recovery-codes", headers=headers).get_json()["recovery_codes"]
    gone = client.post("/api/second-factor/app/remove", json={"password": PASSWORD}, headers=headers)
    assert gone.status_code == 204
    assert by_passkey(client, device).status_code == 200
    device.count -= 1
    assert by_passkey(client, device).status_code == 401
    signed = by_password(client, world.priya).get_json()
    assert signed["second_factor"] == "recovery_code"
    for path in ("/api/passkeys/options", "/api/second-factor/app"):
        refused = client.post(path, headers=bearer(signed))
        assert (refused.status_code, refused.get_json()["type"]) == (401, "/problems/second-factor-needed")
    shown = show(client, bearer(signed), fresh[0]).get_json()
    assert new_passkey(client, bearer(shown), Authenticator()).status_code == 201


def test_an_app_is_not_removed_where_only_a_copied_passkey_would_stay(client: FlaskClient, world: World) -> None:
    device = Authenticator()
    headers = bearer(new_passkey(client, fully(client, world.priya), device).get_json()["tokens"])
    assert by_passkey(client, device).status_code == 200
    device.count -= 1
    assert by_passkey(client, device).status_code == 401
    kept = client.post("/api/second-factor/app/remove", json={"password": PASSWORD}, headers=headers)
    assert kept.status_code == 409


def test_authenticators_that_do_not_count_are_taken(client: FlaskClient, world: World) -> None:
    device = Authenticator(counts=False)
    new_passkey(client, signed_in(client, world.mary), device)
    assert [by_passkey(client, device).status_code for _ in range(2)] == [200, 200]


def test_a_removed_passkey_opens_nothing(client: FlaskClient, world: World, phone: Authenticator) -> None:
    headers = signed_in(client, world.mary)
    (mine,) = client.get("/api/passkeys", headers=headers).get_json()["items"]
    assert client.delete(f"/api/passkeys/{mine['id']}", headers=signed_in(client, world.tom)).status_code == 404
    assert client.delete(f"/api/passkeys/{mine['id']}", headers=headers).status_code == 204
    assert by_passkey(client, phone).status_code == 401


@pytest.mark.parametrize("change", ["is_active", "locked_at"])
def test_a_passkey_of_somebody_who_is_locked_opens_nothing(
    client: FlaskClient, world: World, phone: Authenticator, change: str
) -> None:
    with unit_of_work():
        mary = db.session.get_one(Person, world.mary.id)
        setattr(mary, change, False if change == "is_active" else NOW)
    assert by_passkey(client, phone).status_code == 401


def test_a_passkey_is_kept_once_for_whomever(client: FlaskClient, world: World) -> None:
    device, answers, first = Authenticator(), [], None
    for person in (world.mary, world.mary, world.khan):
        headers = signed_in(client, person)
        made = device.make(client.post("/api/passkeys/options", headers=headers).get_json()["options"])
        first = first or made
        made = made | {"id": first["id"], "rawId": first["rawId"]}
        made["response"]["attestationObject"] = first["response"]["attestationObject"]
        answers.append(
            client.post("/api/passkeys", json={"name": "x", "credential": made}, headers=headers).status_code
        )
    assert answers == [201, 409, 409]


def test_a_patients_passkey_is_a_way_in_and_no_second_factor(
    client: FlaskClient, world: World, phone: Authenticator
) -> None:
    assert by_password(client, world.mary).get_json()["second_factor"] is None


def test_passkeys_that_open_are_not_counted(client: FlaskClient, phone: Authenticator) -> None:
    """A ward behind one address."""
    asked = [client.post("/api/sign-in/passkey/options").status_code for _ in range(passkeys.ASKED - 2)]
    assert asked == [200] * (passkeys.ASKED - 2)
    assert [by_passkey(client, phone).status_code for _ in range(4)] == [200] * 4
    asked = [client.post("/api/sign-in/passkey/options").status_code for _ in range(3)]
    assert asked == [200, 200, 429]


GARBAGE: dict[str, Any] = {
    "nothing": {},
    "no response": {"rawId": "AA", "id": "AA", "type": "public-key"},
    "a number as response": {"rawId": "AA", "response": 7},
    "client data that is no text": {"rawId": "AA", "response": {"clientDataJSON": 7}},
    "client data that is no JSON": {"rawId": "AA", "response": {"clientDataJSON": encoded(b"{")}},
    "client data that is a list": {"rawId": "AA", "response": {"clientDataJSON": encoded(b"[]")}},
    "a challenge that is a number": {"rawId": "AA", "response": {"clientDataJSON": encoded(b'{"challenge": 7}')}},
    "bytes that are no text": {"rawId": "AA", "response": {"clientDataJSON": encoded(b"\xff\xfe")}},
    "an id that is no text": {"rawId": 7, "response": {"clientDataJSON": encoded(b"{}")}},
    "an id that is no base 64": {"rawId": "é\x00", "response": {}},
    "deep nesting": {"rawId": "AA", "response": {"clientDataJSON": encoded(b"[" * 5000)}},
}


@pytest.mark.parametrize("credential", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_passkey_is_refused_in_words(client: FlaskClient, world: World, credential: dict[str, Any]) -> None:
    body = {"visit": "x", "credential": credential}
    assert client.post("/api/sign-in/passkey", json=body).status_code == 401
    made = {"name": "Mine", "credential": credential}
    assert client.post("/api/passkeys", json=made, headers=signed_in(client, world.mary)).status_code == 422


@pytest.mark.parametrize("part", ["attestationObject", "clientDataJSON", "transports"])
@pytest.mark.parametrize("junk", ["AA", 7, [{"a": 1}], encoded(b"\xa3"), None])
def test_a_broken_part_of_a_new_passkey_is_refused_or_left_out(
    client: FlaskClient, world: World, part: str, junk: Any
) -> None:
    headers = signed_in(client, world.mary)
    made = Authenticator().make(client.post("/api/passkeys/options", headers=headers).get_json()["options"])
    made["response"][part] = junk
    answer = client.post("/api/passkeys", json={"name": "Mine", "credential": made}, headers=headers)
    assert answer.status_code == (201 if part == "transports" else 422)
