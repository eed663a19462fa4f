"""Nothing is heard of Mary: a phone that is off, a plan that cannot be read, an outage of our own, one bad row."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from app.core import backlog, clock
from app.core.db import db
from app.core.ids import new_id
from app.core.unit_of_work import unit_of_work
from app.notifications.service import sending
from app.patients.admission import AdmittedPatient
from app.patients.models import Patient
from app.programmes.models import TextAsk
from app.programmes.service import asking, following, running, silence
from app.protocols.models import MonitoringPlan
from tests.notifications.conftest import provider, served
from tests.people import World
from tests.programmes.asked import deliveries, states, todos
from tests.programmes.test_programmes import EIGHT, mary
from tests.stand_ins.twilio import Answer, TwilioStandIn
from tests.texting.on_a_phone import at, working

__all__ = ["mary", "provider", "served"]  # fixtures
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at_slot(number: int) -> datetime:
    moment = EIGHT + (number // 2) * DAY + (number % 2) * 10 * HOUR
    at(moment)
    return moment


def unreached(provider: TwilioStandIn, slots: int, code: int) -> None:
    """So many times the text leaves, and the network says that the phone did not take it."""
    for number in range(slots):
        moment = at_slot(number)
        with clock.at(moment + HOUR):
            provider.call_back(provider.accepted[-1]["sid"], "undelivered", code)
        for hours in (2, 5, 6):
            at(moment + hours * HOUR)


@pytest.mark.parametrize("code", [30003, 30036])
def test_a_phone_that_is_off_is_one_to_do(mary: AdmittedPatient, provider: TwilioStandIn, code: int) -> None:
    unreached(provider, 2, code)
    assert todos(silence.UNANSWERED) == []
    unreached(provider, 5, code)
    assert set(states()) == {"unreached"}
    (todo,) = todos(silence.UNANSWERED)
    assert "a text did not reach their phone" in (todo.reason or "")
    assert todo.owner_id == mary.coordinator_id


def test_a_plan_that_cannot_be_read_is_one_to_do(mary: AdmittedPatient) -> None:
    with unit_of_work():
        db.session.execute(update(MonitoringPlan).where(MonitoringPlan.patient_id == mary.id).values(protocol="gone"))
    for number in range(4):
        at_slot(number)
    assert states() == ["unasked"] * 4
    (todo,) = todos(silence.UNANSWERED)
    assert "look at the plan and at the number" in (todo.reason or "")


def test_an_outage_of_our_own_is_nobodys_silence(mary: AdmittedPatient) -> None:
    for number in range(5):
        with clock.at(EIGHT + (number // 2) * DAY + (number % 2) * 10 * HOUR), working():
            asking.ask_due()  # and no sender runs
        at(EIGHT + (number // 2) * DAY + (number % 2) * 10 * HOUR + 3 * HOUR)
    assert set(states()) == {"not_sent"}
    assert todos(silence.UNANSWERED) == []


def test_one_that_cannot_be_followed_holds_up_nobody(world: World, mary: AdmittedPatient) -> None:
    at(EIGHT)
    khan = world.khan_patient
    with unit_of_work():
        [asked] = db.session.scalars(select(TextAsk))
        facts = {column.name: getattr(asked, column.name) for column in TextAsk.__table__.columns}
        earlier = {"id": new_id(), "patient_id": khan.id, "due_at": asked.due_at - timedelta(minutes=1)}
        db.session.execute(insert(TextAsk).values(facts | earlier))
        db.session.execute(update(Patient).where(Patient.id == khan.id).values(zone="Nowhere/Nothing"))
    with clock.at(EIGHT + 2 * HOUR), working():
        following.follow_due()
    rows = {one.patient_id: one for one in db.session.scalars(select(TextAsk))}
    assert rows[mary.id].reminded_at == EIGHT + 2 * HOUR
    assert rows[khan.id].due_at == EIGHT + 2 * HOUR + backlog.PUT_OFF


def test_once_it_is_ended_no_text_asks(world: World, mary: AdmittedPatient, provider: TwilioStandIn) -> None:
    provider.script(Answer(429, 20429))
    at(EIGHT)
    assert deliveries()[-1].state == "pending"  # refused for now, to be tried again
    with clock.at(EIGHT + timedelta(minutes=1)), unit_of_work():
        running.end(mary, world.mary.id)
    asked = len(provider.accepted)
    with clock.at(EIGHT + timedelta(minutes=10)):
        sending.send_all_due()
    assert len(provider.accepted) == asked
    assert deliveries()[-1].state == "stale"
