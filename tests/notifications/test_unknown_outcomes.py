"""A lost answer is neither a failure nor a success: it is settled before anything is sent twice."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications import channels
from app.notifications.models import Delivery
from app.notifications.service import sending
from tests.conftest import NOW
from tests.notifications.conftest import Tell, outcomes_of, row, send_at
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

SOON = NOW + timedelta(seconds=15)


@pytest.mark.parametrize("kind", ["alert", "reminder", "message", "code"])
@pytest.mark.parametrize("lost", [twilio.GHOST, twilio.GARBAGE], ids=["ghost", "garbage"])
def test_what_the_provider_has_is_found_and_not_sent_again(
    provider: TwilioStandIn, tell: Tell, kind: str, lost: twilio.Answer
) -> None:
    provider.script(lost)
    delivery_id = tell(kind=kind)
    sending.send_all_due()
    assert row(delivery_id).state == "unknown"
    send_at(SOON)
    [message] = provider.accepted
    assert (row(delivery_id).state, row(delivery_id).provider_id) == ("accepted", message["sid"])
    assert outcomes_of(delivery_id) == ["unknown", "accepted"]
    assert provider.requests == 1


@pytest.mark.parametrize("lost", [twilio.BROKEN, twilio.RESET], ids=["500", "reset"])
def test_what_the_provider_has_not_is_sent_again(provider: TwilioStandIn, tell: Tell, lost: twilio.Answer) -> None:
    provider.script(lost)
    delivery_id = tell(kind="reminder")
    sending.send_all_due()
    send_at(SOON)
    assert row(delivery_id).state == "accepted"
    assert len(provider.accepted) == 1
    assert provider.requests == 2


def test_a_callback_settles_it_before_anybody_asks(provider: TwilioStandIn, tell: Tell) -> None:
    provider.script(twilio.GHOST)
    delivery_id = tell()
    sending.send_all_due()
    [message] = provider.accepted
    assert provider.call_back(message["sid"], "sent") == 204
    assert (row(delivery_id).state, row(delivery_id).provider_id) == ("accepted", message["sid"])
    send_at(SOON)
    assert provider.requests == 1
    assert outcomes_of(delivery_id) == ["unknown"]


def test_when_the_provider_cannot_be_asked_only_an_alert_is_sent_again(provider: TwilioStandIn, tell: Tell) -> None:
    provider.cannot_be_asked = True
    provider.script(twilio.GHOST, twilio.GHOST)
    alert, reminder = tell(), tell(kind="reminder", body="Kith: it is time.")
    sending.send_all_due()
    send_at(SOON)
    assert [message["body"] for message in provider.accepted].count("Kith: it is time.") == 1
    assert (row(alert).state, row(reminder).state) == ("accepted", "unknown")
    assert len(provider.accepted) == 3
    assert row(alert).spent == 1


def test_an_alert_is_not_doubled_for_ever(provider: TwilioStandIn, tell: Tell) -> None:
    provider.cannot_be_asked = True
    provider.storm({twilio.GHOST: 1.0})
    alert = tell()
    moment = NOW
    for _ in range(20):
        send_at(moment := moment + timedelta(seconds=70))
    assert len(provider.accepted) == 4
    assert row(alert).state == "unknown"


def test_a_sender_that_never_came_back_is_asked_about(provider: TwilioStandIn, tell: Tell) -> None:
    """Killed between hand-over and mark: the lease runs out, the provider is asked, nothing is sent twice."""
    delivery_id, untouched = tell(), tell(body="Kith: another.")
    for taken in sending.claim(2)[:1]:
        channels.of_this_app().send(channels.Handover(taken.id, "+447700900101", _body(taken.id), timedelta(minutes=5)))
    assert send_at(NOW + timedelta(seconds=29)) == 0
    assert send_at(NOW + timedelta(seconds=31)) == 2
    assert {row(delivery_id).state, row(untouched).state} == {"accepted"}
    assert len(provider.accepted) == 2


def test_a_mark_that_comes_after_the_lease_still_counts(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    [late] = sending.claim(1)
    with clock.at(NOW + timedelta(seconds=31)):
        [other] = sending.claim(1)
        sending.hand_over(late)
        sending.hand_over(other)
    [message] = provider.accepted  # the second asked first, and found it
    assert (row(delivery_id).state, row(delivery_id).provider_id) == ("accepted", message["sid"])


def test_a_failure_after_the_lease_does_not_undo_what_somebody_else_does(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    [late] = sending.claim(1)
    provider.script(twilio.refuse(21602))
    with clock.at(NOW + timedelta(seconds=31)):
        [other] = sending.claim(1)
        sending.hand_over(late)
        assert row(delivery_id).state == "pending"
        sending.hand_over(other)
    assert row(delivery_id).state == "accepted"


def test_an_earlier_try_that_failed_is_not_taken_for_this_one(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    sending.send_all_due()
    [first] = provider.accepted
    provider.set_status(first["sid"], "undelivered", 30003)
    provider.call_back(first["sid"], "undelivered", 30003)
    assert (row(delivery_id).state, row(delivery_id).provider_id) == ("pending", None)
    provider.script(twilio.RESET)
    send_at(NOW + timedelta(minutes=16))
    assert row(delivery_id).state == "unknown"
    send_at(NOW + timedelta(minutes=17))
    assert len(provider.accepted) == 2
    assert row(delivery_id).provider_id == provider.accepted[1]["sid"]


def test_twins_with_one_lost_answer_are_both_sent(provider: TwilioStandIn, tell: Tell) -> None:
    """Two equal texts to one person: the one that only looked its message up gives it back to its owner."""
    with clock.at(NOW - timedelta(seconds=1)):
        owner = tell()
    twin = tell()
    assert sending.claim(1)[0].id == owner
    handed_over = channels.of_this_app().send(
        channels.Handover(owner, "+447700900101", _body(owner), timedelta(minutes=5))
    )
    with unit_of_work():
        db.session.get_one(Delivery, twin).state = "unknown"
    sending.send_all_due()
    assert row(twin).provider_id == handed_over.provider_id
    assert provider.call_back(str(handed_over.provider_id), "delivered") == 204
    assert (row(owner).state, row(owner).provider_id) == ("delivered", handed_over.provider_id)
    assert row(twin).state == "unknown"
    send_at(SOON)
    assert row(twin).state == "accepted"
    assert len(provider.accepted) == 2


def test_an_answer_of_the_provider_beats_a_look_up(app: Flask, provider: TwilioStandIn, tell: Tell) -> None:
    with clock.at(NOW - timedelta(seconds=1)):
        owner = tell()
    twin = tell()
    begun, until = threading.Event(), threading.Event()
    provider.script(twilio.Answer(accepts=True, after=8, begun=begun, until=until))
    [first] = sending.claim(1)

    def hand_over() -> None:
        with app.app_context():
            sending.hand_over(first)

    sender = threading.Thread(target=hand_over)
    sender.start()
    assert begun.wait(5)
    with unit_of_work():
        db.session.get_one(Delivery, twin).state = "unknown"
    sending.send_all_due()
    assert row(twin).state == "accepted"
    until.set()
    sender.join(5)
    assert row(owner).state == "accepted"
    assert row(twin).state == "unknown"


def _body(delivery_id: UUID) -> str:
    return row(delivery_id).body or ""
