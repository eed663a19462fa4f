"""Asking for help: who was asked, who takes it, what came of it; and the calendar of it all."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.messages.models.feed import CHANNELS
from app.patients.models import OfPatient, ReadAtAddress

HELP_STATES = ("open", "claimed", "arrived", "done", "called_off")
HAPPENED = ("asked", "claimed", "passed", "given_back", "arrived", "done", "not_done", "reopened", "called_off")


class HelpRequest(Base, OfPatient):
    """Somebody is asked for something; the first who says so has it, and it is open again when it is not done."""

    __tablename__ = "help_request"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_help_request_patient_id", "patient_id", "created_at"),
        Index("ix_help_request_reopen_at", "reopen_at", postgresql_where=text("reopen_at is not null")),
        Index("ix_help_request_answer_by", "answer_by", postgresql_where=text("answer_by is not null")),
        Index("ix_help_request_alert_id", "alert_id", postgresql_where=text("alert_id is not null")),
        CheckConstraint(one_of("state", HELP_STATES), name="state"),
        CheckConstraint("(helper_id is null) = (state in ('open', 'called_off'))", name="helper"),
    )

    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_role: Mapped[str]
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    what_sealed: Mapped[bytes]
    wanted_at: Mapped[datetime | None]  # None: as soon as somebody can
    to_all: Mapped[bool]  # of the circle; else to those who are chosen
    alert_id: Mapped[UUID | None]  # it was asked from an alert, whose timer goes on
    client_id: Mapped[UUID]  # chosen by the sender
    state: Mapped[str] = mapped_column(default="open")
    helper_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    reopen_at: Mapped[datetime | None]  # taken and not done by then, it is open again
    answer_by: Mapped[datetime | None]  # nobody has taken it by then: whoever asked is told, once each time it is open
    version: Mapped[int] = mapped_column(default=1)

    what = Sealed()

    __mapper_args__ = {"version_id_col": version}


class HelpAsked(Base, OfPatient):
    """Somebody who was asked."""

    __tablename__ = "help_asked"
    __table_args__ = (
        Index("ix_help_asked_patient_id", "patient_id"),
        UniqueConstraint("request_id", "person_id"),
        Index("ix_help_asked_person_id", "person_id", "created_at"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("help_request.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    passed_at: Mapped[datetime | None]  # said that they cannot


class HelpEvent(Base, OfPatient):
    """What was said and done about a request for help; append-only."""

    __tablename__ = "help_event"
    __table_args__ = (
        Index("ix_help_event_patient_id", "patient_id"),
        Index("ix_help_event_request_id", "request_id", "created_at"),
        Index("ix_help_event_claimed", "created_at", postgresql_where=text("kind = 'claimed'")),  # who has taken much
        CheckConstraint(one_of("kind", HAPPENED), name="kind"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("help_request.id"))
    kind: Mapped[str]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: nobody had done it in time
    channel: Mapped[str]
    note_sealed: Mapped[bytes | None]

    note = Sealed()


class CircleCalendar(Base, ReadAtAddress):
    """A secret address at which somebody's calendar reads visits and help that was asked for."""

    __tablename__ = "circle_calendar"
    __table_args__ = (Index("ix_circle_calendar_patient_id", "patient_id"),)
