"""Whoever was asked whether they want texts: what their OK, GO and PASS mean before they have agreed, and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core.unit_of_work import unit_of_work
from app.identity import service as identity
from app.messages.models import HelpRequest
from app.patients import queries as patients
from app.patients import service
from tests.conftest import NOW
from tests.messages import circle
from tests.messages.circle import Circle
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone
from tests.texting.test_helping import ZOE, asks, state_of
from tests.texting.texted import join

SOON = NOW + timedelta(minutes=10)
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def marys(provider: TwilioStandIn, world: World) -> Circle:
    return circle.circle_of(world)


@pytest.fixture
def zoe(provider: TwilioStandIn, marys: Circle) -> Phone:
    """Mary put her into the circle with her number; she has never signed in, and was asked once."""
    with unit_of_work():
        person = identity.add_person("Zoe", "Berg", phone=ZOE)
        service.add_member(marys.patient, person, Role.MEMBER, "niece", marys.world.mary.id)
        circle.give(marys.patient, person, Right.SEE, marys.world)
    join(person, marys.world.mary_patient, Right.SEE, Right.ACT, category=Category.GOALS)
    return Phone(provider, ZOE)


class TestWhoSignedInInstead:
    """That is agreement too: what she texts afterwards answers what she is asked."""

    @pytest.fixture
    def taken(self, zoe: Phone, marys: Circle, client: FlaskClient) -> HelpRequest:
        """She was asked by text whether she wants any, signs in instead, and takes this there."""
        request = asks(marys)
        assert "may we text you" in zoe.got()[0]
        (person,) = [one.person for one in patients.circle(marys.patient) if one.person.phone == ZOE]
        answer = circle.caller(client, marys.world, person).post(f"/{request.id}/take")
        assert answer.status_code == 200
        return request

    def test_pass_gives_back_nothing_that_she_has_taken(self, zoe: Phone, marys: Circle, taken: HelpRequest) -> None:
        meal = asks(marys, "meal")
        assert "a meal. Reply GO" in zoe.got()[-1]
        (which,) = zoe.sends("PASS", SOON)
        assert "2" in which
        assert (state_of(taken)[0], state_of(meal)[0]) == ("claimed", "open")
        zoe.sends("PASS 2", SOON)
        assert state_of(taken)[0] == "claimed"
        assert state_of(meal)[1][-1] == "passed sms"

    def test_go_takes_what_she_is_asked(self, zoe: Phone, marys: Circle, taken: HelpRequest) -> None:
        meal = asks(marys, "meal")
        zoe.got()
        assert "it is yours" in zoe.sends("GO", SOON)[0]
        assert state_of(meal)[0] == "claimed"
