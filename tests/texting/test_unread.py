"""A text that fails is not lost: what was measured stands, people hear of it, and operators see what waits."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.alerts.models import Alert
from app.core import clock, jobs, operations, reruns, scheduler
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.messages.models import ThreadMessage
from app.notifications.models import Delivery, InboundText
from app.notifications.service import receiving
from app.patients.by import By
from app.programmes.models import TextAsk
from app.programmes.service import starting
from app.readings.models import Reading
from app.texting import jobs as text_jobs
from app.texting.service import unread
from app.todos.models import Todo
from tests.conftest import NOW
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.conftest import Refusing
from tests.texting.on_a_phone import Phone, at, tick, with_home_blood_pressure, working
from tests.texting.texted import MARY, TOM, join, texted

MINUTE = timedelta(minutes=1)
NO_ANSWER = "about <> 'inbound'"
WORDS = "My chest hurts since the morning"


def todos() -> list[tuple[str, bool]]:
    """What people are to read, and whether that is over."""
    db.session.expire_all()
    found = db.session.scalars(select(Todo).where(Todo.kind == unread.KIND).order_by(Todo.patient_id))
    return [(one.reason or "", one.done_at is not None) for one in found]


def left_alone(*bodies: str, sender: str = MARY) -> list[str]:
    """Texts whose tasks have died; gives their ids."""
    with unit_of_work():
        for number, body in enumerate(bodies):
            receiving.keep({"MessageSid": f"SM{number:032}", "From": sender, "Body": body})
        db.session.execute(text("delete from procrastinate_jobs"))
    return [str(one) for one in db.session.scalars(select(InboundText.id).order_by(InboundText.id))]


def waiting_tasks() -> list[str]:
    """The texts that a worker comes to next."""
    found = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
    db.session.commit()
    return [facts["inbound_id"] for name, facts in found if name == receiving.HANDLE]


def give() -> None:
    with working():
        text_jobs.JOBS[0].work()


class TestReadings:
    """Nothing that comes afterwards takes a reading along."""

    def test_a_red_one_stands_with_its_alert_though_it_cannot_be_answered(
        self, refusing: Refusing, world: World
    ) -> None:
        with refusing("delivery", NO_ANSWER):
            assert texted("sats 84 on air") == []
        assert list(db.session.scalars(select(Reading.value).where(Reading.source == "sms"))) == [84]
        assert [one.state for one in db.session.scalars(select(Alert))] == ["open"]

    def test_it_stands_and_is_answered_though_what_waited_for_it_cannot_be_settled(
        self, refusing: Refusing, provider: TwilioStandIn, world: World
    ) -> None:
        phone, evening = Phone(provider, MARY), NOW.replace(hour=18)
        with working():
            starting.start(with_home_blood_pressure(world), [time(8), time(18)], By(world.priya.id, Role.COORDINATOR))
        tick()
        phone.sends("JOIN", NOW + MINUTE)
        at(evening)
        with refusing("text_ask", "state <> 'answered'"):
            assert "it is saved" in phone.sends("128/82", evening + MINUTE)[-1]
        assert list(db.session.scalars(select(TextAsk.state))) == ["asked"]
        at(evening + timedelta(hours=2))
        assert list(db.session.scalars(select(TextAsk.state))) == ["answered"]
        assert list(db.session.scalars(select(Reading.value).where(Reading.source == "sms"))) == [128]

    def test_one_that_cannot_be_kept_is_told_to_people_until_it_can(self, refusing: Refusing, world: World) -> None:
        with refusing("reading", "source <> 'sms'"):
            assert texted("sats 84 on air") == []
        ((reason, is_over),) = todos()
        assert "“sats 84 on air” Call Mary now." in reason
        assert not is_over
        (due,) = db.session.scalars(select(Todo.due_at).where(Todo.kind == unread.KIND))
        assert due - NOW <= timedelta(hours=1)
        with clock.at(NOW + MINUTE), working():
            assert reruns.run_due() == 1
        assert todos() == [(reason, True)]
        assert [one.state for one in db.session.scalars(select(Alert))] == ["open"]


class TestWords:
    """What is for people reaches them, whatever fails."""

    def test_words_that_fail_are_in_a_to_do_and_after_the_rerun_in_the_inbox(
        self, refusing: Refusing, world: World
    ) -> None:
        with refusing("delivery", NO_ANSWER):
            assert texted(WORDS) == []
        assert db.session.scalars(select(ThreadMessage)).all() == []
        ((reason, _),) = todos()
        assert reason.startswith("A text of Mary Okafor of 10:00 on 18 November could not be handled. “My chest hurts")
        with clock.at(NOW + MINUTE), working():
            reruns.run_due()
        assert [one.body for one in db.session.scalars(select(ThreadMessage))] == [WORDS]
        assert todos() == [(reason, True)]

    def test_of_somebody_in_two_circles_both_teams_are_to_call_and_neither_is_shown_it(
        self, refusing: Refusing, world: World
    ) -> None:
        for patient in (world.mary_patient, world.khan_patient):
            join(world.tom, patient, Right.SEE, Right.ACT, category=Category.READINGS)
        with refusing("delivery", NO_ANSWER):
            texted("BP 212/121", TOM)
        found = todos()
        assert len(found) == 2
        assert all("Call Tom now and ask." in reason and "212" not in reason for reason, _ in found)
        with clock.at(NOW + MINUTE), working():
            reruns.run_due()
        assert [is_over for _, is_over in todos()] == [True, True]


class TestLeftAlone:
    """Its task has died: after two minutes operators see it, after ten people have it."""

    @staticmethod
    def failing(app: Flask) -> dict[str, str]:
        scheduler.run(app, jobs.JOBS[0])
        with unit_of_work():
            answer = operations.ready()
        assert answer.status_code == 200
        found: dict[str, str] = answer.get_json()["failing"]
        return found

    def test_operators_see_what_waits(self, app: Flask, world: World) -> None:
        left_alone(WORDS)
        with clock.at(NOW + 2 * MINUTE):
            assert "texts in" not in self.failing(app)
        with clock.at(NOW + 3 * MINUTE):
            assert "not handled: 1, the oldest since 10:00" in self.failing(app)["texts in"]

    def test_people_get_it_once_and_its_sender_is_told(self, world: World) -> None:
        (one,) = left_alone(WORDS)
        with clock.at(NOW + 9 * MINUTE):
            give()
        assert todos() == []
        with clock.at(NOW + 10 * MINUTE):
            give()
            give()
            with working():
                receiving.handle(one)  # its task comes after all
        ((reason, _),) = todos()
        assert WORDS in reason
        (answer,) = db.session.scalars(select(Delivery).where(Delivery.recipient_id == world.mary.id))
        assert "your message is with the care team" in (answer.body or "")

    def test_of_somebody_in_two_circles_it_is_asked_for_in_other_words(self, world: World) -> None:
        for patient in (world.mary_patient, world.khan_patient):
            join(world.tom, patient, Right.SEE)
        left_alone(WORDS, sender=TOM)
        with clock.at(NOW + 10 * MINUTE):
            give()
        assert [WORDS in reason for reason, _ in todos()] == [False, False]
        (answer,) = db.session.scalars(select(Delivery).where(Delivery.recipient_id == world.tom.id))
        assert "Please write it once more in other words" in (answer.body or "")

    def test_what_cannot_be_handled_holds_up_what_comes_after_no_longer(self, refusing: Refusing, world: World) -> None:
        first, second, third = left_alone("START", "sats 84 on air", "START")
        with refusing("inbound_text", "meaning is distinct from 'start'"):
            for one in (first, second, third):
                with pytest.raises(IntegrityError), working():
                    receiving.handle(one)
            with clock.at(NOW + 11 * MINUTE):
                give()
                assert ["START" in reason for reason, _ in todos()] == [True]
                assert waiting_tasks() == [second]
                with working():
                    receiving.handle(second)
                give()
        assert db.session.scalars(select(Reading.value).where(Reading.source == "sms")).all() == [84]
        assert [one.state for one in db.session.scalars(select(Alert))] == ["open"]
        assert ["START" in reason for reason, _ in todos()] == [True, True]
        assert None not in db.session.scalars(select(InboundText.handled_at)).all()

    def test_a_phone_nobody_knows_is_nobodys(self, world: World) -> None:
        left_alone(WORDS, sender="+447700900999")
        with clock.at(NOW + 10 * MINUTE):
            give()
        assert todos() == []
