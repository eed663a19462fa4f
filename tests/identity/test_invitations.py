"""Invitations: sent by phone or e-mail, opened by a code, proven, accepted once, confirmed by whoever asked."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app.core import clock, rows
from app.core.db import db
from app.core.rows import SERVICE
from app.core.unit_of_work import unit_of_work
from app.identity.models import Invitation, Person
from app.notifications import queries
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.patients.models import CircleMember
from tests.conftest import NOW
from tests.people import World, signed_in

ZOE = "07700 900555"
SON = {"relationship": "niece", "phone": ZOE}


def service() -> None:
    """Work that no person asked for: a test looks at every row."""
    rows.reach(SERVICE)


def texts_sent() -> list[str]:
    """Everything that has left by now, oldest first."""
    service()
    sending.send_all_due()
    with unit_of_work():
        return [one.body for one in reversed(queries.sandbox_messages())]


def last_code() -> str:
    """The invitation's code in the newest message that holds one."""
    found = [match[0] for body in texts_sent() if (match := re.search(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", body))]
    return found[-1]


def last_digits() -> str:
    found = [match[0] for body in texts_sent() if (match := re.search(r"\b\d{6}\b", body))]
    return found[-1]


def invite(client: FlaskClient, world: World, by: Person | None = None, **body: Any) -> TestResponse:
    headers = signed_in(client, by or world.mary) | {"Idempotency-Key": str(uuid4())}
    return client.post(f"/api/patients/{world.mary_patient.id}/invitations", json=SON | body, headers=headers)


def type_code(client: FlaskClient, code: str, **headers: str) -> TestResponse:
    return client.post("/api/join", json={"code": code}, headers=headers)


def proven(client: FlaskClient, code: str) -> str:
    """Open an invitation and show that its phone is one's own; gives the visit's secret."""
    opened = type_code(client, code)
    assert opened.status_code == 200, opened.get_data(as_text=True)
    secret: str = opened.get_json()["secret"]
    assert client.post("/api/join/proof", json={"secret": secret}).status_code == 204
    answer = client.post("/api/join/proof/typed", json={"secret": secret, "code": last_digits()})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return secret


def accept(client: FlaskClient, secret: str, **more: str) -> TestResponse:
    names = {"given_name": "Zoë", "family_name": "Bell"}
    return client.post("/api/join/accept", json={"secret": secret} | names | more)


def decide(client: FlaskClient, world: World, invitation_id: str, what: str, by: Person | None = None) -> TestResponse:
    path = f"/api/patients/{world.mary_patient.id}/invitations/{invitation_id}/{what}"
    headers = signed_in(client, by or world.mary) | {"Idempotency-Key": str(uuid4())}
    return client.post(path, headers=headers)


def stored() -> Invitation:
    service()
    with unit_of_work():
        return db.session.scalars(select(Invitation).order_by(Invitation.id.desc())).all()[0]


def test_from_the_first_text_to_a_place_in_the_circle(client: FlaskClient, world: World) -> None:
    sent = invite(client, world)
    assert sent.status_code == 201
    [said] = texts_sent()
    assert said.startswith(
        "Kith: Mary invites you. Reply JOIN and your full name, or open http://localhost/join within "
    )
    code = last_code()
    assert code not in sent.get_data(as_text=True)
    opened = type_code(client, code.lower()).get_json()
    assert opened["invitation"] == {
        "inviter": "Mary",
        "into": "Mary",
        "role": "member",
        "relationship": "niece",
        "contact_kind": "phone",
        "contact": "+44 ... 555",
        "is_proven": False,
        "needs_name": True,
    }
    assert accept(client, proven(client, code)).status_code == 204
    invitation_id = sent.get_json()["id"]
    listed = client.get(f"/api/patients/{world.mary_patient.id}/invitations", headers=signed_in(client, world.mary))
    assert [(one["state"], one["joiner"]) for one in listed.get_json()["items"]] == [("accepted", "Zoë Bell")]
    confirmed = decide(client, world, invitation_id, "confirm")
    assert confirmed.status_code == 201
    assert (confirmed.get_json()["relationship"], confirmed.get_json()["grants"]) == ("niece", [])
    assert any(said.startswith("Kith: Mary has confirmed that it is you.") for said in texts_sent())
    assert stored().state == "confirmed"


def test_whoever_asked_is_told_that_somebody_has_come(client: FlaskClient, world: World) -> None:
    invite(client, world)
    accept(client, proven(client, last_code()))
    said = texts_sent()[-1]
    assert said.startswith("Kith: Zoe has answered your invitation. Please confirm that it is them: http://localhost/ ")
    assert "Bell" not in said
    service()
    with unit_of_work():
        newest = db.session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
        assert newest is not None
        assert newest.recipient_id == world.mary.id


def test_nothing_opens_before_the_inviter_confirms(client: FlaskClient, world: World) -> None:
    sent = invite(client, world)
    accept(client, proven(client, last_code()))
    service()
    with unit_of_work():
        assert db.session.scalar(select(func.count()).select_from(CircleMember)) == 3
    assert decide(client, world, sent.get_json()["id"], "decline").status_code == 204
    assert decide(client, world, sent.get_json()["id"], "confirm").status_code == 409
    service()
    with unit_of_work():
        assert db.session.scalar(select(func.count()).select_from(CircleMember)) == 3


def test_only_whoever_asked_confirms(client: FlaskClient, world: World) -> None:
    sent = invite(client, world, by=world.priya)
    assert sent.status_code == 201
    accept(client, proven(client, last_code()))
    assert decide(client, world, sent.get_json()["id"], "confirm").status_code == 403
    assert decide(client, world, sent.get_json()["id"], "confirm", by=world.priya).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"phone": "not a phone"}, "/phone"),
        ({"phone": None}, "/phone"),
        ({"email": "zoe@family.example"}, "/phone"),
        ({"relationship": ""}, "/relationship"),
        ({"role": "service"}, "/role"),
        ({"role": "coordinator"}, "/role"),
        ({"is_proven": True}, "/is_proven"),
    ],
)
def test_what_cannot_be_sent_is_named_and_sends_nothing(
    client: FlaskClient, world: World, body: dict[str, Any], pointer: str
) -> None:
    answer = invite(client, world, **body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == pointer
    assert texts_sent() == []


def test_the_same_is_answered_whether_or_not_somebody_is_known(client: FlaskClient, world: World) -> None:
    strange, known = invite(client, world), invite(client, world, phone="07700 900205")
    alike = [
        {name: value for name, value in one.get_json().items() if name not in ("id", "contact")}
        for one in (strange, known)
    ]
    assert alike[0] == alike[1]


def refusals(client: FlaskClient, world: World) -> dict[str, str]:
    """A code of each kind that opens nothing."""
    codes: dict[str, str] = {"wrong": "00000-00000", "no code at all": "hello", "empty symbols": "-"}
    for number, what in enumerate(("used", "revoked", "opened too often", "replaced", "expired")):
        sent = invite(client, world, phone=f"07700 90060{number}").get_json()
        codes[what] = last_code()
        path = f"/api/patients/{world.mary_patient.id}/invitations/{sent['id']}"
        headers = signed_in(client, world.mary) | {"Idempotency-Key": str(uuid4())}
        if what == "used":
            accept(client, proven(client, codes[what]))
        elif what == "revoked":
            assert client.delete(path, headers=headers).status_code == 204
        elif what == "replaced":
            assert client.post(f"{path}/resend", headers=headers).status_code == 204
            texts_sent()  # before the next is asked: what is due at the same instant leaves in any order
        elif what == "opened too often":
            assert [type_code(client, codes[what]).status_code for _ in range(5)] == [200] * 5
    return codes


def test_every_code_that_opens_nothing_is_answered_byte_for_byte_alike(client: FlaskClient, world: World) -> None:
    codes = refusals(client, world)
    service()
    with unit_of_work():
        newest = db.session.scalars(select(Invitation).order_by(Invitation.id.desc())).all()[0]
        newest.expires_at = clock.now()
    answers = {what: type_code(client, code) for what, code in codes.items()}
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(codes, 422)
    assert len({answer.get_data() for answer in answers.values()}) == 1
    assert len({tuple(sorted(name for name, _ in answer.headers)) for answer in answers.values()}) == 1


def test_a_code_lasts_three_days(client: FlaskClient, world: World) -> None:
    invite(client, world)
    code = last_code()
    with clock.at(NOW + timedelta(hours=72)):
        assert type_code(client, code).status_code == 422
    with clock.at(NOW + timedelta(hours=71, minutes=59)):
        assert type_code(client, code).status_code == 200


def test_the_last_visit_to_type_the_code_is_the_one_that_goes_on(client: FlaskClient, world: World) -> None:
    invite(client, world)
    code = last_code()
    first, second = (type_code(client, code).get_json()["secret"] for _ in range(2))
    assert client.post("/api/join/proof", json={"secret": first}).status_code == 422
    assert client.post("/api/join/proof", json={"secret": second}).status_code == 204


def test_nobody_accepts_without_the_phone_it_was_sent_to(client: FlaskClient, world: World) -> None:
    invite(client, world)
    secret = type_code(client, last_code()).get_json()["secret"]
    assert accept(client, secret).status_code == 422
    client.post("/api/join/proof", json={"secret": secret})
    digits = last_digits()
    wrong = "000000" if digits != "000000" else "111111"
    tries = [client.post("/api/join/proof/typed", json={"secret": secret, "code": wrong}) for _ in range(5)]
    assert {one.status_code for one in tries} == {422}
    assert client.post("/api/join/proof/typed", json={"secret": secret, "code": digits}).status_code == 422
    assert accept(client, secret).status_code == 422


def test_no_more_than_five_proofs_are_sent_for_one_invitation(client: FlaskClient, world: World) -> None:
    invite(client, world)
    secret = type_code(client, last_code()).get_json()["secret"]
    sent = [client.post("/api/join/proof", json={"secret": secret}).status_code for _ in range(6)]
    assert sent == [204] * 5 + [429]


def test_somebody_who_is_known_keeps_their_name_and_password(client: FlaskClient, world: World) -> None:
    before = world.stranger.password_hash
    sent = invite(client, world, phone="07700 900205")
    secret = proven(client, last_code())
    assert accept(client, secret, password="another password for them").status_code == 204
    confirmed = decide(client, world, sent.get_json()["id"], "confirm").get_json()
    assert (confirmed["given_name"], confirmed["family_name"]) == ("Sam", "Stranger")
    with unit_of_work():
        sam = db.session.get_one(Person, world.stranger.id, populate_existing=True)
        assert (sam.password_hash, sam.phone_verified_at is not None) == (before, True)


def test_somebody_signed_in_with_that_phone_proven_needs_no_digits(client: FlaskClient, world: World) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.stranger.id).phone_verified_at = NOW
    invite(client, world, phone="07700 900205")
    headers = signed_in(client, world.stranger)
    opened = type_code(client, last_code(), **headers).get_json()
    assert (opened["invitation"]["is_proven"], opened["invitation"]["needs_name"]) == (True, False)
    assert client.post("/api/join/accept", json={"secret": opened["secret"]}, headers=headers).status_code == 204
    assert stored().person_id == world.stranger.id


def test_the_phone_of_another_account_is_not_accepted_as_oneself(client: FlaskClient, world: World) -> None:
    invite(client, world, phone="07700 900205")
    secret = proven(client, last_code())
    headers = signed_in(client, world.khan)
    assert client.post("/api/join/accept", json={"secret": secret}, headers=headers).status_code == 409


def test_one_invitation_accepted_many_times_at_once_is_accepted_once(app: Flask, world: World) -> None:
    client = app.test_client()
    invite(client, world)
    secret = proven(client, last_code())

    def one(number: int) -> int:
        return accept(app.test_client(), secret, given_name=f"Zoë{number}").status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(one, range(8)))
    assert answers == [204] + [422] * 7
    with unit_of_work():
        made = select(func.count()).select_from(Person).where(Person.given_name.like("Zoë%"))
        assert db.session.scalar(made) == 1


def test_one_acceptance_confirmed_many_times_at_once_makes_one_member(app: Flask, world: World) -> None:
    client = app.test_client()
    sent = invite(client, world).get_json()
    accept(client, proven(client, last_code()))
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(
            pool.map(lambda _: decide(app.test_client(), world, sent["id"], "confirm").status_code, range(4))
        )
    assert answers == [201, 409, 409, 409]


def test_thousands_of_guesses_find_nothing_and_cost_the_budget(client: FlaskClient, world: World) -> None:
    for number in range(20):
        invite(client, world, phone=f"07700 9007{number:02}")
    code = last_code()
    answers = [
        client.post("/api/join", json={"code": f"{n:010}"}, environ_base={"REMOTE_ADDR": f"10.1.{n // 250}.{n % 250}"})
        for n in range(2000)
    ]
    assert [one.status_code for one in answers] == [422] * 600 + [429] * 1400
    assert len({one.get_data() for one in answers[600:]}) == 1
    assert type_code(client, code).status_code == 429  # a right one too, else guessing could go on
    with clock.at(NOW + timedelta(hours=1, seconds=1)):
        assert type_code(client, code).status_code == 200


def test_whoever_is_signed_in_with_the_invited_phone_joins_although_others_guess(
    client: FlaskClient, world: World
) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.stranger.id).phone_verified_at = NOW
    invite(client, world, phone="07700 900205")
    code = last_code()
    for n in range(600):
        client.post("/api/join", json={"code": f"{n:010}"}, environ_base={"REMOTE_ADDR": f"10.1.{n // 250}.{n % 250}"})
    assert type_code(client, code).status_code == 429
    assert type_code(client, code, **signed_in(client, world.stranger)).status_code == 200


def test_right_codes_cost_no_budget(client: FlaskClient, world: World) -> None:
    invite(client, world)
    code = last_code()
    assert [type_code(client, code).status_code for _ in range(5)] == [200] * 5
    with unit_of_work():
        used = db.session.scalars(text("select used from rate_window order by used desc")).all()
    assert 600 not in used
    assert type_code(client, "00000-00000").status_code == 422


def test_one_address_cannot_spend_everybodys_budget(client: FlaskClient, world: World) -> None:
    answers = [type_code(client, "00000-00000").status_code for _ in range(25)]
    assert answers == [422] * 20 + [429] * 5


def test_nobody_sends_more_than_thirty_a_day_nor_five_to_one_phone(client: FlaskClient, world: World) -> None:
    to_one = [invite(client, world).status_code for _ in range(6)]
    assert to_one == [201] * 5 + [429]
    others = [invite(client, world, phone=f"07700 9008{number:02}").status_code for number in range(25)]
    assert others.count(201) == 24


def test_the_end_of_care_closes_what_waits(client: FlaskClient, world: World) -> None:
    invite(client, world)
    code = last_code()
    headers = signed_in(client, world.priya)
    ended = client.post(f"/api/patients/{world.mary_patient.id}/end", json={"reason": "moved"}, headers=headers)
    assert ended.status_code == 200
    assert type_code(client, code).status_code == 422
    assert stored().state == "closed"
    assert invite(client, world).status_code == 409


def test_what_was_taken_back_is_not_sent_any_more(client: FlaskClient, world: World) -> None:
    sent = invite(client, world).get_json()
    path = f"/api/patients/{world.mary_patient.id}/invitations/{sent['id']}"
    assert client.delete(path, headers=signed_in(client, world.mary)).status_code == 204
    assert texts_sent() == []


def test_another_patients_invitation_looks_like_none(client: FlaskClient, world: World) -> None:
    sent = invite(client, world).get_json()
    headers = signed_in(client, world.khan)
    theirs = client.delete(f"/api/patients/{world.khan_patient.id}/invitations/{sent['id']}", headers=headers)
    nobodys = client.delete(f"/api/patients/{world.khan_patient.id}/invitations/{uuid4()}", headers=headers)
    assert (
        (theirs.status_code, theirs.get_data()) == (nobodys.status_code, nobodys.get_data()) == (404, theirs.get_data())
    )
    assert stored().state == "waiting"


def test_the_code_is_nowhere_in_clear(client: FlaskClient, world: World) -> None:
    invite(client, world)
    service()
    with unit_of_work():
        dumped = []
        for table in ("invitation", "delivery", "audit_entry", "idempotent_answer", "rate_window"):
            dumped += [repr(dict(row)) for row in db.session.execute(text(f"select * from {table}")).mappings()]
    code = last_code()
    kept = "".join(dumped)
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert "900555" not in kept
    with unit_of_work():
        [waiting] = db.session.scalars(select(Delivery)).all()
        assert code in (waiting.body or "")
