"""Mary is asked by text for her own blood pressure and looks after Mr Khan: from one phone, nothing is mixed up."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.access.permissions import Category, Right
from app.access.roles import Role
from app.core.db import db
from app.messages.models import Post
from app.patients.by import By
from app.programmes.models import TextAsk
from app.programmes.service import starting
from app.readings.models import Reading
from tests.conftest import NOW
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import Phone, at, tick, with_home_blood_pressure, working
from tests.texting.texted import MARY, join

EIGHT = datetime(2026, 11, 19, 8, 0, tzinfo=UTC)
SOON, AFTERNOON = EIGHT + timedelta(minutes=5), EIGHT + timedelta(hours=7)
WHOM = "whom is this about? Reply MARY or IMRAN. Nothing is saved yet"


@pytest.fixture
def mary(provider: TwilioStandIn, world: World) -> Phone:
    """She was asked just now, at eight in the morning."""
    patient, phone = with_home_blood_pressure(world), Phone(provider, MARY)
    join(world.mary, world.khan_patient, Right.SEE, Right.ACT, category=Category.READINGS)
    join(world.mary, world.khan_patient, Right.SEE, Right.ACT)
    with working():
        starting.start(patient, [time(8), time(18)], By(world.priya.id, Role.COORDINATOR, "page"))
    tick()
    phone.sends("JOIN", NOW + timedelta(minutes=5))
    at(EIGHT - timedelta(hours=14))  # the evening before
    at(EIGHT)
    assert "please rest, measure and text" in phone.got()[-1]
    return phone


def kept() -> list[tuple[UUID, str, float | None]]:
    """What came by text since she was asked."""
    new = select(Reading).where(Reading.source == "sms", Reading.received_at >= EIGHT)
    rows = db.session.scalars(new.order_by(Reading.received_at, Reading.id))
    return [(one.patient_id, one.measure, one.value) for one in rows]


@pytest.mark.parametrize("text", ["sats 84 on air", "sugar 2.9 mmol", "BP 190/110", "38.9 c", "BP 190/110 pulse 120"])
def test_what_she_names_may_be_his_though_she_is_asked(mary: Phone, world: World, text: str) -> None:
    assert WHOM in mary.sends(text, SOON)[0]
    assert kept() == []
    mary.sends("Imran", SOON + timedelta(minutes=1))
    assert {patient for patient, _, _ in kept()} == {world.khan_patient.id}


@pytest.mark.parametrize("text", ["128/82", "128 over 82 thanks", "128/82 mmHg", "my bp is 128/82", "mary bp 128/82"])
def test_numbers_alone_answer_what_she_was_asked(mary: Phone, world: World, text: str) -> None:
    assert "it is saved" in mary.sends(text, SOON)[0]
    assert kept() == [(world.mary_patient.id, "blood_pressure", 128)]


@pytest.mark.parametrize("text", ["190/110", "BP 190/110", "sats 84 on air"])
def test_once_she_has_answered_whatever_comes_may_be_his(mary: Phone, world: World, text: str) -> None:
    mary.sends("128/82", SOON)
    assert WHOM in mary.sends(text, AFTERNOON)[0]
    assert kept() == [(world.mary_patient.id, "blood_pressure", 128)]


def test_nor_does_it_stay_hers_once_the_clock_has_seen_the_answer(mary: Phone, world: World) -> None:
    mary.sends("128/82", SOON)
    at(EIGHT + timedelta(hours=2))
    assert db.session.scalars(select(TextAsk.state).order_by(TextAsk.slot_at.desc())).first() == "answered"
    assert WHOM in mary.sends("190/110", AFTERNOON)[0]
    assert len(kept()) == 1


def test_a_number_alone_answers_nothing_that_was_answered(mary: Phone, world: World) -> None:
    mary.sends("128/82", SOON)
    assert WHOM not in mary.sends("131 84", AFTERNOON)[0]
    assert len(kept()) == 1


def test_words_for_a_circle_answer_no_question_of_numbers(mary: Phone) -> None:
    assert WHOM in mary.sends("TELL I am on my way", SOON)[0]
    assert db.session.scalars(select(Post)).all() == []
