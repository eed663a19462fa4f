"""Doses, what was said of them, and who was reminded and told."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.patients.models import OfPatient

DOSE_STATES = ("due", "taken", "skipped", "missed", "not_recorded", "paused", "withdrawn")
ANSWERS = ("taken", "later", "skipped", "missed", "undone", "two_taken")


class Dose(Base, OfPatient):
    """One dose at one time: made ahead by a schedule, or recorded when needed. Its row is also the reminders' queue."""

    __tablename__ = "dose"
    __table_args__ = (
        UniqueConstraint("schedule_id", "local_date", "slot"),
        Index("ix_dose_patient_id_due_at", "patient_id", "due_at"),
        Index("ix_dose_medicine_id_due_at", "medicine_id", "due_at"),
        Index("ix_dose_remind_at", "remind_at", postgresql_where=text("state = 'due' and remind_at is not null")),
        Index("ix_dose_settle_at", "settle_at", postgresql_where=text("state = 'due'")),
        CheckConstraint(one_of("state", DOSE_STATES), name="state"),
        CheckConstraint("(schedule_id is null) = (slot is null)", name="scheduled"),
    )

    medicine_id: Mapped[UUID] = mapped_column(ForeignKey("medicine.id"))
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey("schedule.id"))  # None: taken as needed
    local_date: Mapped[date]
    slot: Mapped[int | None]
    due_at: Mapped[datetime]  # as needed: when it was taken
    amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    state: Mapped[str] = mapped_column(default="due")
    taken_at: Mapped[datetime | None]
    amount_taken: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    why: Mapped[str | None]  # of content/skip_reasons.toml
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    remind_at: Mapped[datetime | None]  # the next reminder; None: no more
    reminded: Mapped[int] = mapped_column(default=0)
    settle_at: Mapped[datetime]  # without an answer by then it is not recorded
    told_at: Mapped[datetime | None]  # when somebody of the circle was first told that it is late


class DoseAnswer(Base, OfPatient):
    """What somebody said of a dose; append-only, the dose is what its answers come to."""

    __tablename__ = "dose_answer"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_dose_answer_dose_id", "dose_id"),
        CheckConstraint(one_of("answer", ANSWERS), name="answer"),
        CheckConstraint("channel in ('app', 'sms', 'page', 'import')", name="channel"),
    )

    dose_id: Mapped[UUID] = mapped_column(ForeignKey("dose.id"))
    client_id: Mapped[UUID]  # chosen by the sender: a resend is the same answer
    answer: Mapped[str]
    taken_at: Mapped[datetime | None]
    until: Mapped[datetime | None]  # later: when to ask again
    amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 3))
    why: Mapped[str | None]
    note_sealed: Mapped[bytes | None]
    channel: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    counted: Mapped[bool] = mapped_column(default=True)  # False: the dose had been answered alike before

    note = Sealed()


class Reminder(Base, OfPatient):
    """One message to one person about all doses of one patient at one minute; numbered in this order."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("patient_id", "remind_at", "recipient_id"),
        Index("ix_reminder_recipient_id_remind_at", "recipient_id", "remind_at"),
        CheckConstraint("state in ('made', 'service_down', 'withdrawn')", name="state"),
    )

    # Read from rows that are checked, by the one statement that writes a hundred thousand at once.
    organisation_id: Mapped[UUID] = mapped_column()
    patient_id: Mapped[UUID] = mapped_column()
    recipient_id: Mapped[UUID]
    remind_at: Mapped[datetime]
    due_at: Mapped[datetime]  # of its doses
    dose_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(default="made")


class DoseWatch(Base, OfPatient):
    """A member of the circle is told when a dose of this medicine is not recorded so many minutes after its time."""

    __tablename__ = "dose_watch"
    __table_args__ = (
        Index("ix_dose_watch_patient_id", "patient_id"),
        UniqueConstraint("medicine_id", "person_id"),
        CheckConstraint("after_minutes between 5 and 240", name="after_minutes"),
    )

    medicine_id: Mapped[UUID] = mapped_column(ForeignKey("medicine.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    after_minutes: Mapped[int]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class DoseTelling(Base, OfPatient):
    """Somebody was told that a dose is not recorded; once for each person and dose."""

    __tablename__ = "dose_telling"
    __table_args__ = (
        Index("ix_dose_telling_patient_id", "patient_id"),
        UniqueConstraint("dose_id", "person_id"),
    )

    dose_id: Mapped[UUID] = mapped_column(ForeignKey("dose.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
