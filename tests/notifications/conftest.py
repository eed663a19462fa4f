"""A Twilio of our own, and an app that texts through it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications import service
from app.notifications.channels import configured
from app.notifications.models import Delivery, DeliveryAttempt
from app.notifications.service import sending
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn

PUBLIC = "http://localhost"
BODY = "Kith: Priya, a RED alert for Mary O. is waiting for you."


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address at which the app answers over HTTP."""
    web = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def provider(app: Flask, served: str) -> Iterator[TwilioStandIn]:
    """A stand-in whose clock is ours, and the app texting through it; its webhooks reach the app."""
    before = app.extensions["channels"]
    with TwilioStandIn(now=clock.now, reroute=(PUBLIC, served)) as stand_in:
        settings = dataclasses.replace(
            app.config["KITH"],
            sms_channel="twilio",
            twilio_account_sid=stand_in.account_sid,
            twilio_auth_tokens=(stand_in.auth_token,),
            twilio_from_number=stand_in.number,
            twilio_base_url=stand_in.base_url,
        )
        app.extensions["channels"] = before | {"sms": configured.by_name(settings)["sms"]}
        yield stand_in
    app.extensions["channels"] = before


Tell = Callable[..., UUID]


@pytest.fixture
def tell(world: World) -> Tell:
    """Have somebody told in a transaction of its own: Priya about Mary, unless said otherwise."""

    def telling(kind: str = "alert", body: str = BODY, **more: object) -> UUID:
        facts = {
            "organisation_id": world.organisation.id,
            "patient_id": world.mary_patient.id,
            "recipient_id": world.priya.id,
            "about": "alert",
            "about_id": world.mary_patient.id,
        }
        with unit_of_work():
            return service.tell(kind=kind, body=body, **facts | more)

    return telling


def row(delivery_id: UUID) -> Delivery:
    """The delivery as it is in the database now."""
    with unit_of_work():
        return db.session.get_one(Delivery, delivery_id, populate_existing=True)


def outcomes_of(delivery_id: UUID) -> list[str]:
    """The outcomes of its attempts, in order."""
    with unit_of_work():
        mine = db.select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id)
        return [attempt.outcome for attempt in db.session.scalars(mine.order_by(DeliveryAttempt.number))]


def send_at(moment: datetime) -> int:
    """Hand over all that is due at that moment."""
    with clock.at(moment):
        return sending.send_all_due()
