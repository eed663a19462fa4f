"""Helping by text alone, over the provider's webhook: asked whether at all, taken by the first, the others told who."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.permissions import Right
from app.access.roles import Role
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.messages.help_entering import NewHelp
from app.messages.models import HelpEvent, HelpRequest
from app.messages.service import asking
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from tests.conftest import NOW
from tests.messages import circle
from tests.messages.circle import Circle
from tests.people import World, signed_in
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone
from tests.texting.test_joining import invite
from tests.texting.texted import MARY, TOM

ADA, NURSE, ZOE = "+447700900230", "+447700900204", "+447700900555"
SOON = NOW + timedelta(minutes=10)


@pytest.fixture
def marys(provider: TwilioStandIn, world: World) -> Circle:
    """Tom, Ada and Nurse Adeyemi see what Mary's circle is asked for; the provider takes their texts."""
    return circle.circle_of(world)


def phones(provider: TwilioStandIn, *numbers: str) -> list[Phone]:
    return [Phone(provider, number) for number in numbers]


def asks(marys: Circle, thing: str = "shopping") -> HelpRequest:
    """Mary asks, and the texts leave."""
    request = marys.ask(thing)
    sending.send_all_due()
    return request


def state_of(request: HelpRequest) -> tuple[str, list[str]]:
    db.session.expire_all()
    order = (HelpEvent.created_at, HelpEvent.id)
    steps = db.session.scalars(select(HelpEvent).where(HelpEvent.request_id == request.id).order_by(*order))
    return db.session.get_one(HelpRequest, request.id).state, [f"{one.kind} {one.channel}" for one in steps]


def test_a_carer_takes_it_is_there_and_has_done_it(provider: TwilioStandIn, marys: Circle) -> None:
    tom, ada, nurse, mary = phones(provider, TOM, ADA, NURSE, MARY)
    request = asks(marys)
    for phone, name in ((tom, "Tom"), (ada, "Ada"), (nurse, "Bola")):
        (asked,) = phone.got()
        assert f"{name}, Mary asks for help for Mary O. soon: shopping. Reply GO if you can, PASS if not." in asked
    assert "others are asked for Mary O." in nurse.sends("Pass", SOON)[0]
    assert "it is yours, for Mary O." in tom.sends(" go ", SOON)[0]
    (need_not,) = ada.got()
    assert "Tom will help Mary O., so you need not" in need_not
    assert any("Tom will do what you asked for" in one for one in mary.got())
    assert "Tom has this, so you need not" in ada.sends("GO", SOON)[0]
    assert "Text DONE when it is done" in tom.sends("I'm here", SOON + timedelta(minutes=30))[0]
    assert "noted as done for Mary O." in tom.sends("done.", SOON + timedelta(minutes=60))[0]
    state, steps = state_of(request)
    assert state == "done"
    assert steps[-3:] == ["claimed sms", "arrived sms", "done sms"]
    assert "nothing waits" in tom.sends("DONE", SOON + timedelta(minutes=61))[0]
    assert (ada.got(), nurse.got()) == ([], [])


def test_who_cannot_after_all_gives_it_back_and_the_others_are_asked_again(
    provider: TwilioStandIn, marys: Circle
) -> None:
    tom, ada, mary = phones(provider, TOM, ADA, MARY)
    request = asks(marys)
    tom.sends("GO", SOON)
    ada.got(), mary.got()
    assert "others are asked for Mary O." in tom.sends("PASS", SOON)[-1]
    (again,) = ada.got()
    assert "Reply GO if you can" in again
    assert any("is not done yet" in one for one in mary.got())
    assert "it is yours" in ada.sends("go", SOON)[0]
    assert state_of(request)[1][-3:] == ["claimed sms", "given_back sms", "claimed sms"]


class TestWhoHasOnlyTexts:
    """Zoe was put into the circle by Mary with her number; she has never signed in, and nobody has asked her."""

    @pytest.fixture
    def zoe(self, provider: TwilioStandIn, marys: Circle) -> Phone:
        with unit_of_work():
            person = identity.add_person("Zoe", "Berg", phone=ZOE)
            service.add_member(marys.patient, person, Role.MEMBER, "niece", marys.world.mary.id)
            circle.give(marys.patient, person, Right.SEE, marys.world)
        return Phone(provider, ZOE)

    def test_she_is_asked_once_whether_she_wants_texts_at_all(self, zoe: Phone, marys: Circle) -> None:
        for thing in ("shopping", "lift", "meal"):
            asks(marys, thing)
        (asked,) = zoe.got()
        assert "Zoe, may we text you news of Mary O., and when help is wanted? Reply OK if we may" in asked
        assert "shopping" not in asked

    def test_asked_by_requests_of_the_app_she_is_asked_once_too(
        self, zoe: Phone, marys: Circle, client: FlaskClient
    ) -> None:
        """A request reaches her rows alone; the worker, which asks at other times, all."""
        for thing in ("shopping", "lift"):
            circle.caller(client, marys.world, marys.world.mary).asks(thing)
        sending.send_all_due()
        assert ["may we text you" in one for one in zoe.got()] == [True]

    def test_after_ok_she_is_told_what_waits_and_asked_as_others_are(self, zoe: Phone, marys: Circle) -> None:
        request = asks(marys)
        zoe.got()
        waits, thanks = sorted(zoe.sends("Ok", SOON))  # sent side by side, in either order
        assert "STATUS says what waits" in thanks
        assert "Mary asks for help for Mary O. soon: shopping. Reply GO if you can" in waits
        assert "it is yours" in zoe.sends("Go", SOON)[0]
        assert state_of(request)[0] == "claimed"
        asks(marys, "meal")
        (next_one,) = zoe.got()
        assert "a meal. Reply GO" in next_one

    def test_ok_tells_her_of_what_waits_in_each_of_her_circles(
        self, zoe: Phone, marys: Circle, provider: TwilioStandIn
    ) -> None:
        khan, world = patients.admitted_one(marys.world.khan_patient.id), marys.world
        with unit_of_work():
            (place,) = [one for one in patients.circle(marys.patient) if one.person.phone == ZOE]
            service.add_member(khan, place.person, Role.MEMBER, "neighbour", world.khan.id)
            circle.give(khan, place.person, Right.SEE, world)
            asking.ask(khan, NewHelp(new_id(), "meal"), By(world.khan.id, Role.PATIENT))
        asks(marys)
        assert len(zoe.got()) == 1
        *waiting, _ = sorted(zoe.sends("OK", SOON))
        assert sorted("Imran K." in one for one in waiting) == [False, True]

    def test_go_before_she_knows_of_what_takes_nothing(self, zoe: Phone, marys: Circle) -> None:
        request = asks(marys)
        zoe.got()
        assert len(zoe.sends("GO", SOON)) == 2
        assert state_of(request)[0] == "open"

    def test_after_pass_she_is_texted_no_more_until_she_says_ok(self, zoe: Phone, marys: Circle) -> None:
        request = asks(marys)
        zoe.got()
        (fine,) = zoe.sends("pass", SOON)
        assert "you are not texted" in fine
        assert state_of(request)[1] == ["asked page", "passed sms"]
        asks(marys, "meal")
        assert zoe.got() == []
        assert len(zoe.sends("ok", SOON)) == 2  # thanks, and the meal; the shopping she has passed by


def test_whoever_joined_by_their_own_reply_is_asked_nothing_more(
    provider: TwilioStandIn, marys: Circle, client: FlaskClient
) -> None:
    zoe, invitation = Phone(provider, ZOE), invite(client, marys.world, "07700 900555")
    zoe.sends("JOIN ZOE BERG", NOW)
    path = f"/api/patients/{marys.patient.id}/invitations/{invitation}/confirm"
    headers = signed_in(client, marys.world.mary) | {"Idempotency-Key": str(uuid4())}
    assert client.post(path, headers=headers).status_code in (200, 201)
    with unit_of_work():
        person = next(one.person for one in patients.circle(marys.patient) if one.person.phone == ZOE)
        circle.give(marys.patient, person, Right.SEE, marys.world)
    sending.send_all_due()
    zoe.got()
    asks(marys)
    (asked,) = zoe.got()
    assert "shopping. Reply GO" in asked
