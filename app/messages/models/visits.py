"""Visits: when they are planned, how they went, and the one form with its two texts."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Integer, Text

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.messages.models.feed import CHANNELS
from app.patients.models import OfPatient

VISIT_STATES = ("planned", "arrived", "done", "missed", "called_off")
# How somebody showed that they are there.
ARRIVALS = ("code", "hand")


class VisitPlan(Base, OfPatient):
    """A visit that comes again: on which weekdays, at which time by the patient's clock, and who comes."""

    __tablename__ = "visit_plan"
    __table_args__ = (
        Index("ix_visit_plan_patient_id", "patient_id"),
        Index("ix_visit_plan_made_until", "made_until", postgresql_where=text("ended_at is null")),
        CheckConstraint("cardinality(weekdays) between 1 and 7 and weekdays <@ '{1,2,3,4,5,6,7}'", name="weekdays"),
        CheckConstraint("every_weeks between 1 and 52", name="every_weeks"),
        CheckConstraint("minutes between 5 and 720", name="minutes"),
        CheckConstraint("late_after between 5 and 240", name="late_after"),
        CheckConstraint("ends_on is null or ends_on >= starts_on", name="ends_after_it_starts"),
    )

    what_sealed: Mapped[bytes]  # as "morning care", in the words of who planned it
    visitor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: somebody of the service
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(Integer))  # ISO, Monday is 1
    every_weeks: Mapped[int] = mapped_column(default=1)
    at: Mapped[time]
    minutes: Mapped[int]
    late_after: Mapped[int] = mapped_column(default=30)  # minutes
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    made_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    what = Sealed()

    __mapper_args__ = {"version_id_col": version}


class Visit(Base, OfPatient):
    """One visit: planned ahead, or begun by somebody who was not expected."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("plan_id", "local_date"),
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_visit_patient_id_due_at", "patient_id", "due_at"),
        Index("ix_visit_look_at", "look_at", postgresql_where=text("look_at is not null")),
        CheckConstraint(one_of("state", VISIT_STATES), name="state"),
        CheckConstraint(one_of("arrival", ARRIVALS), name="arrival"),
        CheckConstraint("left_at is null or left_at >= arrived_at", name="leaves_after_arriving"),
    )

    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit_plan.id"))
    local_date: Mapped[date]
    what_sealed: Mapped[bytes]
    visitor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # who is expected, then who came
    due_at: Mapped[datetime]
    minutes: Mapped[int]
    late_after: Mapped[int]
    state: Mapped[str] = mapped_column(default="planned")
    arrived_at: Mapped[datetime | None]
    arrival: Mapped[str | None]
    left_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]  # when somebody is next told: it is late, missed, or was short; None: no more
    late_told_at: Mapped[datetime | None]
    client_id: Mapped[UUID]  # chosen by the sender
    planned_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    called_off_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    why_sealed: Mapped[bytes | None]  # it was called off
    hidden_at: Mapped[datetime | None]  # kept from the circle since then, with what was written and said of it
    version: Mapped[int] = mapped_column(default=1)

    what = Sealed()
    why = Sealed()

    __mapper_args__ = {"version_id_col": version}


class VisitNote(Base, OfPatient):
    """What was done at a visit, in two texts with two audiences; append-only, a correction is a new note."""

    __tablename__ = "visit_note"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        UniqueConstraint("corrects_id"),
        Index("ix_visit_note_visit_id", "visit_id", "created_at"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit_note.id"))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    done: Mapped[list[str]] = mapped_column(ARRAY(Text))  # of content/visit_tasks.toml
    family_sealed: Mapped[bytes | None]  # for all who may see visits
    professional_sealed: Mapped[bytes | None]  # for professionals alone
    handover_sealed: Mapped[bytes | None]  # for whoever comes next; ticked when read
    next_visit_at: Mapped[datetime | None]
    client_id: Mapped[UUID]
    channel: Mapped[str]

    family = Sealed()
    professional = Sealed()
    handover = Sealed()


class VisitReading(Base, OfPatient):
    """A reading that was taken at a visit; append-only."""

    __tablename__ = "visit_reading"
    __table_args__ = (
        Index("ix_visit_reading_patient_id", "patient_id"),
        UniqueConstraint("visit_id", "reading_id"),
        ForeignKeyConstraint(["patient_id", "reading_id"], ["reading.patient_id", "reading.id"]),
    )

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    reading_id: Mapped[UUID]


class HandoverRead(Base, OfPatient):
    """Somebody has read a handover; append-only."""

    __tablename__ = "handover_read"
    __table_args__ = (
        Index("ix_handover_read_patient_id", "patient_id"),
        UniqueConstraint("note_id", "person_id"),
    )

    note_id: Mapped[UUID] = mapped_column(ForeignKey("visit_note.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class ArrivalCode(Base, OfPatient):
    """The code on the wall of a patient's home, by which a visitor shows that they are there."""

    __tablename__ = "arrival_code"
    __table_args__ = (
        Index("ix_arrival_code_patient_id", "patient_id"),
        Index("uq_arrival_code_running", "patient_id", unique=True, postgresql_where=text("ended_at is null")),
    )

    code_hash: Mapped[bytes] = mapped_column(unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
