"""Whoever was asked whether they want texts: what their OK, GO and PASS mean before they have agreed, and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.goals.entering import NewGoal, NewStep
from app.goals.models import GoalStep
from app.goals.queries import steps as steps_of
from app.goals.service import helping, setting
from app.identity import service as identity
from app.messages.models import HelpRequest
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from tests.conftest import NOW
from tests.messages import circle
from tests.messages.circle import Circle
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone
from tests.texting.test_helping import ZOE, asks, state_of
from tests.texting.texted import MARY, join

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


class TestAStep:
    """She is asked to help with a step before she has agreed to texts."""

    @pytest.fixture
    def step(self, zoe: Phone, marys: Circle) -> GoalStep:
        mary = By(marys.world.mary.id, Role.PATIENT)
        (person,) = [one.person for one in patients.circle(marys.patient) if one.person.phone == ZOE]
        with unit_of_work():
            new = NewGoal(new_id(), "See the sea", audience="circle", steps=(NewStep(new_id(), "Book the train"),))
            goal = setting.set_goal(marys.patient, new, mary)
            (found,) = steps_of([goal.id])[goal.id]
            helping.ask(marys.patient, found.id, person.id, mary)
        sending.send_all_due()
        (asked,) = zoe.got()
        assert "may we text you" in asked
        return found

    @staticmethod
    def state(step: GoalStep) -> str | None:
        return db.session.get_one(GoalStep, step.id, populate_existing=True).helper_state

    def test_after_ok_she_hears_of_it_and_answers(self, zoe: Phone, step: GoalStep) -> None:
        asked, thanks = sorted(zoe.sends("OK", SOON))  # sent side by side, in either order
        assert "STATUS says what waits" in thanks
        assert "asks you to help with a step of a goal. Reply OK if you will" in asked
        assert self.state(step) == "asked"
        assert "Mary O. is told that you will help" in zoe.sends("OK", LATER)[0]
        assert self.state(step) == "accepted"

    def test_pass_says_for_her_that_she_cannot(self, zoe: Phone, step: GoalStep, provider: TwilioStandIn) -> None:
        mary = Phone(provider, MARY)
        (fine,) = zoe.sends("PASS", SOON)
        assert "you are not texted" in fine
        assert self.state(step) == "declined"
        assert any("Zoe" in one for one in mary.got())
