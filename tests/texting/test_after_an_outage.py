"""Texts that waited because no worker worked are the machine's; only what it has tried and cannot do is people's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.core import clock, wake
from app.core.db import db
from app.core.queue import Queue
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.models import Delivery, InboundText, OutOfReach
from app.notifications.service import receiving, sending
from app.readings.models import Reading
from app.texting import jobs as text_jobs
from app.texting.service import unread
from app.todos.models import Todo
from tests.conftest import NOW
from tests.notifications.conftest import Tell
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.conftest import Refusing
from tests.texting.on_a_phone import WEBHOOK, working
from tests.texting.test_joining import invite
from tests.texting.test_unread import left_alone
from tests.texting.texted import MARY, PRIYA, TOM

AFTERWARDS = NOW + timedelta(minutes=12)
GONE = "+447700900777"


def comes(provider: TwilioStandIn, body: str, sender: str = MARY) -> None:
    """The web takes it; no worker is there."""
    assert provider.deliver_inbound(WEBHOOK, sender, body) == 200


def give() -> None:
    with clock.at(AFTERWARDS), working():
        text_jobs.JOBS[0].work()


def todos() -> list[tuple[str, str]]:
    db.session.expire_all()
    return [(one.kind, one.reason or "") for one in db.session.scalars(select(Todo).order_by(Todo.created_at))]


def handle_all() -> None:
    """Have a worker do the tasks that wait."""
    with unit_of_work():
        waiting = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
    for name, facts in waiting:
        if name == receiving.HANDLE:
            with clock.at(AFTERWARDS), working():
                receiving.handle(**facts)


def tried_in_vain(app: Flask) -> None:
    """A worker takes the task, it fails, and it waits to be tried again."""
    queue = Queue(app, wake.conninfo(app.config["SQLALCHEMY_DATABASE_URI"]))

    def handle(inbound_id: str) -> None:
        with working():
            receiving.handle(inbound_id)

    queue.declare(receiving.HANDLE, handle)
    stop = threading.Event()
    worker = threading.Thread(target=queue.work, args=(stop,), daemon=True)
    worker.start()
    until(
        lambda: list(db.session.scalars(text("select attempts from procrastinate_jobs where status = 'todo'"))) == [1]
    )
    stop.set()
    worker.join(8)
    assert not worker.is_alive()


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(400):
        with unit_of_work():
            if holds():
                return
        pause.wait(0.05)
    raise AssertionError("it never came to that")


def test_what_waited_for_a_worker_is_handled_by_it(provider: TwilioStandIn, world: World) -> None:
    comes(provider, "BP 152/95")
    comes(provider, "STOP", TOM)
    give()
    assert todos() == []
    handle_all()
    assert list(db.session.scalars(select(Reading.value).where(Reading.source == "sms"))) == [152]
    assert list(db.session.scalars(select(OutOfReach.why))) == ["opted_out"]
    assert unread.KIND not in dict(todos())


def test_what_a_worker_has_tried_in_vain_is_for_people(
    app: Flask, provider: TwilioStandIn, refusing: Refusing, world: World
) -> None:
    with unit_of_work():
        db.session.execute(text("delete from procrastinate_jobs"))
    comes(provider, "START")
    with refusing("inbound_text", "meaning is distinct from 'start'"):
        tried_in_vain(app)
        with unit_of_work():  # as after the fifth time: it waits for minutes
            db.session.execute(text("update procrastinate_jobs set scheduled_at = now() + interval '4 minutes'"))
        give()
    ((kind, reason),) = todos()
    assert kind == unread.KIND
    assert "“START” Call Mary now." in reason


def test_whose_number_was_corrected_meanwhile_is_still_whoever_sent_it(world: World) -> None:
    left_alone("I feel faint")
    with unit_of_work():
        db.session.get_one(Person, world.mary.id).phone = GONE
    give()
    ((_, reason),) = todos()
    assert "“I feel faint” Call Mary now." in reason


def test_an_invited_phone_is_asked_to_say_it_again(client: FlaskClient, provider: TwilioStandIn, world: World) -> None:
    invite(client, world, "07700 900777")
    sending.send_all_due()
    before = len(provider.accepted)
    left_alone("JOIN ZOE BERG", sender=GONE)
    give()
    with clock.at(AFTERWARDS):
        sending.send_all_due()
    (said,) = [one["body"] for one in provider.accepted[before:]]
    assert "to say yes reply JOIN and your full name" in said
    assert list(db.session.scalars(select(InboundText.meaning))) == [None]


def test_somebody_of_the_team_answers_an_alert(tell: Tell, world: World) -> None:
    """They are in no circle; the patient of the alert is whom it is about."""
    tell()
    left_alone("I cannot go, please call her", sender=PRIYA)
    give()
    ((kind, reason),) = todos()
    assert kind == unread.KIND
    assert "I cannot go" in reason


def test_whose_texts_nobody_reads_any_more_is_told_so(world: World) -> None:
    left_alone("Hello again", sender=PRIYA)
    give()
    assert todos() == []
    (answer,) = db.session.scalars(select(Delivery).where(Delivery.recipient_id == world.priya.id))
    assert "Kith" in (answer.body or "")
    assert list(db.session.scalars(select(InboundText.meaning))) == [None]
