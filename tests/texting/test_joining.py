"""JOIN by text: an invited phone that has nothing but texts."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.db import db
from app.identity.models import Invitation, Person
from app.notifications.models import Delivery
from app.patients.models import CircleMember
from tests.people import World, signed_in
from tests.texting.texted import texted

ZOE = "+447700900555"


@pytest.fixture
def invited(client: FlaskClient, world: World) -> str:
    """Mary has invited Zoe's phone."""
    return invite(client, world, "07700 900555")


def invite(client: FlaskClient, world: World, phone: str) -> str:
    headers = signed_in(client, world.mary) | {"Idempotency-Key": str(uuid4())}
    body = {"relationship": "niece", "phone": phone}
    answer = client.post(f"/api/patients/{world.mary_patient.id}/invitations", json=body, headers=headers)
    return str(answer.get_json()["id"])


def to_stranger() -> list[str]:
    sent = select(Delivery).where(Delivery.recipient_id.is_(None), Delivery.kind == "message")
    return [one.body or "" for one in db.session.scalars(sent.order_by(Delivery.created_at, Delivery.id))]


def state(invitation_id: str) -> str:
    db.session.expire_all()
    return db.session.get_one(Invitation, invitation_id).state


def test_join_with_a_name_waits_for_the_inviter_and_opens_nothing(
    client: FlaskClient, world: World, invited: str
) -> None:
    texted("Join Zoë Berg", ZOE)
    assert state(invited) == "accepted"
    assert "asked to confirm" in to_stranger()[-1]
    zoe = db.session.get_one(Person, db.session.get_one(Invitation, invited).person_id)
    assert (zoe.name, zoe.phone, zoe.phone_verified_at) == ("Zoë Berg", ZOE, None)
    assert db.session.scalars(select(CircleMember).where(CircleMember.person_id == zoe.id)).all() == []
    path = f"/api/patients/{world.mary_patient.id}/invitations/{invited}/confirm"
    headers = signed_in(client, world.mary) | {"Idempotency-Key": str(uuid4())}
    assert client.post(path, headers=headers).status_code in (200, 201)
    assert len(db.session.scalars(select(CircleMember).where(CircleMember.person_id == zoe.id)).all()) == 1


@pytest.mark.parametrize("body", ["JOIN", "join zoe", "Who is this?", "JOIN 12345", "yes please"])
def test_without_a_full_name_it_is_said_how(invited: str, body: str) -> None:
    texted(body, ZOE)
    assert state(invited) == "waiting"
    assert "reply JOIN and your full name" in to_stranger()[-1]


def test_a_stranger_is_not_answered_for_ever(invited: str) -> None:
    for number in range(9):
        texted(f"Hello {number}", ZOE)
    assert len(to_stranger()) == 5


def test_another_phone_joins_nothing(invited: str) -> None:
    texted("JOIN Zoe Berg", "+447700900556")
    assert (state(invited), to_stranger()) == ("waiting", [])


def test_one_who_is_known_needs_no_name(client: FlaskClient, world: World) -> None:
    stranger = invite(client, world, "07700 900205")
    assert world.stranger.phone == "+447700900205"
    texted("Join", "+447700900205")
    assert state(stranger) == "accepted"


def test_twice_is_once(invited: str) -> None:
    texted("JOIN Zoe Berg", ZOE)
    texted("JOIN Zoe Berg", ZOE)
    assert [one.name for one in db.session.scalars(select(Person)) if one.phone == ZOE] == ["Zoe Berg"]
