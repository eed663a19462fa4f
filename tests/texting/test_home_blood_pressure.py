"""A week of home blood pressure on an old phone, wholly over the provider's webhook."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.roles import Role
from app.core import clock
from app.core.db import db
from app.patients.by import By
from app.programmes.models import TextAsk
from app.programmes.service import starting
from app.readings.models import Reading
from tests.conftest import NOW
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone, at, tick, with_home_blood_pressure, working
from tests.texting.texted import MARY
from tests.web.browsing import Browser, words

FIRST_EVENING = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


def day(number: int, hour: int, minute: int = 0) -> datetime:
    return FIRST_EVENING.replace(hour=hour, minute=minute) + timedelta(days=number)


def test_a_week_on_an_old_phone(provider: TwilioStandIn, client: FlaskClient, world: World) -> None:
    mary, phone = with_home_blood_pressure(world), Phone(provider, MARY)
    with working():
        starting.start(mary, [time(8), time(18)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    (may_we,) = phone.got()
    assert "Reply JOIN to begin" in may_we
    (welcome,) = phone.sends("Join please", NOW + timedelta(minutes=5))
    assert "first at 18:00" in welcome
    assert "LEAVE ends this, STOP all texts" in welcome
    first_evening(phone)
    day_of_a_high_one(phone)
    day_of_a_missed_evening(phone)
    for number in range(3, 7):
        at(day(number, 8))
        phone.sends(f"{134 + number}/8{number}", day(number, 8, 9))
        at(day(number, 18))
        phone.sends(f"bp {130 + number} 8{number}", day(number, 18, 9))
    slots = select(TextAsk).where(TextAsk.patient_id == mary.id, TextAsk.kind == "slot").order_by(TextAsk.slot_at)
    states = [one.state for one in db.session.scalars(slots)]
    assert states == ["answered"] * 4 + ["missed"] + ["answered"] * 8
    assert len(db.session.scalars(select(Reading).where(Reading.source == "sms")).all()) == 14
    with clock.at(day(7, 9)):
        browser = Browser(client)
        browser.have_session(world.priya)
        page = words(browser.get(f"/console/patients/{mary.id}/texts"))
    assert "12 of 13 answered" in page
    assert "138/85 mmHg, of 13 readings on 6 days" in page  # without the first day


def first_evening(phone: Phone) -> None:
    at(FIRST_EVENING)
    (asked,) = phone.got()
    assert "please rest, measure and text: blood pressure, as BP 120/80" in asked
    (thanks,) = phone.sends("142/88", day(0, 18, 20))
    assert "thank you, it is saved" in thanks


def day_of_a_high_one(phone: Phone) -> None:
    """Typed as people type; of a high one: rest, and once more, and no third time."""
    at(day(1, 8))
    assert len(phone.got()) == 1
    assert "not certain" in phone.sends("bp 138 ovr 84", day(1, 8, 10))[0]
    assert "thank you" in phone.sends("bp 138 oevr 84", day(1, 8, 11))[0]
    assert "thank you" in phone.sends("B.P. 136/ 82", day(1, 8, 12))[0]
    at(day(1, 18))
    assert len(phone.got()) == 1  # two of the morning are none of the evening
    (rest,) = phone.sends("Bp=158/97", day(1, 18, 5))
    assert "Sit quietly" in rest
    at(day(1, 18, 12))
    assert phone.got() == []
    at(day(1, 18, 13))  # the plan waits until 18:20
    at(day(1, 18, 14))
    (again,) = phone.got()
    assert "measure again now" in again
    assert "thank you" in phone.sends("139/85", day(1, 18, 18))[0]
    at(day(1, 22))
    assert phone.got() == []


def day_of_a_missed_evening(phone: Phone) -> None:
    """The morning is answered after its reminder, the evening is not."""
    at(day(2, 8))
    at(day(2, 9, 59))
    assert len(phone.got()) == 1
    at(day(2, 10))
    (reminded,) = phone.got()
    assert "not here yet: blood pressure" in reminded
    assert "thank you" in phone.sends("135 over 83 thx", day(2, 10, 30))[0]
    at(day(2, 18))
    at(day(2, 20))
    at(day(2, 21))
    assert ["please rest" in one for one in phone.got()] == [True, False]
    at(day(3, 0))
