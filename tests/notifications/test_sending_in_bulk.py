"""Reminders by the hundred: the same outcomes as one by one, each once, and alerts before them."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock, limits
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications import channels, service
from app.notifications.channels import configured
from app.notifications.models import ChannelPause, Delivery, DeliveryAttempt
from app.notifications.service import bulk, sending, settling
from tests.conftest import NOW
from tests.notifications.conftest import outcomes_of, row
from tests.notifications.test_worker import many_readers, queue_up, states, until, working
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn


@pytest.fixture(autouse=True)
def _let_go(provider: TwilioStandIn) -> Iterator[None]:
    yield
    bulk.rest()


def batches(room: int = 2) -> int:
    """Claim and hand over once; how many there were."""
    claimed = bulk.claim(room)
    for one in claimed:
        bulk.hand_over(one)
    return sum(len(one.rows) for one in claimed)


def ids() -> list[UUID]:
    with unit_of_work():
        return list(db.session.scalars(select(Delivery.id).order_by(Delivery.id)))


def test_a_batch_goes_once_and_is_written_as_if_one_by_one(provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 300, "reminder")
    assert batches() == 300
    assert batches() == 0
    assert states() == {"accepted": 300}
    assert len({message["body"] for message in provider.accepted}) == 300
    by_id = {message["sid"]: message for message in provider.accepted}
    for one in ids()[:5]:
        sent = row(one)
        message = by_id[sent.provider_id or ""]
        assert (message["to"], message["body"]) == ("+447700900101", sent.body)
        assert provider.callback_url(message["sid"]).startswith(f"http://localhost/webhooks/twilio/status/{one}")
        assert (sent.provider_status, sent.lease_until, sent.attempts, sent.spent) == ("queued", None, 1, 0)
        assert sent.due_at == NOW + timedelta(minutes=15)
        assert outcomes_of(one) == ["accepted"]
    with unit_of_work():
        attempt = db.session.scalars(select(DeliveryAttempt)).first()
        assert attempt is not None
        assert (attempt.patient_id, attempt.number) == (world.mary_patient.id, 1)


ANSWERS = {
    "too many": (twilio.TOO_MANY, "pending", "not_processed"),
    "broken": (twilio.BROKEN, "unknown", "unknown"),
    "ghost": (twilio.GHOST, "unknown", "unknown"),
    "reset": (twilio.RESET, "unknown", "unknown"),
    "garbage": (twilio.GARBAGE, "unknown", "unknown"),
    "a bad number": (twilio.refuse(21211), "failed", "refused_recipient"),
    "for now": (twilio.refuse(30003), "pending", "recipient_for_now"),
    "content": (twilio.refuse(21617), "failed", "content_or_sender"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_means_the_same_as_one_by_one(name: str, provider: TwilioStandIn, world: World) -> None:
    answer, state, outcome = ANSWERS[name]
    found = []
    for hand_over in (batches, sending.send_all_due):
        queue_up(world, 1, "reminder", many_readers_of(world, name, len(found)))
        provider.script(answer)
        hand_over()
        one = row(ids()[-1])
        found.append((one.state, one.last_outcome, one.last_code, one.spent, outcomes_of(one.id)))
    assert found[0] == found[1]
    assert found[0][:2] == (state, outcome)


def many_readers_of(world: World, name: str, number: int) -> list[UUID]:
    """A reader each, for a number that is found bad stays so."""
    readers = many_readers(world, 2) if number == 0 else _readers
    _readers[:] = readers
    return [readers[number]]


_readers: list[UUID] = []


def test_a_provider_that_refuses_connections_is_tried_again(app: Flask, provider: TwilioStandIn, world: World) -> None:
    gone = dataclasses.replace(
        app.config["KITH"],
        sms_channel="twilio",
        twilio_account_sid="AC1",
        twilio_auth_tokens=("token",),
        twilio_from_number="+447700900000",
        twilio_base_url="http://127.0.0.1:1",
    )
    app.extensions["channels"] |= {"sms": configured.by_name(gone)["sms"]}
    queue_up(world, 3, "reminder")
    batches()
    bulk.rest()
    assert states() == {"pending": 3}
    assert outcomes_of(ids()[0]) == ["not_processed"]


def test_what_a_killed_worker_held_is_looked_up_before_it_is_sent(provider: TwilioStandIn, world: World) -> None:
    """Half of the batch was at the provider when it died; nothing was written."""
    queue_up(world, 20, "reminder")
    [batch] = bulk.claim(1)
    held = batch.rows
    channel = channels.of_this_app()
    for due in held[:10]:
        handover = sending.prepared(due, sending.situation_of(due))
        assert isinstance(handover, channels.Handover)
        channel.send(handover)
    with clock.at(NOW + sending.LEASE + timedelta(seconds=1)):
        assert batches() == 20
        assert states() == {"unknown": 20}
        sending.send_all_due()
    assert states() == {"accepted": 20}
    assert Counter(message["body"] for message in provider.accepted) == {f"reminder {n}": 1 for n in range(20)}


def test_a_poisoned_row_holds_up_none_of_its_batch(provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 50, "reminder")
    with unit_of_work():
        bad = (Delivery.id.in_(ids()[:5]),)
        db.session.execute(update(Delivery).where(*bad).values(body_sealed=b"\x02t1 not what was sealed"))
    batches()
    assert states() == {"accepted": 45, "pending": 5}
    assert {row(one).last_outcome for one in ids()[:5]} == {"error"}


def test_what_is_too_late_is_stale_and_is_told_to_nobody(provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 10, "reminder")
    with clock.at(NOW + timedelta(hours=2)):
        batches()
    assert states() == {"stale": 10}
    assert provider.requests == 0


def test_a_person_without_a_phone_is_nobodys_loss(provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 4, "reminder", [world.priya.id, world.tom.id])
    with unit_of_work():
        db.session.execute(update(Person).where(Person.id == world.tom.id).values(phone_sealed=None))
    batches()
    assert states() == {"accepted": 2, "failed": 2}


def test_a_channel_that_was_stopped_is_tried_with_one(provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 10, "reminder")
    with unit_of_work():
        db.session.add(ChannelPause(channel="sms", since=NOW, until=NOW))
    batches()
    assert states() == {"accepted": 1, "pending": 9}
    assert batches() == 9
    assert states() == {"accepted": 10}


def test_a_message_that_another_took_for_its_own_goes_back(provider: TwilioStandIn, world: World) -> None:
    """One of the batch has an id that is written already: the batch is written one by one."""
    queue_up(world, 3, "reminder")
    [batch] = bulk.claim(1)
    with unit_of_work():
        other = service.tell(
            organisation_id=world.organisation.id, patient_id=world.mary_patient.id, recipient_id=world.priya.id,
            about="alert", about_id=world.mary_patient.id, kind="message", body="reminder 0",
        )  # fmt: skip
        first = "SM" + "0" * 32
        db.session.execute(update(Delivery).where(Delivery.id == other).values(provider_id=first, state="accepted"))
    now = clock.now()
    ending = sending.came_to(
        sending.situation_of(batch.rows[0]), channels.Attempt(settling.Outcome.ACCEPTED, first, "queued")
    )
    bulk._settle([(batch.rows[0], ending, 1)])
    assert (row(batch.rows[0].id).provider_id, row(other).provider_id) == (first, None)
    assert row(batch.rows[0].id).due_at > now


def test_what_was_not_begun_in_time_is_put_back(provider: TwilioStandIn, world: World) -> None:
    queue_up(world, 5, "reminder")
    [batch] = bulk.claim(1)
    late = dataclasses.replace(batch, claimed=batch.claimed - bulk.BEGIN_WITHIN.total_seconds())
    bulk.hand_over(late)
    assert (provider.requests, states()) == (0, {"pending": 5})
    assert batches() == 5


def test_a_senders_rate_leaves_a_fifth_to_others(app: Flask, provider: TwilioStandIn, world: World) -> None:
    settings = app.config["KITH"]
    app.config["KITH"] = dataclasses.replace(settings, sms_per_second=10)
    try:
        queue_up(world, 30, "reminder")
        assert [batches(), batches()] == [8, 0]
        with clock.at(NOW + timedelta(seconds=1)):
            assert [batches(), batches()] == [8, 0]
    finally:
        app.config["KITH"] = settings


def test_a_share_is_taken_together(world: World) -> None:
    taken = [limits.take("share", 40, allowed=100, per=timedelta(seconds=1)) for _ in range(4)]
    assert taken == [40, 40, 20, 0]


def test_alerts_overtake_reminders(app: Flask, provider: TwilioStandIn, world: World) -> None:
    with clock.at(lambda: datetime.now(UTC)):
        provider.storm({twilio.slow(0.2): 1.0})
        queue_up(world, 1500, "reminder")
        with working(app):
            until(lambda: len(provider.accepted) > 20)
            queue_up(world, 10, "alert")
            overtaken = len(provider.accepted)
            until(lambda: len([m for m in provider.accepted if m["body"].startswith("alert")]) == 10)
            order = [str(message["body"]) for message in provider.accepted]
            assert max(place for place, body in enumerate(order) if body.startswith("alert")) - overtaken < 800
            until(lambda: states() == {"accepted": 1510})
    assert len({message["body"] for message in provider.accepted}) == 1510
    assert threading.active_count() < 60


def test_a_sandbox_takes_them_too(world: World) -> None:
    """No channel in bulk there: one by one."""
    app_channels = channels.all_of_this_app()
    before = app_channels["sms"]
    app_channels["sms"] = configured.SandboxChannel()
    try:
        queue_up(world, 3, "reminder")
        assert batches() == 3
    finally:
        app_channels["sms"] = before
    assert states() == {"delivered": 3}
