"""Texts that people send us: kept once, understood by a task, STOP and START heeded at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core import clock, events, sealed
from app.core.db import db
from app.core.events import Handler
from app.core.unit_of_work import unit_of_work
from app.identity.models import Person
from app.notifications.events import TextReceived
from app.notifications.models import InboundText, OutOfReach
from app.notifications.service import receiving, sending
from app.todos.models import Todo
from tests.conftest import NOW
from tests.notifications.conftest import PUBLIC, Tell, row
from tests.people import World
from tests.stand_ins import twilio
from tests.stand_ins.twilio import TwilioStandIn

WEBHOOK = f"{PUBLIC}/webhooks/twilio/inbound"
TOM, PRIYA, NOBODY = "+447700900203", "+447700900101", "+447700900999"

_received: list[TextReceived] = []


@pytest.fixture(autouse=True)
def received(app: Flask) -> list[TextReceived]:
    """The texts that other slices hear of; what earlier tests deferred is gone."""
    _received.clear()
    events.subscribe(TextReceived, Handler("note it in a test", lambda event: event, _received.append))
    with app.app_context(), unit_of_work():
        db.session.execute(text("delete from procrastinate_jobs"))
    return _received


def do_tasks() -> int:
    """Do what was deferred, as the worker would; gives how many."""
    with unit_of_work():
        waiting = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
    for name, facts in waiting:
        assert name == receiving.HANDLE
        with unit_of_work():
            receiving.handle(**facts)
    return len(waiting)


def kept() -> list[tuple[str | None, str | None, str | None]]:
    with unit_of_work():
        rows = db.session.scalars(select(InboundText).order_by(InboundText.created_at, InboundText.id)).all()
        return [(one.sender, one.body, one.meaning) for one in rows]


def is_out_of_reach(phone: str) -> bool:
    """What a sender is kept from: a row about this phone that no START has ended."""
    known = (OutOfReach.phone_index == sealed.index(phone, Person.phone.place), OutOfReach.back_at.is_(None))
    with unit_of_work():
        return db.session.scalar(select(OutOfReach.id).where(*known)) is not None


def test_a_text_is_kept_as_it_came_and_told_to_other_slices(
    provider: TwilioStandIn, world: World, received: list[TextReceived]
) -> None:
    assert provider.deliver_inbound(WEBHOOK, TOM, "Mum is fine now 🙂 ") == 200
    assert kept() == [(TOM, "Mum is fine now 🙂 ", None)]
    assert do_tasks() == 1
    [event] = received
    assert (event.person_id, event.patient_id) == (world.tom.id, world.mary_patient.id)
    assert event.organisation_id == world.organisation.id
    assert provider.deliver_inbound(WEBHOOK, NOBODY, "Who is this?") == 200
    with unit_of_work():
        of = db.session.scalars(select(InboundText.person_id).order_by(InboundText.created_at, InboundText.id)).all()
    assert of == [world.tom.id, None]


def test_a_text_delivered_three_times_is_one_text(
    provider: TwilioStandIn, world: World, received: list[TextReceived]
) -> None:
    provider.deliver_inbound(WEBHOOK, TOM, "She is asleep")
    [sid] = [message["sid"] for message in provider.listing({})["messages"]]
    assert [provider.deliver_inbound(WEBHOOK, TOM, "She is asleep", sid=sid) for _ in range(2)] == [200, 200]
    assert receiving.fetch_missed() == 0
    do_tasks()
    assert len(kept()) == len(received) == 1


def test_a_task_that_runs_twice_tells_once(provider: TwilioStandIn, world: World, received: list[TextReceived]) -> None:
    provider.deliver_inbound(WEBHOOK, TOM, "She is asleep")
    with unit_of_work():
        inbound_id = str(db.session.scalars(select(InboundText.id)).one())
    for _ in range(2):
        with unit_of_work():
            receiving.handle(inbound_id)
    assert len(received) == 1


def test_a_text_whose_webhook_was_lost_is_fetched(
    provider: TwilioStandIn, world: World, received: list[TextReceived]
) -> None:
    provider.take_inbound(TOM, "One")
    provider.take_inbound(TOM, "Two")
    provider.deliver_inbound(WEBHOOK, TOM, "Three")
    with clock.at(NOW + timedelta(minutes=5)):
        assert receiving.fetch_missed() == 2
        assert receiving.fetch_missed() == 0
    do_tasks()
    assert sorted(str(body) for _, body, _ in kept()) == ["One", "Three", "Two"]
    assert len(received) == 3
    with unit_of_work():  # an answer is to what its sender had seen when they sent it
        assert set(db.session.scalars(select(InboundText.sent_at))) == {NOW}


def test_a_provider_that_cannot_be_asked_is_asked_later(provider: TwilioStandIn, world: World) -> None:
    provider.take_inbound(TOM, "One")
    provider.cannot_be_asked = True
    assert receiving.fetch_missed() == 0
    provider.cannot_be_asked = False
    assert receiving.fetch_missed() == 1


@pytest.mark.parametrize("word", ["STOP", "stop ", "Cancel", "END"])
def test_stop_is_heeded_and_start_takes_it_back(provider: TwilioStandIn, tell: Tell, world: World, word: str) -> None:
    provider.deliver_inbound(WEBHOOK, TOM, word)
    do_tasks()
    assert is_out_of_reach(TOM)
    stopped = tell(recipient_id=world.tom.id)
    sending.send_all_due()
    assert (row(stopped).state, provider.requests) == ("failed", 0)
    provider.deliver_inbound(WEBHOOK, TOM, "Start")
    do_tasks()
    assert not is_out_of_reach(TOM)
    again = tell(recipient_id=world.tom.id)
    sending.send_all_due()
    assert row(again).state == "accepted"


def test_the_coordinator_is_asked_once_to_look_after_who_said_stop(provider: TwilioStandIn, world: World) -> None:
    for _ in range(3):
        provider.deliver_inbound(WEBHOOK, TOM, "STOP")
        do_tasks()
    with unit_of_work():
        [todo] = db.session.scalars(select(Todo)).all()
    assert (todo.patient_id, todo.owner_id, todo.kind) == (world.mary_patient.id, world.priya.id, "check_number")
    assert todo.reason == (
        "Tom Okafor cannot be reached by text: they have texted STOP; only they can start it again, by texting START."
    )


def test_a_text_that_merely_holds_such_a_word_stops_nothing(provider: TwilioStandIn, world: World) -> None:
    provider.deliver_inbound(WEBHOOK, TOM, "Please stop asking her")
    do_tasks()
    assert not is_out_of_reach(TOM)


def _answered(client: FlaskClient, provider: TwilioStandIn, sender: str, body: str, sid: str) -> str:
    form = [("MessageSid", sid), ("From", sender), ("Body", body), ("AccountSid", provider.account_sid)]
    headers = {"X-Twilio-Signature": twilio.sign(provider.auth_token, WEBHOOK, form)}
    answer = client.post("/webhooks/twilio/inbound", data=dict(form), headers=headers)
    assert answer.mimetype == "text/xml"
    return answer.get_data(as_text=True)


def test_a_phone_we_do_not_know_is_answered_neutrally_once_a_day(
    provider: TwilioStandIn, world: World, client: FlaskClient, received: list[TextReceived]
) -> None:
    first = _answered(client, provider, NOBODY, "Who is Mary?", "SM1")
    assert "Not for emergencies: call 999" in first
    assert "Mary" not in first
    assert "<Message>" not in _answered(client, provider, NOBODY, "Hello?", "SM2")
    with clock.at(NOW + timedelta(hours=24)):
        assert "<Message>" in _answered(client, provider, NOBODY, "Hello?", "SM3")
    do_tasks()
    assert received == []
    assert len(kept()) == 3


@pytest.mark.parametrize(
    ("sender", "body"), [(TOM, "Hello"), (PRIYA, "Hello"), (NOBODY, "STOP"), ("Vodafone", "Hi"), ("60777", "Hi")]
)
def test_people_we_know_services_and_keywords_get_no_neutral_answer(
    provider: TwilioStandIn, world: World, client: FlaskClient, sender: str, body: str
) -> None:
    assert "<Message>" not in _answered(client, provider, sender, body, "SM1")
    do_tasks()


def test_nul_and_fields_we_do_not_know_are_kept_without_a_failure(
    provider: TwilioStandIn, world: World, client: FlaskClient
) -> None:
    form = [
        ("MessageSid", "SM1"),
        ("From", TOM),
        ("Body", "a\x00b"),
        ("NewThing", ""),
        ("AccountSid", provider.account_sid),
    ]
    headers = {"X-Twilio-Signature": twilio.sign(provider.auth_token, WEBHOOK, form)}
    assert client.post("/webhooks/twilio/inbound", data=dict(form), headers=headers).status_code == 200
    with unit_of_work():
        inbound = db.session.scalars(select(InboundText)).one()
        assert '"NewThing":""' in (inbound.fields or "")
    do_tasks()


def test_nothing_a_person_wrote_can_be_read_in_the_tables(provider: TwilioStandIn, world: World) -> None:
    provider.deliver_inbound(WEBHOOK, TOM, "canary-words")
    with unit_of_work():
        for table in ("inbound_text", "receipt", "procrastinate_jobs"):
            seen = db.session.execute(text(f"select t::text from {table} t")).scalars().all()
            assert not [one for one in seen if "canary" in one or "7700900203" in one]
        assert db.session.scalar(select(func.count()).select_from(InboundText)) == 1
