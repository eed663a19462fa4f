"""STOP and START, LEAVE and JOIN, over the provider's webhook: what ends, what comes back, and who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.messages.service import helping
from app.notifications.models import Delivery, InboundText
from app.notifications.service import sending
from app.patients import queries as patients
from app.patients import service
from app.patients.models import CircleGrant, CircleMember
from app.todos.models import Todo
from tests.conftest import NOW
from tests.messages import circle
from tests.messages.circle import Circle
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import WEBHOOK, Phone
from tests.texting.texted import MARY, TOM, join

SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=15)
HAD = {("readings", "see"), ("messages", "see"), ("messages", "act"), ("medicines", "be_told")}


@pytest.fixture
def marys(provider: TwilioStandIn, world: World) -> Circle:
    """Tom and Ada are of Mary's circle; Tom alone is told of missed medicines."""
    made = circle.circle_of(world)
    join(world.tom, world.mary_patient, Right.BE_TOLD, category=Category.MEDICINES)
    return made


@pytest.fixture
def tom(provider: TwilioStandIn, marys: Circle) -> Phone:
    return Phone(provider, TOM)


def grants(world: World) -> set[tuple[str, str]]:
    db.session.expire_all()
    places = [one for one in patients.circles_of(world.tom.id) if one.member.patient_id == world.mary_patient.id]
    return {(one.category, one.right) for place in places for one in place.grants}


def todos() -> list[tuple[str, str, bool]]:
    db.session.expire_all()
    rows = db.session.scalars(select(Todo).order_by(Todo.created_at, Todo.id))
    return [(one.kind, one.reason or "", one.done_at is not None) for one in rows]


class TestStop:
    """The provider keeps its own list: it confirms STOP itself, takes nothing more for that phone, and tells us."""

    def test_from_stop_until_start_nothing_is_tried_and_the_coordinator_knows(
        self, provider: TwilioStandIn, tom: Phone, marys: Circle
    ) -> None:
        assert tom.sends("Stop", SOON) == []  # the provider's own answer is not ours to send
        asked = provider.requests
        marys.ask()
        with clock.at(SOON):
            sending.send_all_due()
        assert tom.got() == []
        assert provider.requests == asked + 2  # Ada and Nurse Adeyemi; no request was made for Tom's phone
        ((kind, reason, is_done),) = todos()
        assert (kind, is_done) == ("check_number", False)
        assert "Tom Okafor cannot be reached by text: they have texted STOP" in reason
        assert tom.sends("START", LATER) == []
        marys.ask("meal")
        with clock.at(LATER):
            sending.send_all_due()
        assert ["a meal" in one for one in tom.got()] == [True]

    def test_a_word_of_the_accounts_own_is_heeded_as_the_provider_understood_it(
        self, provider: TwilioStandIn, tom: Phone, marys: Circle
    ) -> None:
        """With advanced opt-out other words count too, and only `OptOutType` says so."""
        form = [("MessageSid", "SM" + "8" * 32), ("From", TOM), ("Body", "no more"), ("OptOutType", "STOP")]
        assert provider.post_signed(WEBHOOK, [*form, ("AccountSid", provider.account_sid)]) == 200
        assert tom.sends("STATUS", SOON) == []  # its answer finds a phone that wants nothing
        assert db.session.scalars(select(InboundText.meaning).order_by(InboundText.id)).first() == "stop"
        assert [kind for kind, _, _ in todos()] == ["check_number"]

    def test_a_stop_that_only_the_provider_saw_is_learnt_from_its_refusal(
        self, provider: TwilioStandIn, tom: Phone, marys: Circle
    ) -> None:
        provider.take_inbound(TOM, "STOP")  # the webhook is lost
        marys.ask()
        sending.send_all_due()
        sent = select(Delivery).where(Delivery.recipient_id == marys.world.tom.id)
        assert [(one.state, one.last_code) for one in db.session.scalars(sent)] == [("failed", "21610")]
        assert [kind for kind, _, _ in todos()] == ["check_number"]


class TestLeave:
    """One circle ends, and by JOIN it is as it was."""

    def test_leave_ends_one_circle_and_join_brings_it_back(
        self, provider: TwilioStandIn, tom: Phone, marys: Circle
    ) -> None:
        world, mary = marys.world, Phone(provider, MARY)
        join(world.tom, world.khan_patient, Right.SEE)
        before = grants(world)
        assert before == HAD
        (left,) = tom.sends("leave mary", SOON)
        assert "left the circle of Mary O." in left
        assert "text JOIN MARY within a day" in left
        assert grants(world) == set()
        assert [one.member.patient_id for one in patients.circles_of(world.tom.id)] == [world.khan_patient.id]
        assert any("Tom has left your circle" in one for one in mary.got())
        ((kind, reason, is_done),) = todos()
        assert (kind, is_done) == ("nobody_told", False)
        assert "nobody in it is told about medicines" in reason
        (back,) = tom.sends("Join: mary", LATER)
        assert "in the circle of Mary O. again" in back
        assert grants(world) == before
        assert any("Tom is in your circle again" in one for one in mary.got())
        assert [is_done for _, _, is_done in todos()] == [True]

    def test_what_was_given_is_given_again_and_what_was_stays_written(self, tom: Phone, marys: Circle) -> None:
        tom.sends("LEAVE MARY", SOON)
        tom.sends("JOIN", LATER)  # the only circle there was needs no name
        rows = select(CircleMember).where(CircleMember.person_id == marys.world.tom.id).order_by(CircleMember.id)
        first, second = db.session.scalars(rows)
        assert (first.ended_why, second.ended_at, second.relationship) == ("left", None, "son")
        theirs = select(CircleGrant).where(CircleGrant.member_id == second.id)
        given = {(one.given_by, one.created_at == LATER) for one in db.session.scalars(theirs)}
        assert given == {(marys.world.mary.id, True)}

    def test_after_a_day_it_is_the_patients_to_ask_again(self, tom: Phone, marys: Circle) -> None:
        tom.sends("LEAVE MARY", SOON)
        (answer,) = tom.sends("join, Mary", SOON + timedelta(days=1, minutes=1))
        assert "nobody has read yours" in answer
        assert grants(marys.world) == set()

    def test_who_was_taken_out_does_not_come_back(self, tom: Phone, marys: Circle) -> None:
        with unit_of_work():
            service.end_membership(marys.patient, marys.member_id(marys.world.tom), marys.world.mary.id)
        assert "nobody has read yours" in tom.sends("join, Mary", SOON)[0]
        assert grants(marys.world) == set()

    def test_of_two_that_were_left_it_is_asked_which(self, tom: Phone, marys: Circle) -> None:
        join(marys.world.tom, marys.world.khan_patient, Right.SEE)
        tom.sends("LEAVE MARY", SOON)
        tom.sends("LEAVE IMRAN", SOON)
        assert "JOIN and its name: " in tom.sends("join", LATER)[0]
        assert patients.circles_of(marys.world.tom.id) == []
        assert "circle of Imran K. again" in tom.sends("join: imran", LATER)[0]

    def test_a_hand_that_was_lent_is_free_when_it_leaves(
        self, provider: TwilioStandIn, tom: Phone, marys: Circle
    ) -> None:
        request, ada = marys.ask(), Phone(provider, "+447700900230")
        with unit_of_work():
            helping.take(marys.seen, request.id, marys.tom)
        sending.send_all_due()
        ada.got()
        tom.sends("LEAVE MARY", SOON)
        assert any("Reply GO if you can" in one for one in ada.got())

    def test_the_last_of_family_and_friends_is_missed_at_any_clock(self, tom: Phone, marys: Circle) -> None:
        """The instants of leaving are one, or with a clock that goes on nobody would find what was lost."""
        with unit_of_work():
            service.end_membership(marys.patient, marys.member_id(marys.ada), marys.world.mary.id)
        start = datetime.now(UTC)
        tom.sends("LEAVE MARY", lambda: SOON + (datetime.now(UTC) - start))
        ((_, reason, _),) = todos()
        assert "now no family or friend is in it and nobody in it is told about medicines" in reason
