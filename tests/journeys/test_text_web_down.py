"""Web is away while 20 texts come: each ends in its thread once, in the order in which it was sent (reliability.md I1).

For real here: the web server and the worker, processes of their own that are killed, started and stopped; PostgreSQL;
the provider's webhook, signed, and its list. Not for real: the minute, for nothing here looks at how long web was away
as long as it is longer than the provider tries again; so its further tries come at once, and all are refused.
`WEB_AWAY_SECONDS=60` lets the minute pass, its texts spread over it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select, text, update

from app.access.permissions import Right
from app.core import embedded
from app.core.db import db
from app.core.scheduler import Tick
from app.core.unit_of_work import unit_of_work
from app.messages.models import Thread, ThreadMessage
from app.notifications.models import InboundText
from app.patients import queries as patients
from tests.journeys import serving
from tests.journeys.serving import Web
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn
from tests.texting.texted import MARY, TOM, join

# Twilio tries once, and five times more as the address of our webhook asks for (`#rc=5`).
TRIES, TEXTS, PATIENCE = 6, 20, 60.0
AWAY = float(os.environ.get("WEB_AWAY_SECONDS", "0"))
FETCHES = "ask the provider of texts"


def words(number: int) -> str:
    return f"Message {number} of the storm, about how she is today"


def until(holds: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        pause.wait(0.05)


def waiting() -> int:
    """The texts that nobody has understood yet."""
    with unit_of_work():
        rows = select(func.count()).select_from(InboundText).where(InboundText.handled_at.is_(None))
        return db.session.scalar(rows) or 0


def kept() -> int:
    with unit_of_work():
        return db.session.scalar(select(func.count()).select_from(InboundText)) or 0


def come_again() -> None:
    """The five minutes between two looks at the provider's list are over."""
    with unit_of_work():
        db.session.execute(
            update(Tick).where(Tick.job == FETCHES).values(claimed_at=text("claimed_at - interval '1 h'"))
        )


def delivered(provider: TwilioStandIn, sender: str, body: str, sid: str | None = None) -> int:
    """Twilio tries until it is answered, or has tried often enough; gives how often it tried."""
    message = provider.message(sid) if sid else provider.take_inbound(sender, body)
    assert message is not None
    webhook = "http://localhost/webhooks/twilio/inbound"
    tries = (provider.deliver_inbound(webhook, sender, body, sid=message["sid"]) for _ in range(TRIES))
    return next((number for number, status in enumerate(tries, start=1) if status == 200), 0)


def threads_of(world: World) -> dict[str, list[str]]:
    """What each of them has written to the team, in the order in which it stands there."""
    with unit_of_work():
        order = (ThreadMessage.created_at, ThreadMessage.id)
        rows = db.session.execute(
            select(Thread.opened_by, ThreadMessage).join(Thread, Thread.id == ThreadMessage.thread_id).order_by(*order)
        )
        found: dict[str, list[str]] = {}
        for opened_by, message in rows:
            found.setdefault({world.mary.id: "Mary", world.tom.id: "Tom"}[opened_by], []).append(message.body or "")
        assert db.session.scalar(select(func.count()).select_from(Thread)) == len(found)
        return found


def test_twenty_texts_while_web_is_away(server: embedded.Server, here: tuple[World, str], tmp_path: Path) -> None:
    world, database = here
    join(world.tom, world.mary_patient, Right.SEE, Right.ACT)
    port = serving.free_port()
    with TwilioStandIn(reroute=("http://localhost", f"http://127.0.0.1:{port}")) as provider:
        settings = serving.environment(
            server,
            database,
            SMS_CHANNEL="twilio",
            TWILIO_ACCOUNT_SID=provider.account_sid,
            TWILIO_AUTH_TOKEN=provider.auth_token,
            TWILIO_FROM_NUMBER=provider.number,
            TWILIO_BASE_URL=provider.base_url,
        )
        web = Web(settings, port, tmp_path / "web.log")
        storm(provider, web, settings, tmp_path)
    sent = {"Mary": MARY, "Tom": TOM}
    found = threads_of(world)
    assert found == {
        name: [words(number) for number in range(TEXTS + 4) if sender_of(number) == phone]
        for name, phone in sent.items()
    }
    assert kept() == TEXTS + 4
    assert patients.circles_of(world.tom.id) != []


def sender_of(number: int) -> str:
    """Mary has written before; Tom's thread begins with what web was not there for."""
    return TOM if number > 1 and number % 2 else MARY


def storm(provider: TwilioStandIn, web: Web, settings: dict[str, str], folder: Path) -> None:
    """Two texts while web answers, twenty while it does not, two afterwards; one of them twice."""
    web.start()
    try:
        with serving.worker(settings, folder / "worker.log"):
            assert [delivered(provider, sender_of(number), words(number)) for number in (0, 1)] == [1, 1]
            until(lambda: kept() == 2 and waiting() == 0)
            web.kill()
            for number in range(2, TEXTS + 2):
                threading.Event().wait(AWAY / TEXTS)
                assert delivered(provider, sender_of(number), words(number)) == 0
            assert kept() == 2
            web.start()
        come_again()
        with serving.worker(settings, folder / "worker.log"):  # the first thing its clock does is to ask for the list
            until(lambda: kept() == TEXTS + 2 and waiting() == 0)
            last = [delivered(provider, sender_of(number), words(number)) for number in (TEXTS + 2, TEXTS + 3)]
            assert last == [1, 1]
            lost = provider.listing({"PageSize": "1000"})["messages"]
            theirs = [one for one in lost if one["body"] == words(7)]
            assert delivered(provider, TOM, words(7), theirs[0]["sid"]) == 1  # late, after all
            until(lambda: kept() == TEXTS + 4 and waiting() == 0)
    finally:
        web.kill()
