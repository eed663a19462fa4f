"""Sign-in with a one-use code by the API: who gets one, who gets in, and who never does (S14, S15, S25)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app import create_app
from app.core import clock, scheduler
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import queries as identity
from app.identity import service
from app.identity.models import DeviceSession, OneUseCode, Person
from app.identity.service import codes
from tests.conftest import NOW
from tests.identity import one_use
from tests.identity.one_use import sent
from tests.people import World, signed_in
from tests.queries_counted import counted

nothing_deferred = one_use.nothing_deferred

MARY, TOM, PRIYA, NOBODY = "07700 900201", "tom.okafor@kith.example", "priya.shah@kith.example", "07700 900999"


def ask(client: FlaskClient, identifier: str, address: str = "198.51.100.7") -> TestResponse:
    return client.post("/api/sign-in/code", json={"identifier": identifier}, environ_base={"REMOTE_ADDR": address})


def asked(client: FlaskClient, identifier: str) -> str:
    answer = ask(client, identifier)
    assert answer.status_code == 202, answer.text
    return str(answer.get_json()["request"])


def prove(client: FlaskClient, request: str, code: str, address: str = "198.51.100.7") -> TestResponse:
    body = {"request": request, "code": code, "device": "phone"}
    return client.post("/api/sign-in/with-code", json=body, environ_base={"REMOTE_ADDR": address})


def sessions_of(person_id: Any) -> list[DeviceSession]:
    with unit_of_work():
        return list(db.session.scalars(select(DeviceSession).where(DeviceSession.person_id == person_id)))


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06}"


def test_a_patient_signs_in_with_the_code_that_came_to_their_phone(client: FlaskClient, world: World) -> None:
    request = asked(client, MARY)
    (message,) = sent()
    assert (message.channel, message.recipient_id, message.address) == ("sms", world.mary.id, None)
    assert "http://localhost/sign-in/code/enter " in message.body
    answer = prove(client, request, message.code)
    assert answer.status_code == 200
    headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
    assert client.get("/api/me", headers=headers).get_json()["given_name"] == "Mary"
    (session,) = sessions_of(world.mary.id)
    assert (session.method, session.second_factor_at, session.identity_level) == ("code", None, None)
    assert person(world).phone_verified_at == NOW


def test_a_carer_signs_in_with_the_code_that_came_by_email_however_they_type_it(
    client: FlaskClient, world: World
) -> None:
    request = asked(client, TOM.upper())
    (message,) = sent()
    assert (message.channel, message.recipient_id) == ("email", world.tom.id)
    assert prove(client, request, f" {message.code[:3]} {message.code[3:]}- ").status_code == 200


def test_for_staff_the_code_is_the_first_factor_only(client: FlaskClient, world: World) -> None:
    request = asked(client, PRIYA)
    answer = prove(client, request, sent()[0].code)
    assert answer.get_json()["second_factor"] == "totp"
    headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
    refused = client.get("/api/me", headers=headers)
    assert (refused.status_code, refused.get_json()["type"]) == (401, "/problems/second-factor-needed")


def person(world: World) -> Person:
    """Mary as she is stored now."""
    db.session.expire_all()
    return identity.person(world.mary.id)


def lock(world: World) -> None:
    person(world).locked_at = NOW


def leave(world: World) -> None:
    person(world).is_active = False


def be_a_device(world: World) -> None:
    person(world).kind = "device"


def stop(world: World) -> None:
    db.session.execute(
        text("insert into out_of_reach (id, created_at, phone_index, why) values (:id, now(), :phone, 'opted_out')"),
        {"id": world.khan.id, "phone": world.mary.phone_index},
    )


def nothing(world: World) -> None:
    return None


WHOSE: dict[str, tuple[str, Callable[[World], None], bool]] = {
    "known": (MARY, nothing, True),
    "nobody": (NOBODY, nothing, False),
    "locked": (MARY, lock, False),
    "left": (MARY, leave, False),
    "a device": (MARY, be_a_device, False),
    "stopped": (MARY, stop, True),  # written and not sent: the sender asks whether the phone can be texted
    "nobody's e-mail": ("nobody@kith.example", nothing, False),
}


def test_whoever_is_asked_for_the_answer_and_the_work_are_the_same(client: FlaskClient, world: World) -> None:
    answers, works = set(), set()
    for number, (identifier, change, _) in enumerate(WHOSE.values()):
        with unit_of_work():
            change(world)
        with counted() as statements:
            answer = ask(client, identifier, f"198.51.100.{number}")
        body = answer.get_json()
        assert len(body.pop("request")) == 43
        names = tuple(sorted(name for name, _ in answer.headers))
        answers.add((answer.status_code, str(body), len(answer.get_data()), names))
        works.add(tuple(statement.split(" values ")[0][:60] for statement in statements))
        with unit_of_work():
            mary = person(world)
            mary.locked_at, mary.is_active, mary.kind = None, True, "human"
    assert len(answers) == 1
    assert len(works) == 1


@pytest.mark.parametrize("who", WHOSE)
def test_only_who_may_come_in_is_sent_a_code(client: FlaskClient, world: World, who: str) -> None:
    identifier, change, is_sent = WHOSE[who]
    with unit_of_work():
        change(world)
    request = asked(client, identifier)
    assert bool(sent()) is is_sent
    with unit_of_work():
        (row,) = db.session.scalars(select(OneUseCode))
        assert (row.code_hash is not None) is is_sent
    refused = prove(client, request, "123456")
    assert (refused.status_code, refused.get_json()["detail"]) == (401, codes.WRONG)


def test_a_lock_that_comes_after_the_code_still_counts(client: FlaskClient, world: World) -> None:
    request = asked(client, MARY)
    code = sent()[0].code
    with unit_of_work():
        lock(world)
    assert prove(client, request, code).status_code == 401
    assert sessions_of(world.mary.id) == []


def test_what_is_neither_phone_nor_email_is_refused(client: FlaskClient, world: World) -> None:
    for identifier in ("mary", "0", "@", "a@b"):
        assert ask(client, identifier).status_code == 422
    assert client.post("/api/sign-in/code", json={"identifier": MARY, "admin": True}).status_code == 422
    assert one_use.do_tasks() == []


def test_a_code_serves_once_for_ten_minutes_and_only_where_it_was_asked_for(client: FlaskClient, world: World) -> None:
    mine, theirs = asked(client, MARY), asked(client, MARY)
    first, second = (message.code for message in sent())
    assert prove(client, theirs, first).status_code == 401 or first == second
    assert prove(client, "no such request", first).status_code == 401
    with clock.at(NOW + timedelta(minutes=10)):
        assert prove(client, mine, first).status_code == 401
    with clock.at(NOW + timedelta(minutes=9, seconds=59)):
        assert prove(client, mine, first).status_code == 200
        assert prove(client, mine, first).status_code == 401
    assert len(sessions_of(world.mary.id)) == 1


def test_after_five_tries_a_code_is_dead_even_for_the_right_one(client: FlaskClient, world: World) -> None:
    request = asked(client, MARY)
    code = sent()[0].code
    answers = [prove(client, request, wrong(code, n + 1)) for n in range(5)] + [prove(client, request, code)]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1


def test_the_fifth_try_may_be_the_right_one(client: FlaskClient, world: World) -> None:
    request = asked(client, MARY)
    code = sent()[0].code
    for n in range(4):
        prove(client, request, wrong(code, n + 1))
    assert prove(client, request, code).status_code == 200


def test_two_thousand_guesses_from_many_addresses_let_nobody_in(client: FlaskClient, world: World) -> None:
    """Whoever guesses has to ask first: 7 times at once, then each half hour; 275 guesses a day in a million."""
    compared, guess = 0, 0
    for address in (f"203.0.113.{n}" for n in range(200)):
        answer = ask(client, MARY, address)
        request = answer.get_json().get("request", "made up")
        one_use.do_tasks()
        for _ in range(10):
            guess += 1
            refused = prove(client, request, f"{guess * 487 % 1_000_000:06}", address)
            assert refused.status_code == 401
        compared += 5 if answer.status_code == 202 else 0
    assert guess == 2000
    assert compared == 35
    assert len(one_use.posted()) == 7
    assert sessions_of(world.mary.id) == []


def test_guessing_for_many_accounts_from_one_address_is_slowed(client: FlaskClient, world: World) -> None:
    statuses = [ask(client, f"07700 900{n:03}").status_code for n in range(31)]
    assert statuses == [202] * 30 + [429]
    tries = [prove(client, f"made up {n}", "123456").status_code for n in range(101)]
    assert tries == [401] * 100 + [429]


# years since the phone was proven (None: only ever written down by the team), is there a password -> is a code sent
PROVEN = {
    "lately": (0.9, True, True),
    "long ago": (1.1, True, False),
    "long ago, and there is no other way in": (1.1, False, True),
    "written down by the team": (None, True, True),
}


@pytest.mark.parametrize(("years", "has_password", "is_sent"), PROVEN.values(), ids=PROVEN)
def test_a_number_proven_long_ago_may_be_somebody_elses_by_now(
    client: FlaskClient, world: World, years: float | None, has_password: bool, is_sent: bool
) -> None:
    with unit_of_work():
        mary = db.session.get_one(Person, world.mary.id)
        mary.phone_verified_at = None if years is None else NOW - timedelta(days=365 * years)
        mary.password_hash = mary.password_hash if has_password else None
    request = asked(client, MARY)
    messages = sent()
    assert len(messages) == is_sent
    if is_sent:
        assert prove(client, request, messages[0].code).status_code == 200
    else:
        assert prove(client, request, "123456").get_json()["detail"] == codes.WRONG


def test_codes_that_let_somebody_in_are_not_counted(client: FlaskClient, world: World) -> None:
    """A ward behind one address."""
    for _ in range(3):
        request = asked(client, MARY)
        assert prove(client, request, sent()[-1].code).status_code == 200
    statuses = [ask(client, f"07700 900{n:03}").status_code for n in range(31)]
    assert statuses == [202] * 30 + [429]
    tries = [prove(client, f"made up {n}", "123456").status_code for n in range(101)]
    assert tries == [401] * 100 + [429]


def test_asking_is_limited_for_an_account_known_or_not(client: FlaskClient, world: World) -> None:
    for identifier in (MARY, NOBODY):
        statuses = [ask(client, identifier).status_code for _ in range(4)]
        assert statuses == [202, 202, 202, 429]
        elsewhere = [ask(client, identifier, f"203.0.113.{n}").status_code for n in range(5)]
        assert elsewhere == [202, 202, 202, 202, 429]  # seven wherever it is asked for
        for half_hours in (1, 2):
            with clock.at(NOW + half_hours * codes.SLOWLY):
                later = [ask(client, identifier, f"203.0.113.{n + 9 * half_hours}").status_code for n in range(3)]
            assert later == [202, 429, 429]  # then one each half hour


def at_once(app: Flask, tries: int, act: Callable[[FlaskClient], TestResponse]) -> list[int]:
    with ThreadPoolExecutor(tries) as pool:
        return sorted(pool.map(lambda _: act(app.test_client()).status_code, range(tries)))


def test_one_code_used_at_the_same_moment_opens_one_session(app: Flask, client: FlaskClient, world: World) -> None:
    request = asked(client, MARY)
    code = sent()[0].code
    assert at_once(app, 5, lambda one: prove(one, request, code)) == [200, 401, 401, 401, 401]
    assert len(sessions_of(world.mary.id)) == 1


def test_guesses_at_the_same_moment_are_all_counted(app: Flask, client: FlaskClient, world: World) -> None:
    request = asked(client, MARY)
    code = sent()[0].code
    assert at_once(app, 12, lambda one: prove(one, request, wrong(code))) == [401] * 12
    assert prove(client, request, code).status_code == 401


def test_what_is_kept_of_a_code_is_of_no_use_by_itself(client: FlaskClient, world: World) -> None:
    asked(client, MARY)
    request = asked(client, MARY)
    code = sent()[0].code
    with unit_of_work():
        first, second = db.session.scalars(select(OneUseCode).order_by(OneUseCode.created_at, OneUseCode.id))
        assert len(first.code_hash or b"") == 32
        assert b"07700" not in first.contact_sealed
        second.code_hash = first.code_hash  # of another row, so it fits nothing
    assert prove(client, request, code).status_code == 401


def test_the_task_sends_once_and_never_late(client: FlaskClient, world: World) -> None:
    asked(client, MARY)
    with unit_of_work():
        (one,) = db.session.scalars(select(OneUseCode.id))
    for _ in range(2):
        with unit_of_work():
            codes.send(str(one))
    assert len(one_use.posted()) == 1
    asked(client, MARY)
    with clock.at(NOW + timedelta(minutes=10)):
        one_use.do_tasks()
    assert len(one_use.posted()) == 1


def test_old_codes_are_forgotten_after_a_day(app: Flask, client: FlaskClient, world: World) -> None:
    asked(client, MARY)
    settings = app.config["KITH"]
    worker = create_app(dataclasses.replace(settings, database_url=settings.worker_database_url))
    (job,) = [job for job in worker.extensions["jobs"] if job.name == "forget one-use codes"]
    for later, left in ((timedelta(hours=23), 1), (timedelta(days=1, minutes=11), 0)):
        with clock.at(NOW + later):
            scheduler.run(worker, job)
        with unit_of_work():
            assert db.session.scalar(select(func.count()).select_from(OneUseCode)) == left
    with worker.app_context():
        db.engine.dispose()


def own(client: FlaskClient, headers: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/me/contacts", headers=headers).get_json()
    return found


def confirm(client: FlaskClient, headers: dict[str, str], code: str) -> TestResponse:
    return client.post("/api/me/contacts/confirm", json={"code": code}, headers=headers)


def test_a_new_phone_is_used_once_its_code_came_back_and_the_old_one_is_told(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    assert own(client, headers)["phone_to_be_proven"] is True
    assert client.post("/api/me/contacts", json={"phone": "07700 900555"}, headers=headers).status_code == 202
    (message,) = sent()
    assert (message.channel, message.address) == ("sms", "+447700900555")
    assert own(client, headers)["phone"] == "+447700900201"
    assert confirm(client, headers, wrong(message.code)).status_code == 422
    changed = confirm(client, headers, message.code).get_json()
    assert (changed["phone"], changed["phone_verified_at"]) == ("+447700900555", NOW.isoformat())
    assert changed["phone_to_be_proven"] is False
    told = one_use.posted()[-1]
    assert (told.channel, told.address) == ("sms", "+447700900201")
    assert "another phone is used" in told.body
    assert "900555" not in told.body
    assert confirm(client, headers, message.code).status_code == 422
    with clock.at(NOW + timedelta(days=366)):
        again = signed_in(client, world.mary)
        assert own(client, again)["phone_to_be_proven"] is True


def test_a_code_for_a_contact_belongs_to_the_session_that_asked(client: FlaskClient, world: World) -> None:
    mine, other = signed_in(client, world.mary), signed_in(client, world.mary)
    client.post("/api/me/contacts", json={"email": "mary@new.example"}, headers=mine)
    (message,) = sent()
    assert (message.channel, message.address) == ("email", "mary@new.example")
    assert confirm(client, other, message.code).status_code == 422
    assert confirm(client, signed_in(client, world.tom), message.code).status_code == 422
    assert confirm(client, mine, message.code).status_code == 200


def test_somebody_elses_phone_is_told_to_nobody_and_taken_by_nobody(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    answers = []
    for phone in ("07700 900777", "07700 900203"):
        answers.append(client.post("/api/me/contacts", json={"phone": phone}, headers=headers))
    assert len({(answer.status_code, answer.get_data()) for answer in answers}) == 1
    taken = next(message for message in sent() if message.address == "+447700900203")
    refused = confirm(client, headers, taken.code)
    assert refused.status_code == 409
    assert "Tom" not in refused.text
    assert own(client, headers)["phone"] == "+447700900201"


@pytest.mark.parametrize("body", [{}, {"phone": "07700900555", "email": "a@b.example"}, {"phone": "no"}, {"name": "x"}])
def test_a_new_contact_is_one_phone_or_one_email(client: FlaskClient, world: World, body: dict[str, str]) -> None:
    assert client.post("/api/me/contacts", json=body, headers=signed_in(client, world.mary)).status_code == 422
    assert one_use.do_tasks() == []


def test_codes_to_new_contacts_are_five_a_day(client: FlaskClient, world: World) -> None:
    headers = signed_in(client, world.mary)
    asks = [client.post("/api/me/contacts", json={"phone": f"0770090055{n}"}, headers=headers) for n in range(6)]
    assert [answer.status_code for answer in asks] == [202] * 5 + [429]


def test_what_a_team_changes_is_no_longer_proven_by_its_holder(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        mary = person(world)
        mary.phone_verified_at = NOW
        service.change_person(mary, {"phone": "07700 900201"})
        assert mary.phone_verified_at == NOW
        service.change_person(mary, {"phone": "07700 900556"})
    assert person(world).phone_verified_at is None
