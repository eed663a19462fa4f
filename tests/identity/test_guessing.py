"""Guessing leads nowhere: throttled by account, address and both; staff locked, patients delayed (security.md S15)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import passwords, queries
from app.identity.models import DeviceSession, Person
from app.notifications.models import Delivery
from app.notifications.service import sending
from tests.conftest import NOW
from tests.identity.steps import by_passkey, by_password, fully, guess, half, new_passkey, show
from tests.people import PASSWORD, World, code_of, signed_in
from tests.stand_ins.authenticator import Authenticator

WRONG = "not these four words"


def wrong_ones(client: FlaskClient, person: Person, count: int, first_address: int = 0) -> list[int]:
    """So many wrong passwords, each from an address of its own."""
    return [by_password(client, person, WRONG, f"10.0.{first_address}.{n}").status_code for n in range(count)]


def locked(person_id: UUID) -> bool:
    with unit_of_work():  # and none is left open: thousands of guesses may take longer than one may be idle
        db.session.expire_all()
        return queries.person(person_id).password_locked_at is not None


def sessions() -> int:
    with unit_of_work():
        return db.session.scalar(select(func.count()).select_from(DeviceSession)) or 0


def test_the_tenth_wrong_one_locks_the_password_of_staff(client: FlaskClient, world: World) -> None:
    assert wrong_ones(client, world.priya, 9) == [401] * 9
    assert not locked(world.priya.id)
    assert wrong_ones(client, world.priya, 1, 9) == [401]
    assert locked(world.priya.id)
    assert by_password(client, world.priya, PASSWORD, "10.9.9.9").status_code == 401
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("password locked%"))).one()
    assert entry.subject_id == world.priya.id


def test_nine_wrong_ones_and_the_right_one_begin_anew(client: FlaskClient, world: World) -> None:
    for _ in range(2):
        wrong_ones(client, world.priya, 9)
        assert by_password(client, world.priya, PASSWORD, "10.9.9.9").status_code == 200
    assert not locked(world.priya.id)


def test_patients_are_delayed_and_never_locked(client: FlaskClient, world: World) -> None:
    assert wrong_ones(client, world.mary, 50) == [401] * 50
    refused = by_password(client, world.mary, PASSWORD, "10.9.9.9")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert not locked(world.mary.id)
    with clock.at(NOW + timedelta(minutes=15)):
        assert by_password(client, world.mary).status_code == 200


def test_locked_wrong_and_unknown_are_answered_alike(client: FlaskClient, world: World) -> None:
    wrong_ones(client, world.priya, 10)
    with unit_of_work():
        db.session.get_one(Person, world.lind.id).locked_at = NOW
        db.session.get_one(Person, world.stranger.id).is_active = False
    nobody = Person(email="nobody@kith.example")
    answers = [
        by_password(client, person, password, f"10.8.0.{n}")
        for n, (person, password) in enumerate(
            (
                (world.priya, PASSWORD),
                (world.lind, PASSWORD),
                (world.stranger, PASSWORD),
                (world.mary, WRONG),
                (nobody, WRONG),
                (world.device, WRONG),
            )
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1
    assert len({tuple(sorted(set(answer.headers.keys()))) for answer in answers}) == 1


def test_a_lock_ends_no_session_and_stops_no_alert(client: FlaskClient, world: World) -> None:
    before, mary = signed_in(client, world.priya), signed_in(client, world.mary)
    wrong_ones(client, world.priya, 10)
    assert locked(world.priya.id)
    body = {
        "id": str(new_id()),
        "measure": "oxygen_saturation",
        "value": 88,
        "unit": "%",
        "context": {"on_oxygen": False},
    }
    readings = f"/api/patients/{world.mary_patient.id}/readings"
    assert client.post(readings, json=body | {"measured_at": NOW.isoformat()}, headers=mary).status_code == 201
    sending.send_all_due()
    told = select(Delivery.state).where(Delivery.recipient_id == world.priya.id)
    assert db.session.scalars(told).all() == ["delivered"] * 2  # that her password is locked, and the alert
    (alert,) = client.get("/api/worklist", headers=before).get_json()["items"]
    path = f"/api/patients/{world.mary_patient.id}/alerts/{alert['id']}/acknowledge"
    assert client.post(path, headers=before).status_code == 200


def test_a_passkey_opens_a_locked_account_and_unlocks_its_password(client: FlaskClient, world: World) -> None:
    device = Authenticator()
    new_passkey(client, fully(client, world.priya), device)
    wrong_ones(client, world.priya, 10)
    assert by_passkey(client, device).status_code == 200
    assert not locked(world.priya.id)
    assert by_password(client, world.priya, PASSWORD, "10.9.9.9").status_code == 200


def test_the_second_factor_after_another_way_in_unlocks_it_too(client: FlaskClient, world: World) -> None:
    wrong_ones(client, world.priya, 10)
    headers = signed_in(client, world.priya, half=True)  # as after a one-use code
    assert show(client, headers, code_of(world.priya)).status_code == 200
    assert not locked(world.priya.id)


def test_whoever_came_in_by_more_than_the_password_has_all_ten_again(client: FlaskClient, world: World) -> None:
    device = Authenticator()
    new_passkey(client, fully(client, world.priya), device)
    headers = signed_in(client, world.priya, half=True)
    come_in: tuple[Callable[[], int], ...] = (
        lambda: by_passkey(client, device).status_code,
        lambda: show(client, headers, code_of(world.priya)).status_code,
    )
    for way, block in zip(come_in, (1, 2), strict=True):
        wrong_ones(client, world.priya, 9, block)
        assert way() == 200
        wrong_ones(client, world.priya, 1, block + 5)
        assert not locked(world.priya.id)
        wrong_ones(client, world.priya, 8, block + 7)
        assert by_password(client, world.priya, PASSWORD, "10.9.9.9").status_code == 200


def test_right_passwords_from_one_ward_are_not_counted(client: FlaskClient, world: World) -> None:
    """Many people behind one address, each of whom is right: none of them keeps another out."""
    for _ in range(12):
        assert by_password(client, world.mary, PASSWORD, "10.7.7.7").status_code == 200


def test_a_new_password_unlocks_it(app: Flask, client: FlaskClient, world: World) -> None:
    wrong_ones(client, world.priya, 10)
    asked = ["set-password", "--person", str(world.priya.email), "--password", "seven calm words and some more"]
    assert app.test_cli_runner().invoke(args=asked).exit_code == 0
    assert not locked(world.priya.id)


def from_everywhere(app: Flask, one_guess: Callable[[FlaskClient, int, str], int]) -> list[int]:
    """5,000 guesses from 500 addresses, eight at a time."""
    clients = threading.local()

    def one(number: int) -> int:
        if not hasattr(clients, "own"):
            clients.own = app.test_client()
        address = number % 500
        return one_guess(clients.own, number, f"10.{address // 250}.{address % 250}.7")

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(5000)))


def test_ten_thousand_guesses_from_five_hundred_addresses_let_nobody_in(
    app: Flask, client: FlaskClient, world: World
) -> None:
    """5,000 passwords, then 5,000 codes by somebody who knows the password; the victim still gets in."""
    device = Authenticator()
    new_passkey(client, fully(client, world.priya), device)
    before, priya = sessions(), str(world.priya.email)
    tried = from_everywhere(app, lambda own, n, address: guess(own, priya, f"guess number {n}", address).status_code)
    assert set(tried) == {401, 429}
    assert tried.count(401) == 50  # no more are looked at, so guessing costs the server little
    assert sessions() == before
    assert locked(world.priya.id)

    headers = signed_in(client, world.priya, half=True)
    codes = from_everywhere(app, lambda own, n, address: show(own, headers, f"{n:06}", address).status_code)
    assert set(codes) == {422, 429}
    assert codes.count(422) == 5
    assert client.get("/api/worklist", headers=headers).status_code == 401

    assert by_passkey(client, device, "192.0.2.1").status_code == 200
    assert not locked(world.priya.id)


def test_a_code_guessed_in_many_sessions_is_the_same_person(client: FlaskClient, world: World) -> None:
    many = [half(client, world.priya) for _ in range(6)]
    statuses = [show(client, headers, f"{n:06}", f"10.3.0.{n}").status_code for n, headers in enumerate(many)]
    assert statuses == [422] * 5 + [429]


def test_codes_of_many_people_guessed_from_one_address_are_too_many(client: FlaskClient, world: World) -> None:
    people = (world.priya, world.lind, world.lead, world.admin, world.other_coordinator)
    for round_of in range(3):
        with clock.at(NOW + timedelta(minutes=3 * round_of)):
            for person in people:
                headers = signed_in(client, person, half=True)
                for n in range(4 if round_of < 2 else 2):
                    last = show(client, headers, f"{n:06}", "10.4.0.1").status_code
    assert last == 429


def test_a_password_is_hashed_by_argon2id(world: World) -> None:
    assert passwords.hash_of("seven calm words and some more").startswith("$argon2id$")
