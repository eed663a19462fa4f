"""The sandbox: the same way out, kept in an inbox instead of leaving."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import ProgrammingError

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.identity import contacts
from app.notifications import queries
from app.notifications.models import SandboxMessage
from app.notifications.service import sending
from tests.conftest import NOW
from tests.notifications.conftest import BODY, Tell, outcomes_of, row, send_at
from tests.people import World


def inbox() -> list[queries.SandboxText]:
    with unit_of_work():
        return queries.sandbox_messages(10)


def test_what_would_have_left_is_in_the_inbox_newest_first(tell: Tell, world: World) -> None:
    first = tell()
    with clock.at(NOW + timedelta(minutes=1)):
        tell(recipient_id=world.tom.id, kind="message", body="Kith: Tom, thank you.")
    assert send_at(NOW + timedelta(minutes=2)) == 2
    assert {text.recipient: (text.address, text.body) for text in inbox()} == {
        "Tom Okafor": ("+44 ... 203", "Kith: Tom, thank you."),
        "Priya Shah": ("+44 ... 101", BODY),
    }
    assert inbox()[0].sent_at == NOW + timedelta(minutes=2)
    assert (row(first).state, outcomes_of(first)) == ("delivered", ["accepted"])


def test_a_text_that_is_handed_over_twice_is_kept_once(tell: Tell) -> None:
    delivery_id = tell()
    [left] = sending.claim(1)
    sending.hand_over(left)
    with clock.at(NOW + timedelta(seconds=31)):
        sending.hand_over(left)
    assert len(inbox()) == 1
    assert outcomes_of(delivery_id) == ["accepted", "accepted"]


def test_the_inbox_cannot_be_changed(tell: Tell) -> None:
    tell()
    sending.send_all_due()

    def change() -> None:
        with unit_of_work():
            db.session.query(SandboxMessage).update({"recipient": "somebody else"})

    with pytest.raises(ProgrammingError):
        change()


@pytest.mark.parametrize(("phone", "shown"), [("+447700900101", "+44 ... 101"), ("60777", "..."), ("", "...")])
def test_a_phone_is_masked(phone: str, shown: str) -> None:
    assert contacts.masked(phone) == shown
