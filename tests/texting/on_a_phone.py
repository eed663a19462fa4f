"""A phone that only texts, over the webhook as Twilio calls it, and the clock of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from app.core import clock, rows
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.notifications.service import receiving, sending
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.programmes import jobs
from app.protocols import queries as protocols
from app.protocols import service as protocol_service
from tests.notifications.conftest import PUBLIC
from tests.people import World
from tests.stand_ins.twilio import TwilioStandIn

WEBHOOK = f"{PUBLIC}/webhooks/twilio/inbound"


def tick() -> None:
    """Do what the clock does, and hand over what is due."""
    for job in jobs.JOBS:
        with rows.within(rows.SERVICE), unit_of_work():
            job.work()
    sending.send_all_due()


def at(moment: datetime) -> None:
    """The clock comes to this moment."""
    with clock.at(moment):
        tick()


@contextmanager
def working() -> Iterator[None]:
    with rows.within(rows.SERVICE), unit_of_work():
        yield


@dataclass
class Phone:
    """Texts that somebody sends and gets."""

    provider: TwilioStandIn
    number: str
    seen: int = field(default=0)

    def got(self) -> list[str]:
        """What has arrived since this was asked last."""
        mine = [one["body"] for one in self.provider.accepted if one["to"] == self.number]
        new, self.seen = mine[self.seen :], len(mine)
        return new

    def sends(self, body: str, moment: datetime | Callable[[], datetime]) -> list[str]:
        """Send a text at this moment, or by a clock that goes on; gives what comes back."""
        with clock.at(moment):
            assert self.provider.deliver_inbound(WEBHOOK, self.number, body) == 200
            with unit_of_work():
                waiting = db.session.execute(text("delete from procrastinate_jobs returning task_name, args")).all()
            for name, facts in waiting:
                if name == receiving.HANDLE:
                    with working():
                        receiving.handle(**facts)
            sending.send_all_due()
        return self.got()


def with_home_blood_pressure(world: World) -> AdmittedPatient:
    """Mary has high blood pressure and measures it at home; nothing else is asked of her."""
    return with_plan(world, "hypertension_at_home", "Hypertension")


def with_plan(world: World, protocol: str, condition: str) -> AdmittedPatient:
    """Mary has this too, and this plan alone."""
    mary = patients.admitted_one(world.mary_patient.id)
    with unit_of_work():
        for plan in protocols.plans(mary):
            protocol_service.end_plan(mary, plan.id, by=world.priya.id)
        record = patients.record(mary)
        record.conditions = [*record.conditions, condition]
        protocol_service.start_plan(mary, protocol, by=world.priya.id)
    return mary
