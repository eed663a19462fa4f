"""Two machines that answer each other, and texts of many parts: both end, both are counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from app.core.db import db
from app.messages.models import ThreadMessage
from app.notifications.service import bulk
from tests.conftest import NOW
from tests.notifications.conftest import Tell
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import WEBHOOK, Phone
from tests.texting.texted import MARY, TOM

DRIVING = "I am driving at the moment and will read your text later. Sent automatically."
UNANSWERED, IN, PARTS = "kith_texts_unanswered_total", "kith_texts_received_total", "kith_text_parts_total"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize("number", [MARY, TOM])
@pytest.mark.parametrize("each", [timedelta(seconds=2), timedelta(seconds=90)])
def test_a_phone_that_answers_each_of_our_texts_is_soon_answered_no_more(
    provider: TwilioStandIn, world: World, number: str, each: timedelta
) -> None:
    phone, moment, texts, before = Phone(provider, number), NOW, 0, counted(UNANSWERED)
    waiting = phone.sends("STATUS", moment)
    while waiting:
        moment += each
        waiting = phone.sends(DRIVING, moment)
        texts += 1
        assert texts < 9
    assert texts <= 4
    assert counted(UNANSWERED) == before + 1


def test_a_machine_with_ever_other_words_ends_too(provider: TwilioStandIn, world: World) -> None:
    phone, texts = Phone(provider, MARY), 0
    while phone.sends(f"Ticket {texts} was opened for your message", NOW + timedelta(seconds=2 * texts)):
        texts += 1
        assert texts < 30
    assert texts <= 20
    assert "it is saved" in phone.sends("BP 128/82", NOW + timedelta(hours=1, minutes=1))[0]


def test_a_long_text_of_many_parts_is_one_text_whole_and_all_of_it_is_counted(
    provider: TwilioStandIn, world: World
) -> None:
    words = " ".join(f"and on day {number} my ankles were a little more swollen than before," for number in range(24))
    long = f"Dear team, {words} so what shall I do?"
    assert 1500 < len(long) <= 1600
    calls, parts, sent = (
        counted(IN, way="called"),
        counted(PARTS, way="in", kind="called"),
        counted(PARTS, way="out", kind="message"),
    )
    form = [("MessageSid", "SM" + "9" * 32), ("From", MARY), ("Body", long), ("NumSegments", "11")]
    assert provider.post_signed(WEBHOOK, [*form, ("AccountSid", provider.account_sid)]) == 200
    phone = Phone(provider, MARY)
    phone.sends("Thank you so much for all of it", NOW)
    assert counted(IN, way="called") == calls + 2
    assert counted(PARTS, way="in", kind="called") == parts + 11 + 1
    first, _ = db.session.scalars(select(ThreadMessage).order_by(ThreadMessage.created_at, ThreadMessage.id))
    assert first.body == long
    assert counted(PARTS, way="out", kind="message") > sent


def test_the_parts_of_reminders_that_leave_by_the_hundred_are_counted_too(
    provider: TwilioStandIn, world: World, tell: Tell
) -> None:
    for body in ("one part", "two parts " * 20, "zł"):
        tell(kind="reminder", body=body)
    before = counted(PARTS, way="out", kind="reminder")
    (batch,) = bulk.claim(1)
    bulk.hand_over(batch)
    bulk.rest()
    assert len(provider.accepted) == 3
    assert counted(PARTS, way="out", kind="reminder") == before + 1 + 2 + 1
