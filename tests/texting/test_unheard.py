"""No text is answered by silence: somebody reads it, or its sender is told that nobody does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.messages.models import Thread
from app.messages.service import claiming
from app.notifications.models import Delivery
from app.notifications.service import sending, unheard
from app.patients import queries as patients
from app.patients import service
from app.patients.by import By
from app.patients.models import Patient
from app.patients.service import changing
from app.readings.models import Reading
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World
from tests.texting.texted import MARY, PRIYA, TOM, join, said, texted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDS = "BP 210/120, chest hurts"
TO_TEAM = "your message is with the care team"


def end(patient: Patient) -> None:
    with unit_of_work():
        changing.end_care(patients.admitted_one(patient.id), "discharged")


def looked_at() -> list[str]:
    rows = db.session.scalars(select(Todo).where(Todo.kind == unheard.KIND).order_by(Todo.created_at, Todo.id))
    return [one.reason or "" for one in rows]


class TestAfterTheEndOfCare:
    """What was a patient's own number a week ago is still in their phone."""

    @pytest.fixture(autouse=True)
    def ended(self, world: World) -> None:
        end(world.mary_patient)

    def test_it_is_said_that_nobody_reads_it_and_a_person_looks_at_it(self, world: World) -> None:
        reply = said(WORDS)
        assert "care with this team has ended, so nobody would see this. Call your GP, or 111" in reply
        (reason,) = looked_at()
        assert "Mary Okafor has texted, though the care of Mary Okafor ended on 18 November" in reason
        assert WORDS in reason
        assert db.session.scalars(select(Reading).where(Reading.source == "sms")).all() == []

    def test_the_answer_leaves(self, world: World) -> None:
        said(WORDS)
        sending.send_all_due()
        sent = select(Delivery.state).where(Delivery.recipient_id == world.mary.id, Delivery.about == "inbound")
        assert list(db.session.scalars(sent)) == ["delivered"]

    def test_it_is_answered_once_a_day_and_looked_at_as_often_as_it_comes(self) -> None:
        said(WORDS)
        assert texted("are you there") == []
        assert len(looked_at()) == 2
        with clock.at(NOW + DAY):
            assert len(texted("hello")) == 1

    def test_two_machines_fill_no_list(self) -> None:
        for number in range(9):
            texted(f"I am driving {number}")
        assert len(looked_at()) == unheard.MOST_LOOKED_AT

    def test_a_month_later_it_is_answered_alone(self) -> None:
        with clock.at(NOW + timedelta(days=31)):
            assert "has ended" in said(WORDS)
        assert looked_at() == []

    def test_a_carer_is_told_the_same(self, world: World) -> None:
        assert "has ended" in said("Mum fell", TOM)
        (reason,) = looked_at()
        assert "Tom Okafor has texted, though the care of Mary Okafor ended" in reason

    def test_stop_is_left_to_the_provider(self) -> None:
        assert texted("STOP") == []
        assert looked_at() == []

    def test_somebody_who_is_still_in_a_running_circle_is_heard_there(self, world: World) -> None:
        join(world.tom, world.khan_patient, Right.ACT, category=Category.READINGS)
        assert "saved" in said("BP 122/78", TOM)
        assert looked_at() == []


class TestInNoCircle:
    """People we know who are nobody's carer or patient."""

    def test_a_member_who_left_is_told_that_nobody_reads_it(self, world: World) -> None:
        place = next(
            one
            for one in patients.circle(patients.admitted_one(world.mary_patient.id))
            if one.person.id == world.tom.id
        )
        with unit_of_work():
            service.end_membership(patients.admitted_one(world.mary_patient.id), place.member.id, world.mary.id)
        assert "nobody has read yours. Not for emergencies: call 999, or 111" in said("Mum fell", TOM)
        assert looked_at() == []

    def test_so_is_one_who_left_by_text_just_now(self, world: World) -> None:
        said("LEAVE MARY", TOM)
        assert "nobody has read yours" in said("Mum fell", TOM)
        assert texted("hello?", TOM) == []

    def test_so_is_somebody_of_the_team(self, world: World) -> None:
        assert "nobody has read yours" in said("GO", PRIYA)


class TestWhileTheTeamTalks:
    """Nobody of the team and no machine speak at once; but nobody waits for somebody who has gone home."""

    @pytest.fixture(autouse=True)
    def claimed(self, world: World) -> None:
        assert TO_TEAM in said("I do not feel myself since Sunday")
        thread = db.session.scalars(select(Thread)).one()
        with unit_of_work():
            mary = patients.admitted_one(world.mary_patient.id)
            claiming.claim(mary, thread.id, By(world.priya.id, Role.COORDINATOR))

    def test_nothing_is_said_between_them(self) -> None:
        with clock.at(NOW + HOUR):
            assert texted("and my legs are heavy", MARY) == []

    def test_in_the_evening_it_is_said_who_reads_it_and_when(self) -> None:
        with clock.at(NOW + 13 * HOUR):
            assert TO_TEAM in said("it is worse now", MARY)

    def test_what_was_taken_yesterday_is_everybodys_again(self) -> None:
        with clock.at(NOW + DAY):
            assert TO_TEAM in said("is anybody there", MARY)
