"""Tables of monitoring by text: who has agreed to be asked, and what became of each time they were."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Time

from app.core.db import Base, one_of
from app.patients.models import OfPatient

SLOT, REPEAT = "slot", "repeat"  # asked at a set time of the day; asked to measure again after a rest
KINDS: Final = (SLOT, REPEAT)
# not_sent: the service was down, so nobody missed anything; unreached: the text left and did not arrive; unasked: what
# is to be asked for could not be found out; called_off: the programme was paused or ended.
STATES: Final = ("asked", "answered", "missed", "not_sent", "unreached", "unasked", "called_off")
SILENT: Final = ("missed", "unreached", "unasked")  # nothing is heard of them, whosever fault it is


class TextProgramme(Base, OfPatient):
    """A patient is asked by text for what their plans measure, at set times of their day; once they have said yes."""

    __tablename__ = "text_programme"
    __table_args__ = (
        Index("ix_text_programme_patient_id", "patient_id"),
        Index("uq_text_programme_running", "patient_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_text_programme_next_at", "next_at", postgresql_where=text("ended_at is null")),
        Index(
            "ix_text_programme_escalated_at",
            "escalated_at",
            postgresql_where=text("escalated_at is not null and ended_at is null"),
        ),
        CheckConstraint("cardinality(times) between 1 and 4", name="times"),
    )

    times: Mapped[list[time]] = mapped_column(ARRAY(Time))  # by the patient's clock, in the order of the day
    started_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    wording_id: Mapped[str]  # the words that were texted to be agreed to, as consents/ keeps them; version 0: none
    wording_version: Mapped[int]
    wording_language: Mapped[str]
    agreed_at: Mapped[datetime | None]  # by a reply from the patient's own phone; None: nothing is asked yet
    next_at: Mapped[datetime]  # the next time of the day that is to be looked at
    paused_until: Mapped[date | None]  # nothing is asked before this day
    escalated_at: Mapped[datetime | None]  # the coordinator was asked to speak with them; until they say something
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))  # None: care has ended
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class TextAsk(Base, OfPatient):
    """One time of one day: what was asked then, and what came of it."""

    __tablename__ = "text_ask"
    __table_args__ = (
        # Nobody is asked twice for the same time, whoever runs at that moment and whatever the clock does.
        UniqueConstraint("patient_id", "local_date", "slot", "kind"),
        Index("ix_text_ask_programme_id_slot_at", "programme_id", "slot_at"),
        Index("ix_text_ask_due_at", "due_at", postgresql_where=text("state = 'asked'")),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint("(state = 'asked') = (settled_at is null)", name="settled"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("text_programme.id"))
    kind: Mapped[str]
    local_date: Mapped[date]
    slot: Mapped[time]  # by the patient's clock
    slot_at: Mapped[datetime]  # the instant that this was, of a repeat when it was asked for
    since: Mapped[datetime]  # what was measured from then until `until` answers it
    until: Mapped[datetime]
    measures: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str]
    asked_at: Mapped[datetime | None]  # None: all of it was there before, or it was too late to ask
    reminded_at: Mapped[datetime | None]
    due_at: Mapped[datetime]  # when it is next looked at, while it waits
    settled_at: Mapped[datetime | None]
