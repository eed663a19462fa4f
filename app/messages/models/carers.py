"""How carers are themselves: theirs, in nobody's record, and what they let a coordinator see."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Row, one_of
from app.core.sealed import Sealed

AGREED = ("shown", "asked")


class CarerCheckIn(Base, Row):
    """What a carer said of themselves; append-only."""

    __tablename__ = "carer_check_in"
    __table_args__ = (
        UniqueConstraint("person_id", "client_id"),
        Index("ix_carer_check_in_person_id", "person_id", "created_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[UUID]  # chosen by the sender
    answers_sealed: Mapped[bytes]  # one number a question, in their order
    content: Mapped[str]  # the version of the questions
    channel: Mapped[str]

    answers = Sealed()


class CarerConsent(Base, Row):
    """A carer lets the coordinator of one circle see how they are, or wants to be asked by text; until it is ended."""

    __tablename__ = "carer_consent"
    __table_args__ = (
        Index(
            "uq_carer_consent_running",
            "person_id",
            "member_id",
            "agreed",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_carer_consent_ask_at", "ask_at", postgresql_where=text("ended_at is null and ask_at is not null")),
        CheckConstraint(one_of("agreed", AGREED), name="agreed"),
        CheckConstraint("(agreed = 'asked') = (ask_at is not null)", name="ask_at"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    member_id: Mapped[UUID]  # their place in the circle; no key to it: this is theirs, and stands in no record
    agreed: Mapped[str]
    wording: Mapped[str]  # the version of the words
    ask_at: Mapped[datetime | None]  # when a text asks next
    ended_at: Mapped[datetime | None]
