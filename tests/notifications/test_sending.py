"""Handing deliveries over: every class of outcome, at Twilio's own protocol and on a real database."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import func, select, text

from app.core import events
from app.core.db import db
from app.core.events import Handler
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications import service
from app.notifications.events import DeliveryFailed
from app.notifications.models import ChannelPause, Delivery
from app.notifications.service import sending
from app.patients.models import CircleMember
from app.todos.models import Todo
from tests.conftest import NOW
from tests.notifications.conftest import BODY, Tell, outcomes_of, row, send_at
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

_failed: list[DeliveryFailed] = []


@pytest.fixture(autouse=True)
def failures() -> list[DeliveryFailed]:
    """What is published about people who could not be told."""
    _failed.clear()
    events.subscribe(DeliveryFailed, Handler("note it in a test", lambda event: event, _failed.append))
    return _failed


def todos() -> list[tuple[str, str | None]]:
    with unit_of_work():
        return [(todo.kind, todo.reason) for todo in db.session.scalars(select(Todo))]


def test_a_text_is_handed_over_once_with_what_became_of_it(provider: TwilioStandIn, tell: Tell) -> None:
    delivery_id = tell()
    assert sending.send_all_due() == 1
    [message] = provider.accepted
    assert (message["to"], message["body"]) == ("+447700900101", BODY)
    assert provider.callback_url(message["sid"]).startswith(f"http://localhost/webhooks/twilio/status/{delivery_id}")
    sent = row(delivery_id)
    assert (sent.state, sent.provider_id, sent.provider_status) == ("accepted", message["sid"], "queued")
    assert (sent.lease_until, sent.attempts, sent.spent, sent.settled_at) == (None, 1, 0, None)
    assert outcomes_of(delivery_id) == ["accepted"]
    assert send_at(NOW + timedelta(hours=1)) == 0


def test_a_row_in_another_slices_statement_is_the_same(provider: TwilioStandIn, world: World) -> None:
    with unit_of_work():
        made = service.delivery_row(
            organisation_id=world.organisation.id,
            patient_id=world.mary_patient.id,
            recipient_id=world.priya.id,
            about="alert",
            about_id=world.mary_patient.id,
            kind="alert",
            body=BODY,
        )
        db.session.execute(text(service.INSERT_FROM_JSON), {"deliveries": orjson.dumps([made]).decode()})
    assert sending.send_all_due() == 1
    assert provider.accepted[0]["body"] == BODY


def test_a_transaction_that_fails_tells_nobody(provider: TwilioStandIn, world: World) -> None:
    def failing() -> None:
        with unit_of_work():
            service.tell(
                organisation_id=world.organisation.id,
                patient_id=None,
                recipient_id=world.priya.id,
                about="alert",
                about_id=world.priya.id,
                kind="alert",
                body=BODY,
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert sending.send_all_due() == 0
    assert provider.requests == 0


def test_429_is_tried_again_after_the_wait_it_asks_for(provider: TwilioStandIn, tell: Tell) -> None:
    provider.script(twilio.Answer(429, 20429, retry_after="30"), twilio.TOO_MANY)
    delivery_id = tell()
    sending.send_all_due()
    assert row(delivery_id).state == "pending"
    assert send_at(NOW + timedelta(seconds=29)) == 0
    assert send_at(NOW + timedelta(seconds=32)) == 1
    assert send_at(NOW + timedelta(seconds=40)) == 1
    assert outcomes_of(delivery_id) == ["not_processed", "not_processed", "accepted"]
    assert (row(delivery_id).attempts, row(delivery_id).spent) == (3, 0)


def test_a_bad_number_is_never_tried_again_and_somebody_is_asked_to_check(
    provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]
) -> None:
    provider.script(twilio.refuse(21211))
    first = tell()
    sending.send_all_due()
    assert (row(first).state, row(first).last_code) == ("failed", "21211")
    second = tell()
    sending.send_all_due()
    assert row(second).state == "failed"
    assert provider.requests == 1
    assert [(event.reason, event.is_final) for event in failures] == [("refused_recipient", True)] * 2
    [(kind, reason)] = todos()
    assert kind == "check_number"
    assert reason == "Priya Shah cannot be reached by text: the network says that the number cannot take texts."


def test_who_opted_out_is_left_in_peace(provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]) -> None:
    provider.take_inbound("+447700900101", "STOP")
    delivery_id = tell()
    sending.send_all_due()
    tell()
    sending.send_all_due()
    assert (row(delivery_id).state, row(delivery_id).last_code) == ("failed", "21610")
    assert provider.requests == 1
    assert [event.reason for event in failures] == ["opted_out", "opted_out"]
    assert "STOP" in str(todos()[0][1])


def test_a_phone_that_is_off_gets_one_more_after_a_quarter_of_an_hour(
    provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]
) -> None:
    provider.script(twilio.refuse(30003), twilio.refuse(30003))
    delivery_id = tell()
    sending.send_all_due()
    assert send_at(NOW + timedelta(minutes=14)) == 0
    assert failures == []
    assert send_at(NOW + timedelta(minutes=15)) == 1
    assert row(delivery_id).state == "failed"
    assert [event.reason for event in failures] == ["recipient_for_now"]


def test_content_that_cannot_be_sent_is_given_up_aloud(
    provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]
) -> None:
    delivery_id = tell(body="a" * 5000)
    sending.send_all_due()
    assert row(delivery_id).state == "failed"
    assert [(event.delivery_id, event.reason) for event in failures] == [(delivery_id, "content_or_sender")]


def test_a_refused_account_stops_the_channel_and_loses_nothing(
    provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]
) -> None:
    provider.script(twilio.refuse(20003, 401), twilio.refuse(20003, 401))
    first, second = tell(), tell(kind="message")
    taken = sending.claim(1)
    sending.hand_over(taken[0])
    assert sending.send_all_due() == 0  # the second waits without being tried
    assert [event.is_final for event in failures] == [False]
    with unit_of_work():
        assert db.session.get_one(ChannelPause, "sms").resumed_at is None
    assert send_at(NOW + timedelta(seconds=61)) >= 1
    assert send_at(NOW + timedelta(seconds=125)) >= 1
    assert [row(first).state, row(second).state] == ["accepted", "accepted"]
    with unit_of_work():
        assert db.session.get_one(ChannelPause, "sms", populate_existing=True).resumed_at is not None
    assert len(failures) == 1


def test_what_is_too_late_to_be_of_use_is_not_sent(provider: TwilioStandIn, tell: Tell) -> None:
    late = {kind: tell(kind=kind) for kind in ("reminder", "message", "code", "alert")}
    soon = tell(kind="reminder", useful_until=NOW + timedelta(minutes=5))
    assert send_at(NOW + timedelta(hours=5)) == 5
    assert {kind: row(one).state for kind, one in late.items()} == {
        "reminder": "stale",
        "message": "stale",
        "code": "stale",
        "alert": "accepted",
    }
    assert row(soon).useful_until == NOW + timedelta(minutes=5)
    assert len(provider.accepted) == 1


@pytest.mark.parametrize(
    ("kind", "seconds"), [("alert", "1800"), ("reminder", "3600"), ("message", "14400"), ("code", "600")]
)
def test_the_provider_keeps_trying_only_while_it_is_of_use(
    provider: TwilioStandIn, tell: Tell, kind: str, seconds: str
) -> None:
    tell(kind=kind)
    sending.send_all_due()
    assert provider.accepted[0]["validity_period"] == seconds


def test_a_change_of_phone_or_rights_counts_at_once(
    provider: TwilioStandIn, tell: Tell, world: World, failures: list[DeliveryFailed]
) -> None:
    moved, removed = tell(), tell(recipient_id=world.tom.id)
    stranger = tell(recipient_id=world.stranger.id)
    gone = tell(recipient_id=world.lind.id)
    with unit_of_work():
        db.session.get_one(Person, world.priya.id).phone = "+447700900777"
        db.session.get_one(Person, world.lind.id).is_active = False
        toms = db.session.scalars(select(CircleMember).where(CircleMember.person_id == world.tom.id)).one()
        toms.ended_at, toms.ended_why = NOW, "ended"
    sending.send_all_due()
    assert [message["to"] for message in provider.accepted] == ["+447700900777"]
    assert row(moved).state == "accepted"
    assert {row(one).state for one in (removed, stranger, gone)} == {"stale"}
    assert {event.reason for event in failures} == {"no_longer_told"}


def test_who_has_no_phone_is_looked_after(
    provider: TwilioStandIn, tell: Tell, world: World, failures: list[DeliveryFailed]
) -> None:
    with unit_of_work():
        db.session.get_one(Person, world.tom.id).phone = None
    delivery_id = tell(recipient_id=world.tom.id)
    sending.send_all_due()
    assert row(delivery_id).state == "failed"
    assert [event.reason for event in failures] == ["no_phone"]
    assert todos() == [("check_number", "Tom Okafor cannot be reached by text: no phone is known.")]


def test_a_poisoned_row_is_parked_aloud_and_its_neighbours_go(
    provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]
) -> None:
    poisoned, fine = tell(), tell()
    with unit_of_work():
        db.session.get_one(Delivery, poisoned).body_sealed = b"\x02t1 not what was sealed"
    sending.send_all_due()
    assert (row(poisoned).state, row(fine).state) == ("pending", "accepted")
    moment = NOW
    for _ in range(4):
        moment += timedelta(minutes=2)
        assert send_at(moment) == 1
    assert (row(poisoned).state, row(poisoned).spent) == ("parked", 4)
    assert [(event.reason, event.is_final) for event in failures] == [("error", True)]
    assert send_at(moment + timedelta(days=1)) == 0


def test_an_alert_that_does_not_get_through_is_told_while_it_is_tried(
    provider: TwilioStandIn, tell: Tell, failures: list[DeliveryFailed]
) -> None:
    provider.storm({twilio.TOO_MANY: 1.0})
    alert, message = tell(), tell(kind="message")
    moment = NOW
    for _ in range(30):
        send_at(moment := moment + timedelta(seconds=70))
    assert [(event.delivery_id, event.is_final) for event in failures] == [(alert, False)]
    provider.storm({})
    send_at(moment + timedelta(seconds=70))
    assert [row(alert).state, row(message).state] == ["accepted", "accepted"]


def test_what_waits_can_be_withdrawn(provider: TwilioStandIn, tell: Tell, world: World) -> None:
    waiting = tell(about_id=world.khan_patient.id)
    kept = tell()
    with unit_of_work():
        assert service.withdraw([world.khan_patient.id]) == 1
    sending.send_all_due()
    assert [row(waiting).state, row(kept).state] == ["stale", "accepted"]


def test_alerts_go_first_and_two_senders_never_take_the_same_row(provider: TwilioStandIn, tell: Tell) -> None:
    messages = [tell(kind="message") for _ in range(5)]
    alert = tell()
    first, second = sending.claim(3), sending.claim(10)
    assert first[0].id == alert
    assert {one.id for one in [*first, *second]} == {alert, *messages}
    assert len(first) + len(second) == 6
    assert sending.claim(10) == []
    assert sending.claim(10, alerts_only=True) == []


def test_nothing_is_open_while_the_provider_is_called(provider: TwilioStandIn, tell: Tell) -> None:
    tell()
    [due] = sending.claim(1)
    assert not db.session().in_transaction()
    sending.hand_over(due)
    assert not db.session().in_transaction()
    with unit_of_work():
        assert db.session.scalar(select(func.count()).select_from(Delivery)) == 1
