"""Threads: talk on one topic that closes and opens again, within the circle or with the team."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, one_of
from app.core.sealed import Sealed
from app.messages.models.feed import CHANNELS
from app.patients.models import OfPatient

KINDS = ("circle", "team")
HAPPENED = ("opened", "closed", "reopened", "claimed", "passed_on", "let_go")


class Thread(Base, OfPatient):
    """A topic. One with the team stands in the inbox of the team while somebody waits for an answer."""

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_thread_patient_id_last_at", "patient_id", "last_at"),
        Index("ix_thread_claimed_by", "claimed_by", postgresql_where=text("claimed_by is not null")),
        Index("ix_thread_inbox", "team_id", "waiting_since", postgresql_where=text("waiting_since is not null")),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("(kind = 'team') = (team_id is not null)", name="team"),
        CheckConstraint("(closed_at is null) = (closed_by is null)", name="closed_by_somebody"),
        CheckConstraint("(claimed_at is null) = (claimed_by is null)", name="claimed_by_somebody"),
    )

    kind: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    topic_sealed: Mapped[bytes]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[UUID]  # chosen by the sender
    last_at: Mapped[datetime]  # of its last message
    waiting_since: Mapped[datetime | None]  # when the first message came that nobody of the team has answered
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    topic = Sealed()

    __mapper_args__ = {"version_id_col": version}


class ThreadMessage(Base, OfPatient):
    """A message of a thread; append-only."""

    __tablename__ = "thread_message"
    __table_args__ = (
        UniqueConstraint("patient_id", "client_id"),
        Index("ix_thread_message_thread_id", "thread_id", "created_at"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
    )

    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    author_role: Mapped[str]
    acting_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("acting_for.id"))
    client_id: Mapped[UUID]
    channel: Mapped[str]
    body_sealed: Mapped[bytes]

    body = Sealed()


class ThreadEvent(Base, OfPatient):
    """What was done with a thread, by whom; append-only."""

    __tablename__ = "thread_event"
    __table_args__ = (
        Index("ix_thread_event_patient_id", "patient_id"),
        Index("ix_thread_event_thread_id", "thread_id", "created_at"),
        CheckConstraint(one_of("kind", HAPPENED), name="kind"),
        CheckConstraint("(kind = 'passed_on') = (to_id is not null)", name="to"),
    )

    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    kind: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    to_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # whom it was passed on to
    note_sealed: Mapped[bytes | None]

    note = Sealed()


class ThreadSeen(Base, OfPatient):
    """Until when somebody has read a thread."""

    __tablename__ = "thread_seen"
    __table_args__ = (
        Index("ix_thread_seen_patient_id", "patient_id"),
        UniqueConstraint("thread_id", "person_id"),
    )

    thread_id: Mapped[UUID] = mapped_column(ForeignKey("thread.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    seen_at: Mapped[datetime]
