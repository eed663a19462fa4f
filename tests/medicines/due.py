"""Doses as they are made ahead, written straight into their table, and the world in which they are reminded of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.unit_of_work import unit_of_work
from app.medicines.models import Dose, Medicine, Reminder
from app.medicines.service import reminding
from app.notifications.models import Delivery
from app.notifications.service import sending
from app.patients.models import Patient
from tests.people import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Pillbox:
    """The medicines of one patient; doses are put into it by hand."""

    world: World
    patient: Patient
    medicines: list[UUID] = field(default_factory=list)

    def medicine(self, window: int = 60, every: int = 15) -> UUID:
        with unit_of_work():
            made = Medicine(
                organisation_id=self.patient.organisation_id,
                patient_id=self.patient.id,
                ingredients={},
                window_minutes=window,
                remind_every=every,
                source="patient",
                entered_by=self.patient.person_id,
                started_on=clock.now().date(),
            )
            made.name = made.typed = "Bisoprolol"
            db.session.add(made)
            self.medicines.append(made.id)
            return made.id

    def dose(self, due_at: datetime, medicine_id: UUID | None = None, **more: object) -> UUID:
        medicine_id = medicine_id or (self.medicines[0] if self.medicines else self.medicine())
        facts = {
            "organisation_id": self.patient.organisation_id,
            "patient_id": self.patient.id,
            "medicine_id": medicine_id,
            "local_date": due_at.date(),
            "due_at": due_at,
            "remind_at": due_at,
            "settle_at": due_at + 12 * HOUR,
        }
        with unit_of_work():
            made = Dose(**(facts | more))
            db.session.add(made)
            return made.id


def pillbox(world: World) -> Pillbox:
    """Mary's."""
    return Pillbox(world, world.mary_patient)


def remind_at(moment: datetime) -> int:
    """Tick once at that moment."""
    with clock.at(moment):
        return reminding.remind()


def live(since: datetime, until: datetime, each: timedelta = MINUTE) -> None:
    """Let time pass: a worker that ticks and sends, started anew each time."""
    while since <= until:
        with clock.at(since):
            reminding.remind()
            sending.send_all_due()
        since += each


def reminders() -> list[Reminder]:
    """All of them, first first."""
    with unit_of_work():
        return list(db.session.scalars(select(Reminder).order_by(Reminder.remind_at, Reminder.patient_id)))


def deliveries() -> list[Delivery]:
    """All of them, first due first."""
    with unit_of_work():
        return list(db.session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.id)))


def dose(dose_id: UUID) -> Dose:
    """As it is in the database now."""
    with unit_of_work():
        return db.session.get_one(Dose, dose_id, populate_existing=True)


def utc(text: str) -> datetime:
    """`2026-11-18 08:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
