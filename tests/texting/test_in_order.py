"""What one phone sends is understood in its order, whichever task runs first and however many run at once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.core import rows
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.messages.models import Thread, ThreadMessage
from app.notifications.service import receiving
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.on_a_phone import WEBHOOK, working
from tests.texting.texted import KHAN, MARY

TEXTS = 12


@pytest.fixture
def tasks(provider: TwilioStandIn, world: World) -> list[dict[str, Any]]:
    """Mary and Mr Khan have texted by turns, and nothing is understood yet; what is to be done is in any order."""
    for number in range(TEXTS):
        assert provider.deliver_inbound(WEBHOOK, (MARY, KHAN)[number % 2], f"Story, part {number}") == 200
    with unit_of_work():
        waiting = db.session.execute(text("delete from procrastinate_jobs returning args")).scalars().all()
    assert len(waiting) == TEXTS
    return list(waiting)


def stories() -> list[list[str]]:
    """What stands in each thread, in the order in which it stands there."""
    with unit_of_work():
        order = (ThreadMessage.created_at, ThreadMessage.id)
        found = []
        for thread_id in db.session.scalars(select(Thread.id).order_by(Thread.id)):
            mine = select(ThreadMessage).where(ThreadMessage.thread_id == thread_id).order_by(*order)
            found.append([(one.body or "").rpartition(" ")[2] for one in db.session.scalars(mine)])
    return sorted(found)


AS_SENT = sorted([[str(number) for number in range(start, TEXTS, 2)] for start in (0, 1)])


@pytest.mark.parametrize("seed", range(4))
def test_tasks_in_any_order(tasks: list[dict[str, Any]], seed: int) -> None:
    random.Random(seed).shuffle(tasks)
    for facts in [*tasks, tasks[0]]:
        with working():
            receiving.handle(**facts)
    assert stories() == AS_SENT


def test_tasks_at_once(app: Flask, tasks: list[dict[str, Any]]) -> None:
    def handled(facts: dict[str, Any]) -> None:
        with app.app_context(), rows.within(rows.SERVICE), unit_of_work():
            receiving.handle(**facts)

    random.Random(5).shuffle(tasks)
    with ThreadPoolExecutor(4) as hands:
        list(hands.map(handled, tasks))
    assert stories() == AS_SENT
